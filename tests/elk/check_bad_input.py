# SPDX-License-Identifier: ISC
"""Lines in the log file that no filter should have written: the rest goes through, and each of them
can be found, in the index or in Filebeat's own log."""

from __future__ import annotations

import json
from typing import Any

from script.lib.elk.documents import count, has, stored
from script.lib.line import Line, get
from script.lib.waiting import wait_until
from tests.elk.check_filebeat import ADDED, CUT, SECONDS, into
from tests.elk.stage import Stage

NO_JSON = "this line is no JSON at all"
FILEBEATS_OWN = {"host.name", "ecs.version"}
"""Filebeat's, where the line has none."""


def check_bad_input(stage: Stage) -> None:
    checks, engine = stage.checks, stage.engine
    wrong_type = line_with("wrong-type", {"opensmtpd": {"count": {"rcpt": "many"}}})
    wrong_shape = line_with("wrong-shape", {"opensmtpd": {"rcpt": "not an object"}})
    too_long = line_with("too-long", {"opensmtpd": {"banner": "x" * 2_000_000}})
    bad = [NO_JSON, *map(json.dumps, (wrong_type, wrong_shape, too_long))]
    log = stage.folder / "bad.json"
    texts = stage.log.read_text().splitlines()
    half = len(texts) // 2
    log.write_text("\n".join([*texts[:half], *bad, *texts[half:], ""]))
    # The offset in the registry of Filebeat 7.12 lacks the length of a line that was left out.
    with into(stage, log) as filebeat, filebeat:
        expected = len(texts) + 2
        wait_until("everything is shipped", lambda: has(engine, expected), SECONDS)
        refusals = filebeat.said("Cannot index event")
        left_out = filebeat.said("max bytes in line limit")
        checks.equal("the good lines go through", stage.compare(stage.lines(), ADDED | CUT), {})
    checks.equal("and so do two of the bad ones", count(engine), expected)
    no_json = [
        hit["_source"] for hit in stored(engine, query={"exists": {"field": "error.message"}})
    ]
    checks.equal(
        "the line that is no JSON is found by its error.message",
        [(get(line, "error.type"), get(line, "message")) for line in no_json],
        [("json", NO_JSON)],
    )
    ignored = list(stored(engine, query={"exists": {"field": "_ignored"}}))
    checks.equal(
        "the line with a value of the wrong type is found by _ignored, which names the field",
        [(hit["_id"], hit["_ignored"]) for hit in ignored],
        [("wrong-type", ["opensmtpd.count.rcpt"])],
    )
    added = ADDED | CUT | FILEBEATS_OWN
    checks.equal("and has all that was written", stage.compare([wrong_type], added), {})
    checks.true(
        "the line that does not fit the mapping is in Filebeat's log, with the reason",
        len(refusals) == 1 and "wrong-shape" in refusals[0] and "opensmtpd.rcpt" in refusals[0],
        refusals,
    )
    checks.equal("that a line was too long is in Filebeat's log", len(left_out), 1)


def line_with(name: str, fields: dict[str, Any]) -> Line:
    event = {"id": name, "action": "tx-rcpt"}
    return {"@timestamp": "2026-11-21T12:00:00.000000Z", "event": event, **fields}
