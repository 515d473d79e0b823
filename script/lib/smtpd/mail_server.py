# SPDX-License-Identifier: ISC
"""A real smtpd in a private tree, with the filter and a recorder in its chain. It needs a private
machine to live on."""

from __future__ import annotations

import fcntl
import os
import shutil
import signal
import socket
import subprocess
import sys
from pathlib import Path
from typing import Callable

from script.lib.smtpd.private_machine import has_inet6_loopback, mount, run, wait_for_orphans
from script.lib.smtpd.record import Record
from script.lib.waiting import wait_until

HERE = Path(__file__).parent
LOGINS = {"carol": "correct horse"}
USERS = {"alice": 2001, "bob": 2002, "married": 2003}
ALIASES = {"both": "alice, bob"}


class MailServer:
    def __init__(
        self,
        tree: Path,
        filter_jsonlog: Path,
        recorder: Path,
        options: str = "",
        unit: Callable[[], None] | None = None,
    ) -> None:
        """`unit` is called in the process that becomes smtpd, and takes rights from it."""
        self.tree = tree
        self.unit = unit
        self.home = tree / "srv/mail"
        self.out = self.home / "out"
        self.live = self.out / "events.json"
        self.record = Record(self.out / "record")
        self.has_inet6 = has_inet6_loopback()
        self._mount()
        self._bring(filter_jsonlog, recorder)
        self._write_tables()
        self._write_configuration(options)
        self.certificate = self._make_certificate()

    def _mount(self) -> None:
        """The tree itself stays as it is: it is read-only, and what smtpd writes goes to memory."""
        self._only_one = open(f"{self.tree}.lock", "a")
        fcntl.flock(self._only_one, fcntl.LOCK_EX)
        mount(self.tree, "--bind", str(self.tree))
        for folder in ("srv", "run", "tmp", "var/spool"):
            mount(self.tree / folder, "-t", "tmpfs", "-o", "mode=0755", "private")
        mount(self.tree / "proc", "-t", "proc", "proc")
        run("mount", "-o", "remount,ro,bind", str(self.tree))
        (self.tree / "tmp").chmod(0o1777)
        self.out.mkdir(parents=True)
        os.chown(self.out, *self._filter_identity())

    def _filter_identity(self) -> tuple[int, int]:
        """smtpd runs its filters as this user."""
        for line in (self.tree / "etc/passwd").read_text().splitlines():
            name, _, user, group, *_ = line.split(":")
            if name == "opensmtpd":
                return int(user), int(group)
        raise LookupError("the tree has no user opensmtpd")

    def _bring(self, filter_jsonlog: Path, recorder: Path) -> None:
        libraries = self.home / "lib"
        libraries.mkdir()
        for library in libraries_to_bring(filter_jsonlog):
            shutil.copy(library, libraries)
        shutil.copy(filter_jsonlog, self.home / "filter-jsonlog")
        shutil.copy(recorder, self.home / "recorder")

    def _write_tables(self) -> None:
        for user, number in USERS.items():
            home = self.home / "home" / user
            home.mkdir(parents=True)
            os.chown(home, number, number)
        self._write_table(
            "users",
            {user: f"{number}:{number}:/srv/mail/home/{user}" for user, number in USERS.items()},
        )
        self._write_table("aliases", ALIASES)
        self._write_table("logins", {user: hashed(password) for user, password in LOGINS.items()})

    def _write_table(self, name: str, values: dict[str, str]) -> None:
        (self.home / name).write_text("".join(f"{key}\t{value}\n" for key, value in values.items()))

    def _write_configuration(self, options: str) -> None:
        command = (
            "/usr/bin/env LD_LIBRARY_PATH=/srv/mail/lib"
            f" /srv/mail/filter-jsonlog --file /srv/mail/out/events.json {options}"
        )
        listen_inet6 = (
            'listen on ::1 port 25 hostname mail.test filter "incoming"' if self.has_inet6 else ""
        )
        text = (HERE / "smtpd.conf").read_text()
        text = text.replace("@filter_jsonlog@", command).replace("@listen_inet6@", listen_inet6)
        (self.home / "smtpd.conf").write_text(text)

    def _make_certificate(self) -> tuple[str, str]:
        certificate, key = str(self.home / "mail.test.pem"), str(self.home / "mail.test.key")
        request = [
            "req",
            "-x509",
            "-newkey",
            "rsa:2048",
            "-nodes",
            "-days",
            "2",
            "-subj",
            "/CN=mail.test",
        ]
        run("openssl", *request, "-keyout", key, "-out", certificate)
        Path(key).chmod(0o600)
        return certificate, key

    def __enter__(self) -> MailServer:
        self.log = (self.out / "smtpd.log").open("wb")
        self._smtpd = subprocess.Popen(
            ["chroot", str(self.tree), "/usr/sbin/smtpd", "-d", "-f", "/srv/mail/smtpd.conf"],
            stdin=subprocess.DEVNULL,
            stdout=self.log,
            stderr=self.log,
            env={"PATH": "/usr/sbin:/usr/bin:/sbin:/bin"},
            start_new_session=True,
            preexec_fn=self.unit,
        )
        wait_until("smtpd greets", self._greets)
        return self

    def _greets(self) -> bool:
        if self._smtpd.poll() is not None:
            raise RuntimeError(f"smtpd did not start:\n{self.log_text()}")
        try:
            with socket.create_connection(("127.0.0.1", 25), timeout=10) as probe:
                greeted = probe.recv(100).startswith(b"220")
                probe.sendall(b"QUIT\r\n")
                while probe.recv(100):
                    pass
                return greeted
        except (ConnectionError, TimeoutError):
            return False

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        if kind and issubclass(kind, Exception):
            print(
                "smtpd's log ends with:\n" + "\n".join(self.log_text().splitlines()[-20:]),
                file=sys.stderr,
            )
        self._smtpd.send_signal(signal.SIGTERM)
        self._smtpd.wait(30)
        wait_for_orphans()
        self.log.close()

    def is_running(self) -> bool:
        return self._smtpd.poll() is None

    def version(self) -> str:
        for line in self.record.lines():
            if line.startswith(b"config|smtpd-version|"):
                return line.decode().split("|")[2]
        return "unknown"

    def log_text(self) -> str:
        return (self.out / "smtpd.log").read_text(errors="replace")

    def filter_diagnostics(self) -> list[str]:
        """What the filter wrote on its stderr, as smtpd logged it."""
        return [line for line in self.log_text().splitlines() if "jsonlog: " in line]

    def mailbox(self, user: str) -> str:
        """Every message in a local mailbox, one after the other."""
        folder = self.home / "home" / user / "Maildir"
        return "\n".join(
            path.read_text(errors="replace")
            for path in sorted(folder.glob("*/*"))
            if path.is_file()
        )

    def sendmail(self, sender: str, recipient: str, text: str) -> None:
        """Hands a message in at the local socket, as a program on the mail host does."""
        command = ["chroot", str(self.tree), "/usr/sbin/sendmail", "-f", sender, recipient]
        subprocess.run(command, input=text.encode(), check=True, timeout=30)


def hashed(password: str) -> str:
    return run("openssl", "passwd", "-6", password).strip()


def libraries_to_bring(program: Path) -> list[str]:
    """The shared libraries that a minimal Debian of the same age or newer does not have. Beside a
    program that was built in a tree they stand already."""
    beside = program.parent / "lib"
    if beside.is_dir():
        return [str(library) for library in beside.iterdir()]
    there = (
        "libc.so",
        "libm.so",
        "libstdc++.so",
        "libgcc_s.so",
        "libpthread.so",
        "libdl.so",
        "librt.so",
    )
    words = [line.split() for line in run("ldd", str(program)).splitlines() if "=> /" in line]
    return [word[2] for word in words if not word[0].startswith(there)]
