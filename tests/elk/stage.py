# SPDX-License-Identifier: ISC
"""What a check on an engine works with."""

from __future__ import annotations

import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from script.lib.checkout import ROOT
from script.lib.elk.documents import ALL, differences, name_of, read_lines, stored
from script.lib.elk.engine import Engine
from script.lib.line import Line, get
from tests.elk import traffic
from tests.lib.checks import Checks

INSTALL = ROOT / "contrib/elasticsearch/install.sh"


@dataclass
class Stage:
    engine: Engine
    checks: Checks
    folder: Path
    """For files of the checks."""
    log: Path
    """What the filter wrote about the scenario's mail."""
    binary: str
    """The filter."""

    def install(self, *options: str) -> subprocess.CompletedProcess[str]:
        """The shipped template, and what comes with it, by the shipped script."""
        command = [str(INSTALL), "--url", self.engine.url, *options]
        return subprocess.run(command, capture_output=True, text=True, timeout=60)

    def clear(self) -> None:
        """No documents; the template stays."""
        self.engine.delete(f"/{ALL}")

    def compare(self, lines: list[Line], added: set[str], index: str = ALL) -> dict[str, Any]:
        """The differences between lines and documents but for fields in `added`, by name.
        A line that is not there differs in all its fields."""
        documents = {
            hit["_id"] if get(hit["_source"], "event.id") else name_of(hit["_source"]): hit["_source"]
            for hit in stored(self.engine, index)
        }
        found = {}
        for line in lines:
            name = name_of(line)
            different = differences(line, documents.get(name, {}))
            if others := different.keys() - added:
                found[name] = {field: different[field] for field in others}
        return found

    def more_lines(self, events: int) -> Path:
        """A log file of made-up traffic: what the filter says about so many events."""
        stream, log = self.folder / "stream", self.folder / "more.json"
        with stream.open("wb") as out:
            traffic.write(out, events)
        with log.open("wb") as out:
            command = [self.binary, "replay", "--host", "mail.test", str(stream)]
            subprocess.run(command, stdout=out, check=True)
        return log

    def lines(self) -> list[Line]:
        return read_lines(self.log)
