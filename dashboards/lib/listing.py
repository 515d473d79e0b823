# SPDX-License-Identifier: ISC
"""panels.md: what each panel counts, in which lines, grouped by what."""

from .sources import Dashboard, Panel, Sources

KINDS = {"number": "number", "bars": "bars", "share": "bars, in per cent", "lines": "lines", "ranking": "ranking",
         "donut": "donut", "heat": "heat map", "table": "table"}


def markdown(source: Sources) -> str:
    parts = ["# Panels\n", "Made by `dashboards/generate` from `dashboards/src`.\n"]
    for dashboard in source.dashboards:
        parts += [f"## {dashboard.title}\n", f"{dashboard.description} {dashboard.ask}\n",
                  "| panel | as | counts | in lines with | by |", "|---|---|---|---|---|"]
        parts += [_row(panel, dashboard) for panel in dashboard.panels if panel.kind != "search"]
        parts.append("")
    parts += ["## Saved searches\n", "| search | lines with | what for |", "|---|---|---|"]
    parts += [f"| {search.title} | {_code(search.lines)} | {search.description} |" for search in source.searches]
    return "\n".join(parts) + "\n"


def _row(panel: Panel, dashboard: Dashboard) -> str:
    lines = "<br>".join(_code(part) for part in (panel.rule.lines, dashboard.where, panel.where) if part)
    title = panel.title + (f"<br>*{panel.help}*" if panel.help else "")
    return f"| {title} | {KINDS[panel.kind]} | {_measures(panel)} | {lines} | {_groups(panel)} |"


def _measures(panel: Panel) -> str:
    return ", ".join(panel.unit if measure == "count" else _measure(measure) for measure in panel.measure)


def _measure(measure: dict) -> str:
    if "percentiles" in measure:
        percents = ", ".join(f"{percent}th" for percent in measure["at"])
        return f"{percents} percentile of `{measure['percentiles']}`"
    for key, words in (("sum", "sum of"), ("max", "greatest"), ("min", "smallest"), ("distinct", "distinct")):
        if key in measure:
            return f"{words} `{measure[key]}`"
    return ""


def _groups(panel: Panel) -> str:
    return ", ".join("time" if bucket == "time" else bucket["split"] if "split" in bucket else f"`{bucket['field']}`"
                     for bucket in panel.by) or "–"


def _code(text: str) -> str:
    return f"`{text}`"
