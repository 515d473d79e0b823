# SPDX-License-Identifier: ISC
"""Real syslog daemons, unpacked beside the system, each in a folder and with a socket of its own.
They run the configuration that is shipped, but for its two paths."""

from __future__ import annotations

import os
import re
import signal
import socket
import subprocess
import time
from pathlib import Path

from script.lib.checkout import ROOT
from script.lib.parts import library_path, part

DEADLINE_S = 60
SHIPPED_SOCKET = "/run/filter-jsonlog.socket"
SHIPPED_FILE = "/var/log/smtpd/events.json"


class Daemon:
    """A daemon, its socket and the file that it writes."""

    package = ""
    contribution: Path

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.socket = folder / "socket"
        self.file = folder / "events.json"
        self.tree = part("syslog-daemon", self.package)
        self.process: subprocess.Popen[bytes] | None = None
        self.configure(self.shipped())

    def shipped(self) -> str:
        """The configuration in contrib, with our paths."""
        text = self.contribution.read_text()
        for shipped, ours in ((SHIPPED_SOCKET, self.socket), (SHIPPED_FILE, self.file)):
            assert f'"{shipped}"' in text, f"{shipped} is not in {self.contribution}"
            text = text.replace(f'"{shipped}"', f'"{ours}"')
        return text

    def parsing(self) -> str:
        """A configuration that takes JSON behind the cookie apart, and writes event.action alone."""
        raise NotImplementedError

    def configure(self, text: str) -> None:
        """The whole configuration, with that text in it."""
        raise NotImplementedError

    def command(self) -> list[str | Path]:
        raise NotImplementedError

    def start(self) -> None:
        """Returns when it listens. It ends when this program does."""
        environment = {**os.environ, "LD_LIBRARY_PATH": library_path(self.tree)}
        with open(self.folder / "said", "ab") as said:
            self.process = subprocess.Popen(["setpriv", "--pdeathsig", "KILL", *self.command()], env=environment,
                                            stdin=subprocess.DEVNULL, stdout=said, stderr=said)
        deadline = time.monotonic() + DEADLINE_S
        while not self.listens():
            if self.process.poll() is not None or time.monotonic() > deadline:
                raise AssertionError(f"{self.package} does not start: {(self.folder / 'said').read_text()}")
            time.sleep(0.01)

    def listens(self) -> bool:
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as client:
            return client.connect_ex(str(self.socket)) == 0

    def suspend(self) -> None:
        self.send(signal.SIGSTOP)

    def resume(self) -> None:
        self.send(signal.SIGCONT)

    def kill(self) -> None:
        self.send(signal.SIGKILL)
        self.wait()

    def stop(self) -> None:
        """As a service is stopped."""
        if self.process is not None and self.process.poll() is None:
            self.resume()
            self.send(signal.SIGTERM)
            self.wait()

    def send(self, number: signal.Signals) -> None:
        assert self.process is not None
        self.process.send_signal(number)

    def wait(self) -> None:
        assert self.process is not None
        self.process.wait(timeout=DEADLINE_S)


class Rsyslog(Daemon):
    package = "rsyslog"
    contribution = ROOT / "contrib/rsyslog/filter-jsonlog.conf"
    own_socket_only = 'SysSock.Use="off"'

    def parsing(self) -> str:
        return (
            'module(load="mmjsonparse")\n'
            'template(name="action" type="string" string="%$!event!action%\\n")\n'
            'ruleset(name="parsing") { action(type="mmjsonparse") if $parsesuccess == "OK" then '
            f'action(type="omfile" file="{self.file}" template="action") }}\n'
            f'input(type="imuxsock" Socket="{self.socket}" ruleset="parsing")\n'
        )

    def configure(self, text: str, imuxsock: str = own_socket_only) -> None:
        (self.folder / "part.conf").write_text(text)
        (self.folder / "main.conf").write_text(
            f'global(workDirectory="{self.folder}")\n'
            f'module(load="imuxsock" {imuxsock})\n'
            f'include(file="{self.folder}/part.conf")\n'
            f"*.* {self.folder}/others\n"
        )

    def command(self) -> list[str | Path]:
        modules = next(self.tree.rglob("imuxsock.so")).parent
        return [self.tree / "usr/sbin/rsyslogd", "-n", "-f", self.folder / "main.conf", "-i", self.folder / "pid",
                "-M", modules]


class SyslogNg(Daemon):
    package = "syslog-ng-core"
    contribution = ROOT / "contrib/syslog-ng/filter-jsonlog.conf"

    def parsing(self) -> str:
        return (
            f'source lines {{ unix-dgram("{self.socket}"); }};\n'
            'parser json { json-parser(marker("@cee:") prefix(".json.")); };\n'
            f'destination actions {{ file("{self.file}" template("${{.json.event.action}}\\n")); }};\n'
            "log { source(lines); parser(json); destination(actions); };\n"
        )

    def configure(self, text: str) -> None:
        version = subprocess.run([self.tree / "usr/sbin/syslog-ng", "--version"], capture_output=True, text=True,
                                 env={**os.environ, "LD_LIBRARY_PATH": library_path(self.tree)}, check=True)
        match = re.search(r"\d+\.\d+", version.stdout)
        assert match, version.stdout
        (self.folder / "part.conf").write_text(text)
        (self.folder / "main.conf").write_text(f'@version: {match[0]}\n@include "{self.folder}/part.conf"\n')

    def command(self) -> list[str | Path]:
        modules = next(self.tree.rglob("libafsocket.so")).parent
        return [self.tree / "usr/sbin/syslog-ng", "--foreground", "--no-caps", "--cfgfile", self.folder / "main.conf",
                "--pidfile", self.folder / "pid", "--persist-file", self.folder / "persist",
                "--control", self.folder / "control", "--module-path", modules]
