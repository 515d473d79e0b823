# SPDX-License-Identifier: ISC
"""The dashboards' questions, asked of the engine: each has an answer for the scenario's mail, and
the answer is what Python counts over the log file."""

from __future__ import annotations

import panels
from counts import COUNTS, MEASURES, Log
from stage import Stage


def check_panels(stage: Stage) -> None:
    checks = stage.checks
    log = Log(stage.lines())
    shown = panels.ask(stage.engine)
    empty = [panel.title for panel in shown.values() if panel.is_empty()]
    checks.equal(f"each of {len(shown)} visualizations shows something", empty, [])
    for name, count in COUNTS.items():
        checks.equal(f"{name} shows what is in the log", shown[name].counts(), count(log))
    for (name, number), measure in MEASURES.items():
        checks.equal(
            f"{name} shows what the log sums up to, in measure {number}",
            shown[name].measures(number),
            measure(log),
        )
