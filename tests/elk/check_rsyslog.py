# SPDX-License-Identifier: ISC
"""The lines as a real rsyslog ships them, without Filebeat, into an engine that dies once."""

from __future__ import annotations

import json
import signal
from contextlib import contextmanager
from typing import Any, Iterator

from check_bad_input import NO_JSON, line_with
from check_bulk import check_mappings
from check_filebeat import SECONDS
from documents import count, has, read_lines
from engine import EngineError
from parts import wait_until
from rsyslog import Rsyslog
from stage import Stage

EVENTS = 3_000


@contextmanager
def rsyslog_for(stage: Stage) -> Iterator[Rsyslog]:
    rsyslog = Rsyslog(stage.engine)
    try:
        yield rsyslog
    finally:
        rsyslog.remove()


def ship(stage: Stage, rsyslog: Rsyslog, mark: str) -> None:
    """Ships the log, with a line at its end that shows that the lines before it have arrived."""
    with rsyslog.log.open("a") as log:
        log.write(json.dumps(line_with(mark, {})) + "\n")
    with rsyslog:
        wait_for(stage, mark)


def wait_for(stage: Stage, mark: str) -> None:
    index = "opensmtpd-2026.11.21"

    def is_there() -> bool:
        try:
            return bool(stage.engine.get(f"/{index}/_doc/{mark}")["found"])
        except (EngineError, OSError):
            return False

    wait_until("rsyslog ships everything", is_there, SECONDS)


def check_rsyslog(stage: Stage) -> None:
    checks, engine = stage.checks, stage.engine
    lines = stage.lines()
    wrong_shape: dict[str, Any] = line_with("wrong-shape", {"opensmtpd": {"rcpt": "not an object"}})
    bad = [NO_JSON, json.dumps(wrong_shape)]
    texts = stage.log.read_text().splitlines()
    with rsyslog_for(stage) as rsyslog:
        rsyslog.log.write_text("\n".join([*texts[:100], *bad, *texts[100:], ""]))
        ship(stage, rsyslog, "first-time")
        checks.equal("each good line is one document", count(engine), len(lines) + 1)
        checks.equal("a document is what was written", stage.compare(lines, set()), {})
        check_mappings(stage)
        rsyslog.forget()
        ship(stage, rsyslog, "second-time")
        with rsyslog:
            wait_until("rsyslog sorts out what was refused", rsyslog.refused.exists, SECONDS)
        checks.equal("shipping everything again adds no document", count(engine), len(lines) + 2)
        unread = set(rsyslog.unread.read_text().splitlines())
        checks.equal("the line that is no JSON is in the file `unread`", unread, {NO_JSON})
        refused = rsyslog.refused.read_text()
        checks.true(
            "the line that does not fit the mapping is in the file `refused`, with the reason",
            "wrong-shape" in refused and "mapper_parsing_exception" in refused,
            refused,
        )


def check_rsyslog_outage(stage: Stage) -> None:
    checks, engine = stage.checks, stage.engine
    texts = stage.more_lines(EVENTS).read_text().splitlines(keepends=True)
    half = len(texts) // 2
    with rsyslog_for(stage) as rsyslog:
        rsyslog.log.write_text("".join(texts[:half]))
        with rsyslog:
            wait_until("the first documents are there", lambda: has(engine, 1), SECONDS)
            engine.stop(signal.SIGKILL)
            with rsyslog.log.open("a") as log:
                log.write("".join(texts[half:]))
                log.write(json.dumps(line_with("the-end", {})) + "\n")
            engine.start()
            wait_for(stage, "the-end")
        checks.equal("nothing is lost, nothing is there twice", count(engine), len(texts) + 1)
        different = stage.compare(read_lines(rsyslog.log), set())
        checks.equal("every document is what was written", different, {})
