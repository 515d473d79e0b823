# SPDX-License-Identifier: ISC
"""What `script/demo --elk` prints about the scenario's mail."""

from __future__ import annotations

import io
import re
from contextlib import redirect_stdout

from script.lib import answers
from tests.elk.counts import COUNTS, Log
from tests.elk.stage import Stage


def check_demo(stage: Stage) -> None:
    checks = stage.checks
    printed = io.StringIO()
    with redirect_stdout(printed):
        answers.show_answers(stage.engine)
    text = printed.getvalue()
    tables = dict(re.findall(r"^(\[OpenSMTPD\] .*)\n\n((?:  .*\n)+)", text, re.MULTILINE))
    checks.equal("each chosen panel has a table", len(tables), len(answers.SHOWN))
    short = [title for title, table in tables.items() if table.count("\n") < 2]
    checks.equal("each table has heads and rows", short, [])
    rows = tables.get("[OpenSMTPD] Overview: Sessions in, by encryption", "").splitlines()
    cells = [re.split(r"\s{2,}", row.strip()) for row in rows]
    expected = COUNTS["overview-encryption"](Log(stage.lines()))
    checks.equal("the unit stands over the numbers", cells[:1], [["sessions"]])
    checks.equal(
        "the numbers are those of the log",
        {(name,): int(number) for name, number in cells[1:]},
        expected,
    )
