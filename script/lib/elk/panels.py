# SPDX-License-Identifier: ISC
"""What the dashboards show: the engine's answers to their queries, as small tables."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Iterator

from script.lib.checkout import ROOT
from script.lib.elk import panel_queries
from script.lib.elk.documents import ALL
from script.lib.elk.engine import Engine

OBJECTS = ROOT / "dashboards/opensmtpd.ndjson"

Key = tuple[str, ...]
Row = dict[str, Any]


@dataclass
class Panel:
    """The rows are by the keys of their buckets, from the outside in; one row with no key where
    there are no buckets. A row has `count` and the panel's measures by their number."""

    name: str
    title: str
    body: dict[str, Any]
    rows: dict[Key, Row] = field(default_factory=dict)

    def counts(self) -> dict[Key, int]:
        return {key: row["count"] for key, row in self.rows.items() if row["count"]}

    def measures(self, number: str) -> dict[Key, Any]:
        return {key: row[number] for key, row in self.rows.items() if row["count"]}

    def is_empty(self) -> bool:
        return not any(
            row["count"] and all(value is not None for value in row.values())
            for row in self.rows.values()
        )


def ask(engine: Engine, index: str = ALL) -> dict[str, Panel]:
    """Every visualization, by its id without the project's prefix."""
    panels = {}
    for query in panel_queries.panel_queries(panel_queries.read(OBJECTS)):
        answer = engine.post(f"/{index}/_search", query["body"])
        name = query["id"].removeprefix("opensmtpd-")
        whole = {"doc_count": answer["hits"]["total"]["value"], **answer.get("aggregations", {})}
        panels[name] = Panel(name, query["title"], query["body"], dict(_rows(whole)))
    return panels


def _rows(bucket: dict[str, Any], key: Key = ()) -> Iterator[tuple[Key, Row]]:
    row: Row = {"count": bucket["doc_count"]}
    has_buckets = False
    for number, value in bucket.items():
        if not isinstance(value, dict):
            continue
        if "buckets" in value:
            has_buckets = True
            for name, inner in _named(value["buckets"]):
                yield from _rows(inner, (*key, name))
        elif "values" in value:
            row[number] = [entry["value"] for entry in value["values"]]
        else:
            row[number] = value["value"]
    if not has_buckets:
        yield key, row


def _named(buckets: Any) -> Iterator[tuple[str, Any]]:
    if isinstance(buckets, dict):
        yield from buckets.items()
    else:
        for bucket in buckets:
            yield str(bucket.get("key_as_string", bucket["key"])), bucket
