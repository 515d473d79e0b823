# SPDX-License-Identifier: ISC
"""The panels show the same of a log with a line for every event and of one with `--lines counted`."""

from __future__ import annotations

import subprocess
from pathlib import Path

from script.lib.elk import panels
from script.lib.elk.documents import ship
from tests.elk.stage import Stage

ALL, COUNTED = "opensmtpd-lines-all", "opensmtpd-lines-counted"
# What these count is lines, not mail, or the lines of one session.
OF_LINES = {"overview-runs", "overview-dropped", "session-phases"}
MOST_EMPTY = 2


def check_lines(stage: Stage) -> None:
    shown = {}
    for choice, index in (("all", ALL), ("counted", COUNTED)):
        ship(stage.engine, replayed(stage, choice), index)
        shown[choice] = panels.ask(stage.engine, index)
    different = [
        name
        for name, panel in shown["all"].items()
        if name not in OF_LINES and panel.rows != shown["counted"][name].rows
    ]
    stage.checks.equal(
        f"{len(shown['all']) - len(OF_LINES)} panels show the same with --lines counted", different, []
    )
    empty = [name for name, panel in shown["all"].items() if not panel.counts()]
    stage.checks.true("and nearly all of them something", len(empty) <= MOST_EMPTY, empty)


def replayed(stage: Stage, choice: str) -> Path:
    """The log file that the filter would have written of the scenario's mail with this choice."""
    log = stage.folder / f"lines-{choice}.json"
    with log.open("wb") as out:
        command = [stage.binary, "replay", "--host", "mail.test", "--lines", choice, str(stage.log.parent / "record")]
        subprocess.run(command, stdout=out, check=True)
    return log
