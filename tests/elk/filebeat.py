# SPDX-License-Identifier: ISC
"""A real Filebeat with a shipped configuration, in which only the places that every site fills in
are replaced."""

from __future__ import annotations

import re
import shutil
import tempfile
from pathlib import Path

from script.lib.parts import part
from tests.elk.background import Background

INTO_ENGINES = "7.12.1"
"""The newest one that takes an engine under a free licence."""
FILESTREAM = "7.17.29"
"""The newest one that can be built from the Go module proxy."""


class Filebeat:
    """Runs inside a `with` block, and again inside the next one: its registry stays until
    forget()."""

    def __init__(
        self, version: str, configuration: Path, places: dict[str, str], *options: str
    ) -> None:
        self.options = options
        self.program = part("filebeat", version)
        self.folder = Path(tempfile.mkdtemp(prefix="filter-jsonlog-filebeat."))
        self.log = self.folder / "log"
        text = configuration.read_text()
        for shipped, place in places.items():
            if text.count(shipped) != 1:
                raise ValueError(f"{configuration} has {shipped} {text.count(shipped)} times")
            text = text.replace(shipped, place)
        self.configuration = self.folder / "filebeat.yml"
        self.configuration.write_text(text)
        self.configuration.chmod(0o600)

    def __enter__(self) -> Filebeat:
        folders = ["--path.home", str(self.folder), "--path.data", str(self.folder / "data")]
        command = [self.program, "-e", "-c", self.configuration, *folders, *self.options]
        self._process = Background(command, self.log, self.folder)
        return self

    def __exit__(self, *_: object) -> None:
        self._process.end()

    def is_running(self) -> bool:
        return self._process.is_running()

    def has_shipped(self, path: Path) -> bool:
        """Whether the output took everything up to the file's end: that is what the registry
        remembers."""
        offset = re.compile(rf'"offset":{path.stat().st_size}\b')
        registry = self.folder / "data/registry/filebeat"
        return any(offset.search(file.read_text()) for file in registry.glob("*.json"))

    def forget(self) -> None:
        """As if it had never read a file."""
        shutil.rmtree(self.folder / "data", ignore_errors=True)

    def remove(self) -> None:
        shutil.rmtree(self.folder, ignore_errors=True)

    def said(self, text: str) -> list[str]:
        """The lines of its own log that hold a text."""
        return [line for line in self.log.read_text(errors="replace").splitlines() if text in line]
