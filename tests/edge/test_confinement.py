# SPDX-License-Identifier: ISC
"""After its start the filter can write to its log, even in a folder that was made anew, and to nothing else."""

import os
import select
import signal
import tempfile
import unittest
from pathlib import Path

from script.lib.waiting import wait_until
from tests.lib import program
from tests.lib.landlock import (CREATE_RULESET, ERROR, KILL, NO_SUCH_CALL, NOT_PERMITTED, RESTRICT_SELF, hide_landlock,
                                landlock_version)
from tests.lib.program import EdgeTest, Filter, connect, report

DENIED = b"Permission denied"  # nothing else denies root, and smtpd's user owns these folders


class Confinement(EdgeTest):
    def setUp(self) -> None:
        super().setUp()
        self.logs = self.folder / "logs" / "smtpd"
        self.elsewhere = self.folder / "elsewhere"
        self.logs.mkdir(parents=True)
        self.elsewhere.mkdir()
        self.file = self.logs / "events.json"
        self.output = ("--file", str(self.file))

    def hang_up(self, running: Filter) -> None:
        running.process.send_signal(signal.SIGHUP)

    def read_errors_until(self, running: Filter, text: bytes) -> None:
        assert running.process.stderr is not None
        errors = b""
        while text not in errors:
            ready, _, _ = select.select([running.process.stderr], [], [], program.DEADLINE_S)
            data = os.read(running.process.stderr.fileno(), 4096) if ready else b""
            self.assertTrue(data, errors)
            errors += data

    @unittest.skipUnless(landlock_version(), "the kernel has no Landlock")
    def test_a_folder_that_was_replaced_by_a_link_leads_nowhere(self) -> None:
        with Filter(*self.output) as running:
            running.start().send(connect())
            self.wait_for_lines(1)
            self.logs.rename(self.folder / "gone")
            self.logs.symlink_to(self.elsewhere)
            self.hang_up(running)
            self.read_errors_until(running, DENIED)
            self.assertEqual(list(self.elsewhere.iterdir()), [])
            self.logs.unlink()
            self.logs.mkdir()
            wait_until("the new file", self.file.exists)
            running.send(report("timeout"))
            self.wait_for_lines(1)
            self.assertEqual(running.end()[0], 0)
        actions = [line["event"]["action"] for line in program.records(self.file.read_bytes())]
        self.assertIn("timeout", actions)

    @unittest.skipUnless(landlock_version(), "the kernel has no Landlock")
    def test_a_log_that_moved_to_another_disk_is_lost_until_a_restart_and_says_so(self) -> None:
        with Filter(*self.output) as running:
            running.start().send(connect())
            self.wait_for_lines(1)
            self.file.unlink()
            self.logs.rmdir()
            self.logs.symlink_to(self.elsewhere)
            self.hang_up(running)
            self.read_errors_until(running, b"the confinement keeps it out of reach until smtpd is restarted")
            running.send(report("timeout"))
            status, _, errors = running.end()
        self.assertEqual(status, 0)
        self.assertIn(b" lines were lost at the end", errors)
        self.assertEqual(list(self.elsewhere.iterdir()), [])

    def test_a_folder_that_was_removed_and_made_anew_is_used(self) -> None:
        with Filter(*self.output) as running:
            running.start().send(connect())
            self.wait_for_lines(1)
            self.file.unlink()
            self.logs.rmdir()
            self.logs.mkdir()
            self.hang_up(running)
            wait_until("the new file", self.file.exists)
            running.send(report("timeout"))
            self.wait_for_lines(1)
            status, _, errors = running.end()
        self.assertEqual(status, 0)
        self.assertNotIn(DENIED, errors)

    def test_a_folder_that_is_made_later_is_used(self) -> None:
        path = self.folder / "one" / "two" / "three" / "events.json"
        with Filter("--file", str(path)) as running:
            running.start().send(connect())
            path.parent.mkdir(parents=True)
            self.wait_for_lines(1, path)
            self.assertEqual(running.end()[0], 0)

    def test_a_folder_behind_a_link_is_used(self) -> None:
        with tempfile.TemporaryDirectory() as other:
            target = Path(other) / "real"
            target.mkdir()
            link = self.folder / "link"
            link.symlink_to(target)
            with Filter("--file", str(link / "events.json")) as running:
                running.start().send(connect())
                self.wait_for_lines(1, target / "events.json")
                (target / "events.json").rename(target / "old.json")
                self.hang_up(running)
                wait_until("the new file", (target / "events.json").exists)
                running.send(report("timeout"))
                self.wait_for_lines(1, target / "events.json")
                self.assertEqual(running.end()[::2], (0, b""))

    def test_a_device_is_opened_again(self) -> None:
        with Filter("--file", "/dev/null") as running:
            running.start().send(connect())
            self.hang_up(running)
            running.send(report("timeout"))
            self.assertEqual(running.end()[::2], (0, b""))

    @unittest.skipUnless(Path("/proc/self/status").exists(), "no /proc")
    def test_no_privileges_and_no_core_dump(self) -> None:
        with Filter(*self.output) as running:
            running.start()
            self.wait_for_confinement(running)
            process = Path(f"/proc/{running.process.pid}")
            self.assertRegex((process / "limits").read_text(), r"Max core file size +0 +0 ")
            self.assertRegex((process / "status").read_text(), r"\nSeccomp:\s+0\n")

    def wait_for_confinement(self, running: Filter) -> None:
        status = Path(f"/proc/{running.process.pid}/status")
        wait_until("no new privileges", lambda: "NoNewPrivs:\t1" in status.read_text())

    @unittest.skipUnless(os.uname().sysname == "Linux", "not Linux")
    def test_without_landlock_it_says_so_once_and_works(self) -> None:
        hide = hide_landlock if landlock_version() else None
        with Filter(*self.output, preexec_fn=hide) as running:
            running.start().send(connect())
            self.wait_for_lines(1)
            self.hang_up(running)
            running.send(report("timeout"))
            status, out, errors = running.end()
        self.assertEqual((status, out), (0, b""))
        self.assertEqual(errors.count(b"\n"), 1, errors)
        self.assertIn(b"not confined to the log's folder: ", errors)

    def test_a_unit_that_kills_for_landlock_or_refuses_it_has_a_filter_all_the_same(self) -> None:
        if not landlock_version():
            self.skipTest("no Landlock to forbid")
        for answer in (KILL, ERROR | NOT_PERMITTED, ERROR | NO_SUCH_CALL):
            for first in range(CREATE_RULESET, RESTRICT_SELF + 1):
                with self.subTest(answer=hex(answer), first=first):
                    self.file.unlink(missing_ok=True)
                    with Filter(*self.output, preexec_fn=lambda a=answer, f=first: hide_landlock(a, f)) as running:
                        running.start().send(connect())
                        self.wait_for_lines(1)
                        status, out, errors = running.end()
                    self.assertEqual((status, out, errors.count(b"\n")), (0, b"", 1), errors)
                    self.assertIn(b"not confined to the log's folder: ", errors)

    def test_without_confinement_nothing_is_said_and_everything_can_be_written(self) -> None:
        with Filter(*self.output, "--no-confinement") as running:
            running.start().send(connect())
            self.wait_for_lines(1)
            self.logs.parent.rename(self.elsewhere / "logs")
            self.logs.parent.symlink_to(self.elsewhere / "logs")
            self.hang_up(running)
            running.send(report("timeout"))
            self.wait_for_lines(2)
            status, out, errors = running.end()
        self.assertEqual((status, out, errors), (0, b"", b""))


if __name__ == "__main__":
    program.main()
