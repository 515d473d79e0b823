# SPDX-License-Identifier: ISC
"""The engine dies while Filebeat ships, and comes back."""

from __future__ import annotations

import signal

from script.lib.elk.documents import count, has, read_lines
from script.lib.waiting import wait_until
from tests.elk.check_filebeat import ADDED, CUT, SECONDS, into, wait_for
from tests.elk.stage import Stage

EVENTS = 10_000
"""Enough to be shipping still when the first ones have arrived."""


def check_outage(stage: Stage) -> None:
    checks, engine = stage.checks, stage.engine
    log = stage.more_lines(EVENTS)
    texts = log.read_bytes().splitlines(keepends=True)
    half = len(texts) // 2
    log.write_bytes(b"".join(texts[:half]))

    with into(stage, log) as filebeat, filebeat:
        wait_until("the first documents are there", lambda: has(engine, 1), SECONDS)
        engine.stop(signal.SIGKILL)
        checks.true("the engine dies while documents flow", not filebeat.has_shipped(log))
        with log.open("ab") as growing:
            growing.write(b"".join(texts[half:]))
        no_engine = "connection refused"
        wait_until("Filebeat finds no engine", lambda: filebeat.said(no_engine), SECONDS)
        engine.start()
        wait_for(filebeat, log)
    checks.equal("nothing is lost, nothing is there twice", count(engine), len(texts))
    different = stage.compare(read_lines(log), ADDED | CUT)
    checks.equal("every document is what was written", different, {})
