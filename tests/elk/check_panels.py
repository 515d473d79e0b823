# SPDX-License-Identifier: ISC
"""The dashboards' questions, asked of the engine: each has an answer for the scenario's mail, and
the answer is what Python counts over the log file."""

from __future__ import annotations

from script.lib.elk import panels
from tests.elk.counts import COUNTS, MEASURES, Log
from tests.elk.stage import Stage

WITHOUT_CAUSE = {"overview-damaged"}
"""Empty as long as nothing is wrong."""


def check_panels(stage: Stage) -> None:
    checks = stage.checks
    log = Log(stage.lines())
    shown = panels.ask(stage.engine)
    empty = [
        panel.title
        for name, panel in shown.items()
        if panel.is_empty() and name not in WITHOUT_CAUSE
    ]
    checks.equal(f"each of {len(shown)} visualizations shows something", empty, [])
    for name, count in COUNTS.items():
        checks.equal(f"{name} shows what is in the log", shown[name].counts(), count(log))
    for (name, number), measure in MEASURES.items():
        checks.equal(
            f"{name} shows what the log sums up to, in measure {number}",
            shown[name].measures(number),
            measure(log),
        )
