# SPDX-License-Identifier: ISC
"""The lines as a real Filebeat ships them, with the shipped configuration."""

from __future__ import annotations

from contextlib import contextmanager
from pathlib import Path
from typing import Iterator

from script.lib.checkout import ROOT
from script.lib.elk.documents import count
from script.lib.waiting import wait_until
from tests.elk.check_bulk import check_mappings
from tests.elk.filebeat import INTO_ENGINES, Filebeat
from tests.elk.stage import Stage

CONFIGURATIONS = ROOT / "contrib/filebeat"
WHERE_THE_LOG_IS = "/var/log/smtpd/events*.json"
WHERE_THE_ENGINE_IS = "http://127.0.0.1:9200"
SECONDS = 120

ADDED = {"log.file.path", "log.offset"}
"""What Filebeat adds to every document."""
CUT = {"@timestamp"}
"""What Filebeat changes: microseconds become milliseconds."""


@contextmanager
def into(
    stage: Stage, log: Path, *options: str, changes: dict[str, str] | None = None
) -> Iterator[Filebeat]:
    """The Filebeat that takes our engines, for one log file; not started yet. `changes` are made to
    its configuration."""
    stage.engine.accept_old_clients()
    places = {WHERE_THE_LOG_IS: str(log), WHERE_THE_ENGINE_IS: stage.engine.url, **(changes or {})}
    filebeat = Filebeat(INTO_ENGINES, CONFIGURATIONS / "filebeat-7.12-oss.yml", places, *options)
    try:
        yield filebeat
    finally:
        filebeat.remove()


def ship(filebeat: Filebeat, log: Path) -> None:
    with filebeat:
        wait_for(filebeat, log)


def wait_for(filebeat: Filebeat, log: Path) -> None:
    wait_until("Filebeat ships everything", lambda: filebeat.has_shipped(log), SECONDS)


def check_filebeat(stage: Stage) -> None:
    checks, engine = stage.checks, stage.engine
    lines = stage.lines()
    with into(stage, stage.log) as filebeat:
        ship(filebeat, stage.log)
        checks.equal("each line is one document", count(engine), len(lines))
        different = stage.compare(lines, ADDED | CUT)
        checks.equal("a document is what was written, and where Filebeat read it", different, {})
        check_mappings(stage, ADDED)
        filebeat.forget()
        ship(filebeat, stage.log)
        checks.equal("shipping everything again adds no document", count(engine), len(lines))
        checks.equal("Filebeat has no warning", filebeat.said("\tWARN\t"), [])
