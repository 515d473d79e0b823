# SPDX-License-Identifier: ISC
"""A real rsyslog that ships a log file into an engine with the shipped configuration."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from pathlib import Path
from types import TracebackType

from engine import Engine
from parts import ROOT, part

CONFIGURATION = ROOT / "contrib/rsyslog/elasticsearch.conf"
FOLDER = "/var/log/smtpd/"
PORT = 'serverport="9200"'


class Rsyslog:
    """Runs inside a `with` block, and again inside the next one."""

    def __init__(self, engine: Engine) -> None:
        self.tree = part("syslog-daemon", "rsyslog-elasticsearch")
        self.folder = Path(tempfile.mkdtemp(prefix="filter-jsonlog-rsyslog."))
        self.log = self.folder / "events.json"
        self.unread = self.folder / "unread"
        self.refused = self.folder / "refused"
        self.work = self.folder / "work"
        text = CONFIGURATION.read_text()
        if text.count(FOLDER) != 3 or text.count(PORT) != 1:
            raise ValueError(f"{CONFIGURATION} has not the places that a site fills in")
        text = text.replace(FOLDER, f"{self.folder}/")
        text = text.replace(PORT, f'serverport="{engine.port}"')
        (self.folder / "part.conf").write_text(text)
        (self.folder / "main.conf").write_text(
            f'global(workDirectory="{self.work}")\n'
            f'include(file="{self.folder}/part.conf")\n'
            f"*.* {self.folder}/own\n"
        )

    def __enter__(self) -> Rsyslog:
        self.work.mkdir(exist_ok=True)
        libraries = {str(library.parent) for library in self.tree.rglob("*.so*")}
        modules = next(self.tree.rglob("omelasticsearch.so")).parent
        command = ["nice", "-n", "15", self.tree / "usr/sbin/rsyslogd", "-n", "-M", modules]
        with (self.folder / "said").open("ab") as said:
            self._process = subprocess.Popen(
                [*command, "-f", self.folder / "main.conf", "-i", self.folder / "pid"],
                env={**os.environ, "LD_LIBRARY_PATH": ":".join(sorted(libraries))},
                stdin=subprocess.DEVNULL,
                stdout=said,
                stderr=said,
                start_new_session=True,
            )
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._process.terminate()
        try:
            self._process.wait(30)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()

    def forget(self) -> None:
        """As if it had never read the file."""
        shutil.rmtree(self.work, ignore_errors=True)

    def said(self, text: str) -> list[str]:
        """The lines of its own log that hold a text."""
        own = self.folder / "own"
        lines = own.read_text(errors="replace").splitlines() if own.exists() else []
        return [line for line in lines if text in line]

    def remove(self) -> None:
        shutil.rmtree(self.folder, ignore_errors=True)
