# SPDX-License-Identifier: ISC
"""python3 -m tests.elk.scenario FOLDER BINARY RECORDER: sends the mail of the end-to-end tests through a real smtpd and
the filter, and leaves in FOLDER what the filter wrote (`events.json`) and what smtpd told it
(`record`). Exit status 77 where a real smtpd cannot be had."""

from __future__ import annotations

import os
import shutil
import sys
from pathlib import Path

from script.lib.parts import part
from script.lib.smtpd import private_machine
from script.lib.smtpd.mail_server import MailServer
from tests.e2e import run as e2e, scenarios_outbound
from tests.e2e.rehearsal import Rehearsal
from tests.lib.checks import Checks

OPTIONS = "--host mail.test"


def main(folder: Path, binary: Path, recorder: Path) -> int:
    tree = Path(os.environ.setdefault("FILTER_JSONLOG_TREE", str(part("tree", "trixie"))))
    private_machine.enter()
    checks = Checks()
    mail = MailServer(tree, binary, recorder, OPTIONS)
    sinks = scenarios_outbound.open_sinks(mail.certificate)
    with mail:
        e2e.act(Rehearsal(mail, sinks, checks, has_tls=True))
    for kept in (mail.live, mail.record.path):
        shutil.copy(kept, folder)
    return 1 if checks.failed else 0


if __name__ == "__main__":
    if len(sys.argv) != 4:
        sys.exit("usage: python3 -m tests.elk.scenario FOLDER BINARY RECORDER")
    sys.exit(main(*(Path(argument).resolve() for argument in sys.argv[1:4])))
