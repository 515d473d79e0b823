# SPDX-License-Identifier: ISC
"""The lines as a real syslog daemon ships them, without Filebeat, into an engine that dies twice."""

from __future__ import annotations

import json
import signal
from contextlib import contextmanager
from typing import Callable, Iterator

from script.lib.checkout import ROOT
from script.lib.elk.documents import ALL, count, has
from script.lib.elk.engine import Engine, EngineError
from script.lib.waiting import wait_until
from tests.elk.check_bad_input import NO_JSON, line_with
from tests.elk.check_bulk import check_mappings
from tests.elk.check_filebeat import SECONDS
from tests.elk.stage import Stage
from tests.elk.syslog_daemon import SyslogDaemon

EVENTS = 4_000
GAPS = ROOT / "contrib/elasticsearch/gaps.json"

Check = Callable[[Stage], None]
Kind = type[SyslogDaemon]


@contextmanager
def daemon_for(stage: Stage, kind: Kind) -> Iterator[SyslogDaemon]:
    daemon = kind(stage.engine)
    try:
        yield daemon
    finally:
        daemon.remove()


def append(daemon: SyslogDaemon, texts: list[str], mark: str) -> None:
    """To the log, with a line at its end that shows that the lines before it have arrived."""
    with daemon.log.open("a") as log:
        log.write("".join(f"{text}\n" for text in [*texts, json.dumps(line_with(mark, {}))]))


def wait_for(stage: Stage, mark: str) -> None:
    index = "opensmtpd-2026.11.21"

    def is_there() -> bool:
        try:
            return bool(stage.engine.get(f"/{index}/_doc/{mark}")["found"])
        except (EngineError, OSError):
            return False

    wait_until("the daemon ships everything", is_there, SECONDS)


def shipping(kind: Kind) -> Check:
    return lambda stage: check_shipping(stage, kind)


def outages(kind: Kind) -> Check:
    return lambda stage: check_outages(stage, kind)


def gaps(engine: Engine) -> dict[str, int]:
    """Of each run of the filter that has gaps in the engine: how many lines are missing."""
    engine.post(f"/{ALL}/_refresh")
    answer = engine.post(f"/{ALL}/_search", json.loads(GAPS.read_text()))
    buckets = answer["aggregations"]["runs"]["buckets"]
    return {bucket["key"]: int(bucket["missing"]["value"]) for bucket in buckets}


def check_shipping(stage: Stage, kind: Kind) -> None:
    checks, engine = stage.checks, stage.engine
    texts = stage.log.read_text().splitlines()
    lines = stage.lines()
    misfit = lines.pop(100)
    name, run = misfit["event"]["id"], misfit["opensmtpd"]["logger"]["run"]
    misfit["opensmtpd"]["rcpt"] = "not an object"
    with daemon_for(stage, kind) as daemon:
        append(daemon, [*texts[:100], NO_JSON, json.dumps(misfit), *texts[101:]], "first-time")
        with daemon:
            wait_for(stage, "first-time")
        checks.equal("each good line is one document", count(engine), len(lines) + 1)
        checks.equal("a document is what was written", stage.compare(lines, set()), {})
        check_mappings(stage)
        daemon.forget()
        append(daemon, [], "second-time")
        with daemon:
            wait_for(stage, "second-time")
            if daemon.keeps_refused:
                wait_until("what was refused is sorted out", daemon.refused.exists, SECONDS)
        checks.equal("shipping everything again adds no document", count(engine), len(lines) + 2)
        unread = set(daemon.unread.read_text().splitlines())
        checks.equal("the line that is no JSON is in the file `unread`", unread, {NO_JSON})
        checks.equal(
            "the line that does not fit the mapping is a gap in the engine", gaps(engine), {run: 1}
        )
        if daemon.keeps_refused:
            refused = daemon.refused.read_text()
            checks.true(
                "and is in the file `refused`, with the reason",
                name in refused and "mapper_parsing_exception" in refused,
                refused,
            )


def check_outages(stage: Stage, kind: Kind) -> None:
    checks, engine = stage.checks, stage.engine
    texts = stage.more_lines(EVENTS).read_text().splitlines()
    third = len(texts) // 3
    with daemon_for(stage, kind) as daemon:
        daemon.log.write_text("".join(f"{text}\n" for text in texts[:third]))
        with daemon:
            wait_until("the first documents are there", lambda: has(engine, 1), SECONDS)
            engine.stop(signal.SIGKILL)
            append(daemon, texts[third : 2 * third], "engine-is-back")
            engine.start()
            wait_for(stage, "engine-is-back")
            checks.equal("nothing is lost, nothing is there twice", count(engine), 2 * third + 1)

            engine.stop(signal.SIGKILL)
            known = len(daemon.said(daemon.engine_down))
            append(daemon, texts[2 * third : -100], "engine-is-gone")
            wait_until(
                "the daemon finds no engine",
                lambda: len(daemon.said(daemon.engine_down)) > known,
                SECONDS,
            )
        append(daemon, texts[-100:], "both-are-down")
        if daemon.reads_rotated:
            daemon.rotate()
        append(daemon, [], "both-are-back")
        engine.start()
        with daemon:
            wait_for(stage, "both-are-back")
            written = daemon.written()
            if not daemon.most_lost:
                wait_until("it is all there", lambda: has(engine, len(written)), SECONDS)
        lost = len(written) - count(engine)
        checks.true(
            f"stopped while the engine is down it loses at most {daemon.most_lost} lines",
            0 <= lost <= daemon.most_lost,
            lost,
        )
        if daemon.most_lost:
            print(f"        {daemon.name}, stopped while the engine was down, lost {lost} lines")
            daemon.forget()
            append(daemon, [], "read-again")
            with daemon:
                wait_for(stage, "read-again")
        different = stage.compare(daemon.written(), set())
        checks.equal("in the end every line is a document as it was written", different, {})
        checks.equal("and there is no gap", gaps(engine), {})
