# SPDX-License-Identifier: ISC
"""Real syslog daemons that ship a log file into an engine with the shipped configurations."""

from __future__ import annotations

import os
import shutil
import tempfile
from pathlib import Path

from script.lib.checkout import ROOT
from script.lib.elk.documents import read_lines
from script.lib.elk.engine import Engine
from script.lib.line import Line
from script.lib.parts import library_path, part
from tests.elk.background import Background


class SyslogDaemon:
    """Runs inside a `with` block, and again inside the next one."""

    name = ""
    package = ""
    configuration: Path
    engine_down = ""
    """What it says when it finds no engine."""
    keeps_refused = False
    """Whether a line that the engine refuses ends up in the file `refused`."""
    reads_rotated = False
    """Whether it reads what is left of a file that was rotated while it was not running."""
    most_lost = 0
    """Lines that are lost when it is stopped while the engine is down."""

    def __init__(self, engine: Engine) -> None:
        self.tree = part("syslog-daemon", self.package)
        self.folder = Path(tempfile.mkdtemp(prefix=f"filter-jsonlog-{self.name}."))
        self.log = self.folder / "events.json"
        self.unread = self.folder / "unread"
        self.refused = self.folder / "refused"
        self.work = self.folder / "work"
        self.own = self.folder / "own"
        text = self.configuration.read_text()
        for place, (times, ours) in self.places(engine).items():
            if text.count(place) != times:
                raise ValueError(f"{self.configuration} has {place} {text.count(place)} times")
            text = text.replace(place, ours)
        (self.folder / "part.conf").write_text(text)
        (self.folder / "main.conf").write_text(self.main())

    def places(self, engine: Engine) -> dict[str, tuple[int, str]]:
        """What a site fills in, and the seconds until it tries again: how often each stands in the
        configuration, and what we put there."""
        raise NotImplementedError

    def main(self) -> str:
        """The configuration around ours; what the daemon says of itself goes to the file `own`."""
        raise NotImplementedError

    def command(self) -> list[str | Path]:
        raise NotImplementedError

    def __enter__(self) -> SyslogDaemon:
        self.work.mkdir(exist_ok=True)
        environment = {**os.environ, "LD_LIBRARY_PATH": library_path(self.tree)}
        self._process = Background(self.command(), self.folder / "said", self.folder, environment)
        return self

    def __exit__(self, *_: object) -> None:
        self._process.end()

    def forget(self) -> None:
        """As if it had never read the file."""
        shutil.rmtree(self.work, ignore_errors=True)

    def rotate(self) -> None:
        self.log.rename(self.folder / "events-20261121T120000Z.json")

    def written(self) -> list[Line]:
        """What is in the log, rotated or not."""
        return [line for file in sorted(self.folder.glob("events*.json")) for line in read_lines(file)]

    def said(self, text: str) -> list[str]:
        """The lines of its own log that hold a text."""
        lines = self.own.read_text(errors="replace").splitlines() if self.own.exists() else []
        return [line for line in lines if text in line]

    def remove(self) -> None:
        shutil.rmtree(self.folder, ignore_errors=True)


class Rsyslog(SyslogDaemon):
    name = "rsyslog"
    package = "rsyslog-elasticsearch"
    configuration = ROOT / "contrib/rsyslog/elasticsearch.conf"
    engine_down = "suspended (module 'omelasticsearch')"
    keeps_refused = True
    most_lost = 1024

    def places(self, engine: Engine) -> dict[str, tuple[int, str]]:
        return {
            "/var/log/smtpd/": (3, f"{self.folder}/"),
            'serverport="9200"': (1, f'serverport="{engine.port}"'),
            'resumeInterval="5"': (1, 'resumeInterval="1"'),
        }

    def main(self) -> str:
        return (
            f'global(workDirectory="{self.work}" processInternalMessages="on")\n'
            f'include(file="{self.folder}/part.conf")\n'
            f"*.* {self.own}\n"
        )

    def command(self) -> list[str | Path]:
        modules = next(self.tree.rglob("omelasticsearch.so")).parent
        program = self.tree / "usr/sbin/rsyslogd"
        return [program, "-n", "-M", modules, "-f", self.folder / "main.conf", "-i", self.folder / "pid"]


class SyslogNg(SyslogDaemon):
    name = "syslog-ng"
    package = "syslog-ng-mod-http"
    configuration = ROOT / "contrib/syslog-ng/elasticsearch.conf"
    engine_down = "error sending HTTP request"
    reads_rotated = True

    def places(self, engine: Engine) -> dict[str, tuple[int, str]]:
        return {
            "/var/log/smtpd/": (2, f"{self.folder}/"),
            "http://127.0.0.1:9200/": (1, f"{engine.url}/"),
            '"/var/lib/syslog-ng"': (1, f'"{self.work}"'),
            "time-reopen(5)": (1, "time-reopen(1)"),
        }

    def main(self) -> str:
        return (
            "@version: 3.38\n"
            f'@include "{self.folder}/part.conf"\n'
            f'log {{ source {{ internal(); }}; destination {{ file("{self.own}"); }}; }};\n'
        )

    def command(self) -> list[str | Path]:
        modules = next(self.tree.rglob("libhttp.so")).parent
        return [self.tree / "usr/sbin/syslog-ng", "--foreground", "--no-caps", "--module-path", modules,
                "--cfgfile", self.folder / "main.conf", "--pidfile", self.folder / "pid",
                "--persist-file", self.work / "persist", "--control", self.folder / "control"]  # fmt: skip
