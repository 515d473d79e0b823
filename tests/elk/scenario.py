#!/usr/bin/env python3
# SPDX-License-Identifier: ISC
"""scenario.py FOLDER BINARY RECORDER: sends the mail of the end-to-end tests through a real smtpd and
the filter, and leaves in FOLDER what the filter wrote (`events.json`) and what smtpd told it
(`record`). Exit status 77 where a real smtpd cannot be had."""

from __future__ import annotations

import os
import shutil
import sys
from pathlib import Path

sys.dont_write_bytecode = True
sys.path.insert(0, str(Path(__file__).resolve().parent))

from parts import part  # noqa: E402
import private_machine  # noqa: E402
import run as e2e  # noqa: E402
import scenarios_outbound  # noqa: E402
from checks import Checks  # noqa: E402
from mail_server import MailServer  # noqa: E402
from rehearsal import Rehearsal  # noqa: E402

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
        sys.exit("usage: scenario.py FOLDER BINARY RECORDER")
    sys.exit(main(*(Path(argument).resolve() for argument in sys.argv[1:4])))
