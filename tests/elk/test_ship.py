# SPDX-License-Identifier: ISC
"""python3 -m tests.elk.test_ship ENGINE BINARY RECORDER: from a real smtpd to a real engine with shipped files only.
Exit status 77 where that cannot be had, 1 where a check fails."""

from __future__ import annotations

import subprocess
import sys
import tempfile
import time
from pathlib import Path

from script.lib.elk.engine import Engine
from script.lib.parts import part, part_if_any
from tests.elk.check_bad_input import check_bad_input
from tests.elk.check_bulk import check_bulk
from tests.elk.check_data_stream import check_data_stream
from tests.elk.check_demo import check_demo
from tests.elk.check_dialogue import check_dialogue
from tests.elk.check_filebeat import check_filebeat
from tests.elk.check_lines import check_lines
from tests.elk.check_minors import check_minors
from tests.elk.check_outage import check_outage
from tests.elk.check_panels import check_panels
from tests.elk.check_pipeline import check_pipeline
from tests.elk.check_summary import check_summary
from tests.elk.check_syslog_daemon import outages, shipping
from tests.elk.filebeat import INTO_ENGINES
from tests.elk.stage import Stage
from tests.elk.syslog_daemon import Rsyslog, SyslogNg
from tests.lib.checks import Checks

CHECKS = {
    "by _bulk": check_bulk,
    "dashboards": check_panels,
    "summary": check_summary,
    "demo": check_demo,
    "by the pipeline": check_pipeline,
    "lines counted": check_lines,
    "two minors": check_minors,
    "by Filebeat": check_filebeat,
    "without the dialogue": check_dialogue,
    "bad input": check_bad_input,
    "engine down, Filebeat": check_outage,
    "by rsyslog": shipping(Rsyslog),
    "engine down, rsyslog": outages(Rsyslog),
    "by syslog-ng": shipping(SyslogNg),
    "engine down, syslog-ng": outages(SyslogNg),
    "data stream": check_data_stream,
}
KEPT = {"dashboards", "summary", "demo", "by the pipeline"}
"""The checks that look at the documents of the ones before."""
WITH_FILEBEAT = {"by Filebeat", "without the dialogue", "bad input", "engine down, Filebeat", "data stream"}


def make_lines(folder: Path, binary: str, recorder: str) -> Path:
    made = subprocess.run([sys.executable, "-m", "tests.elk.scenario", folder, binary, recorder], stdout=subprocess.DEVNULL)
    if made.returncode:
        sys.exit(made.returncode)
    return folder / "events.json"


def main(name: str, binary: str, recorder: str) -> int:
    has_filebeat = part_if_any("filebeat", INTO_ENGINES)
    for daemon in (Rsyslog, SyslogNg):
        part("syslog-daemon", daemon.package)
    checks = Checks()
    with tempfile.TemporaryDirectory(prefix="filter-jsonlog-elk.") as temporary:
        folder = Path(temporary)
        log = make_lines(folder, binary, recorder)
        with Engine(name) as engine:
            stage = Stage(engine, checks, folder, log, binary)
            checks.subject = "install.sh"
            for sentence in ("installs", "installs again, changing nothing"):
                done = stage.install()
                checks.true(sentence, done.returncode == 0, done.stdout + done.stderr)
            for subject, check in CHECKS.items():
                if subject in WITH_FILEBEAT and not has_filebeat:
                    print(f"LEFT OUT, no Filebeat here: {subject}")
                    continue
                checks.subject = subject
                if subject not in KEPT:
                    stage.clear()
                began = time.monotonic()
                check(stage)
                print(f"        {subject}: {time.monotonic() - began:.0f} s")
    print(f"{name}: {checks.passed} checks passed, {len(checks.failed)} failed")
    return 1 if checks.failed else 0


if __name__ == "__main__":
    if len(sys.argv) != 4:
        sys.exit("usage: python3 -m tests.elk.test_ship ENGINE BINARY RECORDER")
    sys.exit(main(*sys.argv[1:]))
