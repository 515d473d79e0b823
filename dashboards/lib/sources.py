# SPDX-License-Identifier: ISC
"""Reads dashboards/src: rules, splits, colours, dashboards and saved searches.

What a source says wrongly (an unknown key, rule, split or kind, a row that is not 48 wide) raises
SourceError, which names the file and the panel.
"""

import tomllib
from dataclasses import dataclass
from pathlib import Path

GRID = 48
KINDS = ("number", "bars", "share", "lines", "ranking", "donut", "heat", "table", "search")
ORDER = ("overview", "refusals", "abuse", "filters", "outbound", "session", "message")


class SourceError(Exception):
    pass


@dataclass(frozen=True)
class Rule:
    lines: str
    unit: str


@dataclass(frozen=True)
class Search:
    id: str
    title: str
    description: str
    lines: str
    columns: list[str]
    oldest_first: bool = False
    # Greatest first by this field, instead of newest first.
    greatest: str = ""


@dataclass(frozen=True)
class Panel:
    """One place on a dashboard: a visualization, or a saved search when kind is "search"."""

    id: str
    kind: str
    size: tuple[int, int]
    title: str = ""
    help: str = ""
    rule: Rule | None = None
    where: str = ""
    unit: str = ""
    measure: tuple = ("count",)
    by: tuple = ()
    colours: str = "Reds"
    search: str = ""
    # A number above 0 is red, 0 is green.
    alarm: bool = False
    # A table whose rows do not add up, because a line can stand in several, has no total.
    total: bool = True


@dataclass(frozen=True)
class Dashboard:
    id: str
    title: str
    description: str
    # Which filter to set, for whom or what.
    ask: str
    where: str
    panels: list[Panel]


@dataclass(frozen=True)
class Sources:
    splits: dict[str, dict[str, str]]
    label_colours: dict[str, str]
    field_values: dict[str, list[str]]
    dashboards: list[Dashboard]
    searches: list[Search]


def read(folder: Path) -> Sources:
    rules = {name: Rule(**values) for name, values in _toml(folder / "rules.toml").items()}
    splits = _toml(folder / "splits.toml")
    colours = _toml(folder / "colours.toml")
    searches = [_make(Search, {"id": name, **values}, f"searches.toml, {name}")
                for name, values in _toml(folder / "searches.toml").items()]
    known_searches = {search.id for search in searches}
    dashboards = []
    for name in ORDER:
        source = _toml(folder / f"{name}.toml")
        panels = [_panel(values, rules, splits, known_searches, f"{name}.toml, {values.get('id', '?')}")
                  for values in source.pop("panel")]
        dashboards.append(_make(Dashboard, {"id": name, "where": "", **source, "panels": panels}, f"{name}.toml"))
    return Sources(
        splits=splits,
        label_colours={label: colours["colours"][meaning] for label, meaning in colours["labels"].items()},
        field_values=colours["values"],
        dashboards=dashboards,
        searches=searches,
    )


def _panel(values: dict, rules: dict, splits: dict, searches: set, place: str) -> Panel:
    values = dict(values)
    rule = values.pop("count", None)
    if values.get("kind") not in KINDS:
        raise SourceError(f"{place}: kind is one of {', '.join(KINDS)}")
    if values["kind"] == "search":
        if values.get("search") not in searches:
            raise SourceError(f"{place}: no search {values.get('search')!r}")
    else:
        if rule not in rules:
            raise SourceError(f"{place}: no rule {rule!r}")
        if not values.get("title"):
            raise SourceError(f"{place}: no title")
        values["rule"] = rules[rule]
        values.setdefault("unit", rules[rule].unit)
    for bucket in values.get("by", []):
        if isinstance(bucket, dict) and "split" in bucket and bucket["split"] not in splits:
            raise SourceError(f"{place}: no split {bucket['split']!r}")
    for key in ("size", "measure", "by"):
        if key in values:
            values[key] = tuple(values[key])
    return _make(Panel, values, place)


def _make(kind: type, values: dict, place: str):
    try:
        return kind(**values)
    except TypeError as error:
        raise SourceError(f"{place}: {error}") from None


def _toml(path: Path) -> dict:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except tomllib.TOMLDecodeError as error:
        raise SourceError(f"{path.name}: {error}") from None


def places(dashboard: Dashboard, top: int = 0) -> list[tuple[int, int, int, int]]:
    """x, y, width and height of each panel, from the line `top` on: rows from left to right, each as
    wide as the grid."""
    found = []
    x, y = 0, top
    row_height = 0
    for panel in dashboard.panels:
        width, height = panel.size
        if x == 0:
            row_height = height
        if height != row_height or x + width > GRID:
            raise SourceError(f"{dashboard.id}.toml, {panel.id}: does not fit into its row")
        found.append((x, y, width, height))
        x += width
        if x == GRID:
            x = 0
            y += height
    if x:
        raise SourceError(f"{dashboard.id}.toml: the last row is not full")
    return found
