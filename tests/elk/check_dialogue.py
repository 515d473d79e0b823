# SPDX-License-Identifier: ISC
"""Filebeat leaves the dialogue out, with the shipped piece of configuration."""

from __future__ import annotations

from script.lib.elk.documents import count
from script.lib.line import Line, get
from tests.elk.check_filebeat import CONFIGURATIONS, into, ship
from tests.elk.check_panels import check_panels
from tests.elk.stage import Stage

AFTER_THE_PROCESSORS = "# The template and the dashboards are put there once"


def check_dialogue(stage: Stage) -> None:
    piece = (CONFIGURATIONS / "without-dialogue.yml").read_text()
    lines = stage.lines()
    stay = [line for line in lines if not is_dialogue(line)]
    changes = {AFTER_THE_PROCESSORS: piece + AFTER_THE_PROCESSORS}
    with into(stage, stage.log, changes=changes) as filebeat:
        ship(filebeat, stage.log)
    share = 100 * len(stay) / len(lines)
    print(f"without the dialogue {len(stay)} of {len(lines)} lines are shipped, {share:.0f} %")
    stage.checks.equal("all other lines are shipped", count(stage.engine), len(stay))
    check_panels(stage)


def is_dialogue(line: Line) -> bool:
    action = get(line, "event.action")
    if get(line, "opensmtpd.anomaly_new"):
        return False
    reply = get(line, "opensmtpd.last.reply.class")
    return action == "protocol-client" or (action == "protocol-server" and reply in (1, 2, 3))
