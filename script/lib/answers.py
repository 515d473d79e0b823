# SPDX-License-Identifier: ISC
"""python3 -m script.lib.answers LOG: ships the lines of a log file into a real search engine, asks it what the panels
of the dashboards ask, and shows some of the answers, for people."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any, Iterator

from script.lib.checkout import ROOT
from script.lib.elk import panels
from script.lib.elk.documents import count, ship
from script.lib.elk.engine import OPENSEARCH, Engine
from script.lib.elk.panel_queries import read
from script.lib.elk.panels import Key, Panel, Row

INSTALL = "contrib/elasticsearch/install.sh"
SHOWN = (
    "overview-messages-over-time",
    "overview-encryption",
    "outbound-reasons",
    "abuse-failed-pairs",
    "abuse-histories",
    "filters-refused",
    "filters-latency-by-phase",
    "outbound-servers",
)
ROWS_AT_MOST = 6
CELL_AT_MOST = 48


def cut(text: str, width: int) -> str:
    return text if len(text) <= width else text[: width - 1] + "…"


def fill(engine: Engine, log: Path) -> None:
    """The shipped template, and every line of the log."""
    subprocess.run([ROOT / INSTALL, "--url", engine.url], check=True, timeout=60)
    answers = ship(engine, log)
    refused = [answer for answer in answers if answer["status"] != 201]
    if refused:
        sys.exit(f"the engine refused {len(refused)} lines, the first one with {refused[0]}")
    print(f"{count(engine)} documents, one for each line, by _bulk; a Filebeat that takes this engine would first")
    print("have to be built, which takes two minutes")


def show_answers(engine: Engine) -> None:
    answered = panels.ask(engine)
    states = {
        entry["id"].removeprefix("opensmtpd-"): json.loads(entry["attributes"]["visState"])
        for entry in read(panels.OBJECTS)
        if entry["type"] == "visualization"
    }
    for name in SHOWN:
        print(f"\n{answered[name].title}\n")
        print_table(*table(answered[name], states[name]["aggs"]))
    filled = sum(not panel.is_empty() for panel in answered.values())
    print(f"\nAll {len(answered)} panels were asked; {filled} have an answer about this mail.")


def table(panel: Panel, aggs: list[dict[str, Any]]) -> tuple[list[list[str]], int]:
    """The heads, then the rows: the names of the buckets, then the measures; and how many columns
    are names."""
    measures = [agg for agg in aggs if agg["schema"] == "metric"]
    buckets = [agg for agg in aggs if agg["schema"] != "metric"]
    rows = [[*map(head, buckets), *(unit for agg in measures for unit in units(agg))]]
    for key, row in panel.rows.items():
        if row["count"]:
            rows.append([*labels(key, buckets), *values(row, measures)])
    return rows, len(buckets)


def head(bucket: dict[str, Any]) -> str:
    return str(bucket["params"].get("customLabel", bucket["params"].get("field", "")))


def labels(key: Key, buckets: list[dict[str, Any]]) -> Iterator[str]:
    for text, bucket in zip(key, buckets):
        if bucket["type"] == "date_histogram":
            text = text[:16].replace("T", " ")
        yield bucket["params"]["missingBucketLabel"] if text == "__missing__" else text


def units(measure: dict[str, Any]) -> list[str]:
    label = measure["params"]["customLabel"]
    return [f"{percent} %: {label}" for percent in measure["params"].get("percents", [])] or [label]


def values(row: Row, measures: list[dict[str, Any]]) -> Iterator[str]:
    for measure in measures:
        value = row["count" if measure["type"] == "count" else measure["id"]]
        milliseconds = measure["params"].get("field", "").endswith("_us")
        for number in value if isinstance(value, list) else [value]:
            yield "–" if number is None else f"{number / 1000:,.1f}" if milliseconds else f"{number:,.0f}"


def print_table(rows: list[list[str]], names: int) -> None:
    shown = [[cut(cell, CELL_AT_MOST) for cell in row] for row in rows[: 1 + ROWS_AT_MOST]]
    widths = [max(map(len, column)) for column in zip(*shown)]
    for row in shown:
        cells = [cell.ljust(width) for cell, width in zip(row[:names], widths)]
        cells += [cell.rjust(width) for cell, width in zip(row[names:], widths[names:])]
        print("  " + "  ".join(cells))
    if len(rows) > len(shown):
        print(f"  … and {len(rows) - len(shown)} more")
    if len(rows) == 1:
        print("  nothing of the kind in this mail")


def main(log: Path) -> None:
    signal.signal(signal.SIGTERM, lambda *_: sys.exit("terminated"))
    print(f"\n— {OPENSEARCH}, on loopback, with a data folder of its own", flush=True)
    with Engine(OPENSEARCH) as engine:
        fill(engine, log)
        print("\n— what the dashboards ask, and what the engine answers")
        show_answers(engine)
    print("\nThe engine has ended, and its data are gone.")
    print("\n— the dashboards in your own Kibana or OpenSearch Dashboards\n")
    print(f"  {INSTALL} --url http://127.0.0.1:9200 --kibana http://127.0.0.1:5601\n")
    print("with the addresses of yours, or dashboards/opensmtpd.ndjson by hand: Stack Management, Saved")
    print("Objects, Import. doc/elk.md leads from there to a filled dashboard.")


if __name__ == "__main__":
    try:
        main(Path(sys.argv[1]))
    except KeyboardInterrupt:
        sys.exit("interrupted; nothing is left running")
