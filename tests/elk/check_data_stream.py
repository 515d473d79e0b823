# SPDX-License-Identifier: ISC
"""Everything in one data stream, where the engine has them."""

from __future__ import annotations

from script.lib.elk.documents import count, ship
from script.lib.elk.engine import ELASTICSEARCH
from tests.elk.check_bulk import check_mappings
from tests.elk.check_filebeat import ADDED, CUT, into, ship as ship_by
from tests.elk.stage import Stage

STREAM = "opensmtpd-mail"


def check_data_stream(stage: Stage) -> None:
    checks = stage.checks
    done = stage.install("--data-stream")
    if stage.engine.name == ELASTICSEARCH:
        said = "has no data streams: leave out --data-stream" in done.stderr
        checks.true("install.sh says that this engine has none", done.returncode == 1 and said, done)
        return
    checks.true("install.sh --data-stream installs", done.returncode == 0, done.stdout + done.stderr)
    try:
        check_bulk_into_stream(stage)
        drop(stage)
        check_filebeat_into_stream(stage)
    finally:
        drop(stage)
        stage.install()


def check_bulk_into_stream(stage: Stage) -> None:
    checks, engine = stage.checks, stage.engine
    lines = stage.lines()
    rejected = [answer for answer in ship(engine, stage.log, STREAM) if answer["status"] != 201]
    checks.equal("no document is rejected", rejected, [])
    checks.equal("each line is one document", count(engine, STREAM), len(lines))
    checks.equal("they are in one backing index", len(backing_indices(stage)), 1)
    checks.equal("a document is what was written", stage.compare(lines, set()), {})
    check_mappings(stage, kind="_data_stream/")
    again = ship(engine, stage.log, STREAM)
    checks.equal(
        "shipped again, every document is there already", {one["status"] for one in again}, {409}
    )
    checks.equal("and none is added", count(engine, STREAM), len(lines))

    for size, indices in ("1tb", 1), ("1kb", 2):
        engine.post(f"/{STREAM}/_rollover", {"conditions": {"max_size": size}})
        sentence = f"a rollover at {size} leaves the number of backing indices at {indices}"
        checks.equal(sentence, len(backing_indices(stage)), indices)
    later = ship(engine, stage.log, STREAM)
    checks.equal("which knows no id of the one before", {one["status"] for one in later}, {201})


def check_filebeat_into_stream(stage: Stage) -> None:
    checks, engine = stage.checks, stage.engine
    lines = stage.lines()
    with into(stage, stage.log, changes={"opensmtpd-%{+yyyy.MM.dd}": STREAM}) as filebeat:
        for sentence in ("by Filebeat, each line is one document", "and shipped again, none is added"):
            ship_by(filebeat, stage.log)
            checks.equal(sentence, count(engine, STREAM), len(lines))
            filebeat.forget()
        checks.equal("in a backing index", len(backing_indices(stage)), 1)
        different = stage.compare(lines, ADDED | CUT)
        checks.equal("a document is what was written, and where Filebeat read it", different, {})
        checks.equal("Filebeat has no warning", filebeat.said("\tWARN\t"), [])


def backing_indices(stage: Stage) -> list[str]:
    streams = stage.engine.get(f"/_data_stream/{STREAM}")["data_streams"]
    return [index["index_name"] for stream in streams for index in stream["indices"]]


def drop(stage: Stage) -> None:
    stage.engine.delete(f"/_data_stream/{STREAM}")
