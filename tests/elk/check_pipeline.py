# SPDX-License-Identifier: ISC
"""The lines through the ingest pipeline that install.sh puts there, beside those that came without."""

from __future__ import annotations

from script.lib.elk.documents import count, fields_of, ship, stored
from tests.elk.check_bulk import check_mappings
from tests.elk.stage import Stage

INDEX = "opensmtpd-pipeline"
ARRIVED = "event.ingested"


def check_pipeline(stage: Stage) -> None:
    checks, engine = stage.checks, stage.engine
    lines = stage.lines()
    answers = ship(engine, stage.log, INDEX, "?pipeline=opensmtpd")
    checks.equal("no document is rejected", {answer["status"] for answer in answers}, {201})
    checks.equal("each line is one document", count(engine, INDEX), len(lines))
    different = stage.compare(lines, {ARRIVED}, INDEX)
    checks.equal("a document is what was written, and when it arrived", different, {})
    checks.equal("the time of arrival is a date", fields_of(engine).get(ARRIVED), {"date"})
    check_mappings(stage, {ARRIVED})
    in_the_last_hour = {"range": {ARRIVED: {"gte": "now-1h", "lte": "now"}}}
    found = sum(1 for _ in stored(engine, query=in_the_last_hour))
    checks.equal("every line that came this way, and no other, is found by it", found, len(lines))
