# SPDX-License-Identifier: ISC
"""What must hold for a dashboard as a whole: complaints(entry, known, fields). known: all saved
objects by type and id."""

import json
import re
from collections.abc import Iterator

from script.lib.elk import kql

MOST_PANELS = 14
NARROWEST_DONUT = 16
HIGHEST_NUMBER = 5
# A row of a table is as high as one of the grid; heads, total and pager take the rest.
ROWS_OF_THE_REST = 8
FEWEST_ROWS = 2
LINK = re.compile(r"\]\(([^)]*)\)")
# What only comes in, whatever the panel says: logins and answers of filters.
ONLY_IN = {"link-auth", "filter-response"}
RECORDS = "opensmtpd.record"


def complaints(entry: dict, known: dict, fields: dict) -> Iterator[str]:
    panels = list(_panels(entry, known))
    if not panels or panels[0][1]["type"] != "visualization" or _kind(panels[0][1]) != "markdown":
        yield "does not begin with the way to the others"
    charts = [shown for _, shown in panels if _kind(shown) not in ("metric", "markdown")]
    if len(charts) > MOST_PANELS:
        yield f"more than {MOST_PANELS} panels"
    yield from (complaint for place, shown in panels for complaint in _panel(place, shown))


def dead_links(entry: dict, known: dict) -> Iterator[str]:
    text = json.loads(entry["attributes"]["visState"])["params"]["markdown"]
    for link in LINK.findall(text):
        if not link.startswith("#/view/") or ("dashboard", link.removeprefix("#/view/")) not in known:
            yield f"a link leads nowhere: {link}"
    if text.count("](") != sum(kind == "dashboard" for kind, _ in known) - 1:
        yield "does not lead to every other dashboard"


def _panels(entry: dict, known: dict) -> Iterator[tuple[dict, dict]]:
    targets = {reference["name"]: (reference["type"], reference["id"]) for reference in entry["references"]}
    for panel in json.loads(entry["attributes"]["panelsJSON"]):
        target = targets.get(panel.get("panelRefName"))
        if target in known:
            yield panel["gridData"], known[target]


def _kind(shown: dict) -> str:
    return json.loads(shown["attributes"]["visState"])["type"] if shown["type"] == "visualization" else "search"


def _panel(place: dict, shown: dict) -> Iterator[str]:
    kind = _kind(shown)
    if kind == "pie" and place["w"] < NARROWEST_DONUT:
        yield f"{shown['id']}: the labels of a narrow donut are cut"
    if kind == "metric" and place["h"] > HIGHEST_NUMBER:
        yield f"{shown['id']}: a number takes the room of a chart"
    if kind == "table" and _rows(shown) > max(place["h"] - ROWS_OF_THE_REST, FEWEST_ROWS):
        yield f"{shown['id']}: the pager is out of sight"
    if kind not in ("markdown", "search") and _mixes_directions(shown):
        yield f"{shown['id']}: in and out stand in one number"


def _rows(shown: dict) -> int:
    rows: int = json.loads(shown["attributes"]["visState"])["params"]["perPage"]
    return rows


def _query(shown: dict) -> str:
    query: str = json.loads(shown["attributes"]["kibanaSavedObjectMeta"]["searchSourceJSON"])["query"]["query"]
    return query


def _mixes_directions(shown: dict) -> bool:
    """Whether it counts both without saying so, by groups or in its title."""
    tree = kql.parse(_query(shown)) if _query(shown) else ("and", [])
    parts = tree[1] if tree[0] == "and" else [tree]
    if any(part[0] == "is" and part[1] == "opensmtpd.subsystem" for part in parts):
        return False
    if any(part[0] == "is" and part[1] == "event.action" and part[2] in ONLY_IN for part in parts):
        return False
    apart = "opensmtpd.subsystem" in shown["attributes"]["visState"]
    return not (apart or "in and out" in shown["attributes"]["title"] or RECORDS in kql.fields(tree))
