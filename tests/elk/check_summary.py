# SPDX-License-Identifier: ISC
"""`filter-jsonlog summary` of a log and the dashboards over its documents say the same."""

from __future__ import annotations

import json
import subprocess
from collections import Counter
from typing import Any

from script.lib.elk import panels
from script.lib.elk.panels import Key
from tests.elk.stage import Stage

Summary = dict[str, Any]
Counts = dict[Key, int]

DIRECTIONS = ("in", "out")


def check_summary(stage: Stage) -> None:
    command = [stage.binary, "summary", "--json", "--top", "1000", str(stage.log)]
    summary = json.loads(subprocess.run(command, stdout=subprocess.PIPE, check=True).stdout)
    shown = panels.ask(stage.engine)
    for name, told in said_by(summary).items():
        stage.checks.equal(f"{name} shows what summary says", shown[name].counts(), without_zeros(told))
    for (name, number), told in summed_by(summary).items():
        values = [value for value in shown[name].measures(number).values() if value is not None]
        stage.checks.equal(f"{name} sums up to what summary says, in measure {number}", sum(values), told)
    worst = max(phase["max_us"] for phase in summary["filters"]["phase"].values())
    slowest = shown["filters-slowest"].measures("1")
    stage.checks.equal("filters-slowest shows the worst that summary says", slowest, {(): worst})
    decisions: Counter[str] = Counter()
    for (_, response), count in shown["filters-decisions-by-phase"].counts().items():
        decisions[response] += count
    answers = {name: n for name, n in summary["filters"]["answers"].items() if n and name not in ("proceed", "report")}
    stage.checks.equal("filters-decisions-by-phase has as many of each as summary says", dict(decisions), answers)


def without_zeros(counts: dict[str, int]) -> Counts:
    return {(name,): count for name, count in counts.items() if count}


def said_by(summary: Summary) -> dict[str, dict[str, int]]:
    """What summary says of panels that show one number for each name."""
    sessions, recipients, refusals = summary["sessions"], summary["recipients"], summary["refusals"]
    encrypted = {
        way: {"TLS": sessions["tls"][way], "no TLS": sessions[way] - sessions["tls"][way]} for way in DIRECTIONS
    }
    severity = {
        way: {"temporary (4xx)": refusals[way]["4xx"], "permanent (5xx)": refusals[way]["5xx"]} for way in DIRECTIONS
    }
    return {
        "overview-encryption": encrypted["in"],
        "overview-clients": {client["address"]: client["sessions"] for client in summary["top"]["clients"]},
        "refusals-severity": severity["in"],
        "refusals-recipients": recipients["in"],
        "abuse-attempts": summary["logins"],
        "outbound-sessions": encrypted["out"],
        "outbound-answers": recipients["out"],
        "outbound-refusals": severity["out"],
        "outbound-closing": sessions["close"]["out"],
    }


def summed_by(summary: Summary) -> dict[tuple[str, str], int]:
    """What summary says of panels whose rows have a sum."""
    sums = {
        ("overview-sender-domains", "2"): summary["messages"]["in"]["bytes"],
        ("outbound-messages", "2"): summary["messages"]["out"]["bytes"],
        ("overview-in", "6"): sum(summary["logins"].values()),
        ("overview-in", "7"): sum(summary["logins"].values()) - summary["logins"]["pass"],
    }
    for way in DIRECTIONS:
        sums[f"overview-{way}", "2"] = summary["messages"][way]["count"]
        for number, status in enumerate(("ok", "tempfail", "permfail"), start=3):
            sums[f"overview-{way}", str(number)] = summary["recipients"][way][status]
    return sums
