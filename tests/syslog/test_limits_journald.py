# SPDX-License-Identifier: ISC
"""python3 -m tests.syslog.test_limits_journald BINARY: what journald's limit leaves of a service's lines. In namespaces
of its own: journald has one place for its socket, and tells services apart by their control group. Exit status 77 where
that cannot be had."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

from script.lib.parts import library_path, part, skip
from script.lib.waiting import wait_until
from tests.syslog.account import Account
from tests.syslog.chain import program, record, run_filter

EVENTS = 80_000
BURST = 10_000  # in 30 s, and more where the journal has room: that many times
LARGEST_FACTOR = 6
ENTERED = "FILTER_JSONLOG_JOURNALD"
MACHINE_ID = Path("/etc/machine-id")
RUNTIME = Path("/run")  # hidden by a file system of our own
SOCKET = RUNTIME / "systemd/journal/dev-log"
CONFIGURATION = "[Journal]\nStorage=volatile\nRuntimeMaxUse=512M\nReadKMsg=no\nAudit=no\nForwardToSyslog=no\n"


class Journald(unittest.TestCase):
    def setUp(self) -> None:
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name)
        tree = part("syslog-daemon", "systemd")
        if not MACHINE_ID.exists():
            self.lend_a_machine_id()
        self.environment = {**os.environ, "LD_LIBRARY_PATH": library_path(tree)}
        self.journald = next(tree.rglob("lib/systemd/systemd-journald"))
        self.journalctl = next(tree.rglob("bin/journalctl"))
        self.cgroup = self.folder / "cgroup"
        self.cgroup.mkdir()
        self.mount("-t", "cgroup2", "none", str(self.cgroup))
        self.service = self.cgroup / "system.slice/opensmtpd.service"
        made = [path for path in (self.service.parent, self.service) if not path.exists()]
        self.service.mkdir(parents=True, exist_ok=True)
        for path in made:
            self.addCleanup(path.rmdir)

    def lend_a_machine_id(self) -> None:
        """journald asks for one, and a minimal Debian has none."""
        lent = self.folder / "etc"
        shutil.copytree(MACHINE_ID.parent, lent, symlinks=True)
        (lent / MACHINE_ID.name).write_text("0123456789abcdef" * 2 + "\n")
        self.mount("--bind", str(lent), str(MACHINE_ID.parent))

    def mount(self, *arguments: str) -> None:
        subprocess.run(["mount", *arguments], check=True)
        self.addCleanup(subprocess.run, ["umount", "--lazy", arguments[-1]], check=True)

    def account_with(self, setting: str) -> Account:
        self.mount("-t", "tmpfs", "none", str(RUNTIME))
        (RUNTIME / "log").mkdir()
        (RUNTIME / "systemd/journal").mkdir(parents=True)
        (RUNTIME / "systemd/journald.conf.d").mkdir()
        (RUNTIME / "systemd/journald.conf.d/test.conf").write_text(CONFIGURATION + setting + "\n")
        daemon = subprocess.Popen([self.journald], env=self.environment, stderr=subprocess.DEVNULL)
        self.addCleanup(daemon.wait)
        self.addCleanup(daemon.terminate)
        wait_until("journald", listens)
        record(self.folder / "reports", EVENTS)
        run_filter(self.folder / "reports", SOCKET, preexec_fn=self.become_the_service)
        journal = self.folder / "journal"
        subprocess.run([self.journalctl, "--sync"], env=self.environment, check=True)
        with journal.open("wb") as lines:
            subprocess.run([self.journalctl, "--quiet", "--all", "--output=cat", "--identifier=filter-jsonlog",
                            f"--directory={RUNTIME}/log/journal"], env=self.environment, stdout=lines, check=True)
        account = Account(journal)
        print(f"journald, {setting or 'default'}: {account.received} lines arrived of at least {EVENTS}", flush=True)
        return account

    def become_the_service(self) -> None:
        (self.service / "cgroup.procs").write_text("0")

    def test_the_default_loses_lines_and_only_their_numbers_show_it(self) -> None:
        account = self.account_with("")
        self.assertGreaterEqual(account.received, BURST - 1)  # the first is a meta record
        self.assertLessEqual(account.received, LARGEST_FACTOR * BURST)
        self.assertLess(account.received, EVENTS)
        self.assertEqual(account.dropped, 0)

    def test_without_a_limit_every_line_arrives(self) -> None:
        account = self.account_with("RateLimitBurst=0")
        self.assertEqual((account.received, account.dropped), (account.made, 0))


def listens() -> bool:
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as client:
        return client.connect_ex(str(SOCKET)) == 0


def enter() -> None:
    """Runs this program again in namespaces of its own, and returns there."""
    if os.environ.pop(ENTERED, None):
        return
    if os.geteuid() != 0:
        skip("journald was not measured: that needs root")
    namespaces = ["unshare", "--mount", "--cgroup", "--pid", "--fork", "--kill-child", "--mount-proc"]
    part("syslog-daemon", "systemd")
    with tempfile.TemporaryDirectory() as folder:
        trial = ["sh", "-c", 'mount -t cgroup2 none "$0" && mkdir "$0/t" && rmdir "$0/t"', folder]
        if subprocess.run([*namespaces, *trial], stderr=subprocess.DEVNULL, check=False).returncode:
            skip("journald was not measured: this machine allows no private namespaces or control groups")
    os.environ[ENTERED] = "1"
    os.execvp(namespaces[0], [*namespaces, sys.executable, *sys.orig_argv[1:]])


if __name__ == "__main__":
    enter()
    program.main()
