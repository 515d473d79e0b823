# SPDX-License-Identifier: ISC
"""python3 -m tests.package.run SUITE [FOLDER]: makes the Debian packages, or takes those in FOLDER, installs them with
apt into a copy of a private Debian of that suite, and does to them what administrators do. Exit status 77 where that
cannot be had."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
import time
import unittest
from pathlib import Path

from script.lib.checkout import ROOT
from script.lib.parts import part, skip
from script.lib.smtpd import private_machine
from script.lib.waiting import wait_until
from tests.package.installed_tree import InstalledTree

PLACE = "FILTER_JSONLOG_INSTALLED_TREE"
LOG_FOLDER = "/var/log/smtpd"
NEEDED_BY_THE_LIBRARY = ("g++", "pkgconf")  # as debian/tests/control says
LOG = f"{LOG_FOLDER}/events.json"
tree = InstalledTree(Path())


def make_packages(folder: Path) -> Path:
    for tool in ("dpkg-buildpackage", "dh", "lintian"):
        if not shutil.which(tool):
            skip(f"{tool} is missing")
    began = time.monotonic()
    # lintian's verdict is part of it.
    if subprocess.run([ROOT / "script/package", folder]).returncode:
        sys.exit("the packages cannot be made, or lintian has something against them")
    print(f"packages made and checked in {time.monotonic() - began:.0f} s")
    return folder


def install_with_apt() -> None:
    tree.use_network_of_this_machine()
    try:
        tree.run("apt-get", "-qq", "update")
        tree.run("sh", "-c", "cd /root/packages && apt-get -qq download opensmtpd")
    except AssertionError as error:
        skip(f"no packages of Debian: {error}")
    began = time.monotonic()
    printed = tree.run("apt-get", "-y", "--no-install-recommends", "install", tree.package("filter-jsonlog"))
    summary = next(line for line in printed.splitlines() if " newly installed" in line)
    print(f"installed in {time.monotonic() - began:.1f} s: {summary}")
    tree.run("apt-get", "-y", "--no-install-recommends", "install", *NEEDED_BY_THE_LIBRARY)


def lines(action: str) -> int:
    log = tree.folder / LOG[1:]
    return log.read_bytes().count(f'"action":"{action}"'.encode()) if log.exists() else 0


def send_mail() -> None:
    before = lines("tx-commit")
    tree.run("sendmail", "-f", "root", "root", given="Subject: hello\n\nIs this logged?\n")
    wait_until("the message in the log", lambda: lines("tx-commit") > before)


def smtpd_process() -> int:
    """The first one; what delivers comes and goes."""
    return min(map(int, tree.run("pidof", "smtpd").split()))


def start_smtpd() -> None:
    tree.run("smtpd")
    wait_until("smtpd answers", lambda: tree.try_run("smtpctl", "show", "stats").returncode == 0)


def stop_smtpd() -> None:
    tree.try_run("start-stop-daemon", "--stop", "--quiet", "--retry", "10", "--exec", "/usr/sbin/smtpd")
    wait_until("the filter ends", lambda: not tree.try_run("pidof", "filter-jsonlog").stdout)


def owner_and_mode(path: str) -> str:
    return tree.run("stat", "-c", "%U:%G %a", path).strip()


class Packages(unittest.TestCase):
    """The names give the order: each goes on where the one before ended."""

    def tearDown(self) -> None:
        stop_smtpd()

    def test_1_the_program_is_on_the_path_and_the_log_folder_is_the_filters(self) -> None:
        self.assertIn("0.", tree.run("filter-jsonlog", "--version"))
        self.assertEqual(owner_and_mode(LOG_FOLDER), "opensmtpd:opensmtpd 750")

    def test_2_a_packaged_smtpd_takes_it_by_its_name(self) -> None:
        shutil.copy(ROOT / "debian/tests/mail", tree.folder / "root/mail")
        began = time.monotonic()
        self.assertIn("ok:", tree.run("/root/mail"))
        print(f"configured, started, mailed, stopped and verified in {time.monotonic() - began:.1f} s")

    def test_3_an_upgrade_leaves_the_log_and_the_running_smtpd_alone(self) -> None:
        start_smtpd()
        send_mail()
        log = tree.folder / LOG[1:]
        before, process = log.read_bytes(), smtpd_process()
        tree.run("dpkg", "-i", tree.newer_package("filter-jsonlog"))
        self.assertEqual(smtpd_process(), process)
        send_mail()
        self.assertTrue(log.read_bytes().startswith(before))
        self.assertEqual(owner_and_mode(LOG), "opensmtpd:opensmtpd 640")
        stop_smtpd()
        start_smtpd()
        send_mail()
        stop_smtpd()
        self.assertIn("ok:", tree.run("filter-jsonlog", "verify", LOG))

    def test_4_a_purge_stops_no_mail_and_leaves_only_the_log(self) -> None:
        start_smtpd()
        process = smtpd_process()
        said = tree.run("dpkg", "--purge", "filter-jsonlog")
        self.assertIn("/etc/smtpd.conf still names this filter", said)
        self.assertEqual(smtpd_process(), process)
        send_mail()
        stop_smtpd()
        left = tree.run("find", "/", "-xdev", "-name", "*jsonlog*", "-not", "-path", "/root/*", "-not", "-path", "/proc/*")
        self.assertEqual(left, "")
        self.assertGreater(lines("tx-commit"), 0)

    def test_5_a_folder_of_somebody_else_stays_as_it_is(self) -> None:
        tree.run("sh", "-c", f"rm -r {LOG_FOLDER} && install -d -o games -m 700 {LOG_FOLDER} && touch {LOG_FOLDER}/mine")
        tree.run("dpkg", "-i", tree.package("filter-jsonlog"))
        self.assertEqual(owner_and_mode(LOG_FOLDER), "games:root 700")
        start_smtpd()
        tree.run("sendmail", "-f", "root", "root", given="Subject: hello\n\nMail goes on without a log.\n")
        wait_until("the message delivered", lambda: (tree.folder / "var/mail/root").exists())
        stop_smtpd()
        tree.run("dpkg", "--purge", "filter-jsonlog")
        self.assertEqual(tree.run("ls", LOG_FOLDER), "mine\n")

    def test_6_without_opensmtpd_logs_can_be_read_and_later_it_gets_its_folder(self) -> None:
        tree.run("rm", "-r", LOG_FOLDER)
        tree.run("dpkg", "--purge", "opensmtpd")
        tree.run("dpkg", "-i", tree.package("filter-jsonlog"))
        self.assertFalse((tree.folder / LOG_FOLDER[1:]).exists())
        recording = (ROOT / "tests/golden/transcript-7.8.0p1-tls-auth/in").read_text(encoding="utf-8", errors="replace")
        self.assertIn('"action":"tx-commit"', tree.run("filter-jsonlog", "replay", "-", given=recording))
        tree.run("dpkg", "-i", tree.package("opensmtpd"))
        self.assertEqual(owner_and_mode(LOG_FOLDER), "opensmtpd:opensmtpd 750")
        tree.run("dpkg", "--purge", "filter-jsonlog")
        self.assertFalse((tree.folder / LOG_FOLDER[1:]).exists())

    def test_7_the_other_packages_work(self) -> None:
        tree.run("dpkg", "-i", "--force-depends", tree.package("filter-jsonlog-elk"))
        self.assertIn("--kibana", tree.run("filter-jsonlog-elk", "--help"))
        tree.run("dpkg", "-i", tree.package("libjsonlog-dev"))
        shutil.copy(ROOT / "debian/tests/library", tree.folder / "root/library")
        tree.run("/root/library")


def main() -> None:
    """First with the network, then once more, from the top, on a private machine without one."""
    global tree
    arguments = sys.argv[1:]
    if PLACE in os.environ:
        tree = InstalledTree(Path(os.environ[PLACE]))
        private_machine.enter()
        private_machine.mount(tree.folder / "proc", "-t", "proc", "proc")
        unittest.main(argv=sys.argv[:1])
    if os.geteuid() != 0:
        skip("a mail server needs root")
    with tempfile.TemporaryDirectory(prefix="package-") as place:
        build = Path(os.environ.get("MESON_BUILD_ROOT", place)) / "packages"
        packages = Path(arguments[1]) if len(arguments) > 1 else make_packages(build)
        tree = InstalledTree(Path(place) / "tree")
        tree.copy_from(part("tree", arguments[0]), packages)
        install_with_apt()
        os.environ[PLACE] = str(tree.folder)
        sys.exit(subprocess.run([sys.executable, *sys.orig_argv[1:]]).returncode)


if __name__ == "__main__":
    main()
