# SPDX-License-Identifier: ISC
"""python3 -m tests.e2e.run SUITE BINARY RECORDER: a real smtpd of that Debian suite, real and garbage clients, and
filter-jsonlog beside a recorder in its chain. Where the suite is not this machine's, both are built
in the suite first, as its users would. Exit status 77 where that cannot be had, 1 where a check
fails."""

from __future__ import annotations

import os
import platform
import shutil
import sys
from pathlib import Path
from typing import Iterator

from script.lib.parts import part
from script.lib.smtpd import private_machine
from script.lib.smtpd.mail_server import MailServer
from tests.e2e import (scenarios_filters, scenarios_hostile, scenarios_outbound, scenarios_plain,  # noqa: F401
                       scenarios_tls)
from tests.e2e.rehearsal import SCENARIOS, Rehearsal, Scenario
from tests.e2e.verdict import check_everything, read_lines
from tests.lib.checks import Checks
from tests.lib.journal import Journal
from tests.lib.landlock import KILL, hide_landlock

OPTIONS = "--original --host mail.test --label purpose=e2e"


def is_this_machines(suite: str) -> bool:
    return platform.freedesktop_os_release().get("VERSION_CODENAME") == suite


def can_do(scenario: Scenario, run: Rehearsal) -> bool:
    there = {"": True, "tls": run.has_tls, "inet6": run.mail.has_inet6}[scenario.needs]
    if not there:
        print(f"LEFT OUT, no {scenario.needs} here: {scenario.sentence}")
    return there


def act(run: Rehearsal) -> list[tuple[Scenario, Iterator[None]]]:
    acts = []
    for scenario in SCENARIOS:
        if can_do(scenario, run):
            run.checks.subject = scenario.sentence
            steps = scenario.act(run)
            next(steps)
            acts.append((scenario, steps))
    run.checks.subject = "all scenarios"
    run.wait_for_all()
    run.checks.true("smtpd is still running", run.mail.is_running())
    return acts


def look(run: Rehearsal, acts: list[tuple[Scenario, Iterator[None]]]) -> None:
    run.journal = Journal(read_lines(run.mail.live, run.checks), run.checks)
    for scenario, steps in acts:
        run.checks.subject = scenario.sentence
        try:
            next(steps, None)
        except (IndexError, KeyError, TypeError, ValueError) as error:
            run.checks.true("the filter's lines can be read", False, repr(error))
    run.checks.subject = ""


def kill_who_asks_for_landlock() -> None:
    """As SystemCallFilter=@system-service of systemd 252 does."""
    hide_landlock(KILL)


# By suite. The one of Debian 12 has the systemd whose units kill.
UNITS = {"bookworm": kill_who_asks_for_landlock}


def main(suite: str, binary: Path, recorder: Path) -> int:
    if "FILTER_JSONLOG_TREE" not in os.environ:
        os.environ["FILTER_JSONLOG_TREE"] = str(part("tree", suite))
        built = None if is_this_machines(suite) else part("build-in-tree", suite)
        os.environ["FILTER_JSONLOG_BUILT"] = str(built or "")
    tree = Path(os.environ["FILTER_JSONLOG_TREE"])
    installed = binary
    if built := os.environ.get("FILTER_JSONLOG_BUILT"):
        installed, recorder = Path(built) / "filter-jsonlog", Path(built) / "recorder"
    private_machine.enter()
    checks = Checks()
    mail = MailServer(tree, installed, recorder, OPTIONS, UNITS.get(suite))
    sinks = scenarios_outbound.open_sinks(mail.certificate)
    try:
        with mail:
            # The TLS of 6.8.0p2 does not get along with the OpenSSL that Debian 12 gives it.
            run = Rehearsal(mail, sinks, checks, has_tls=not mail.version().startswith("6."))
            acts = act(run)
    finally:
        keep_files(mail, suite)
    look(run, acts)
    check_everything(run, binary, OPTIONS)
    events, sessions = len(mail.record.reports()), len(run.journal.sessions)
    print(f"smtpd {mail.version()}: {events} events, {sessions} sessions,")
    print(f"{len(acts)} scenarios, {checks.passed} checks passed, {len(checks.failed)} failed")
    return 1 if checks.failed else 0


def keep_files(mail: MailServer, suite: str) -> None:
    """What the run left behind, for people who want to look at it; only in a build folder."""
    if build := os.environ.get("MESON_BUILD_ROOT"):
        shutil.copytree(mail.out, Path(build) / "e2e" / suite, dirs_exist_ok=True)


if __name__ == "__main__":
    if len(sys.argv) != 4:
        sys.exit("usage: python3 -m tests.e2e.run SUITE BINARY RECORDER")
    sys.exit(main(sys.argv[1], Path(sys.argv[2]).resolve(), Path(sys.argv[3]).resolve()))
