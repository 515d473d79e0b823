# SPDX-License-Identifier: ISC
"""The file is renamed, removed, replaced, cut, torn, or may not be followed: nothing hangs, no line is lost, and the
path is what counts."""

import os
import resource
import select
import signal
import stat
import subprocess
import tempfile
import unittest
from pathlib import Path
from typing import Any

from script.lib.waiting import wait_until
from tests.lib import program
from tests.lib.program import EdgeTest, Filter, connect, report

NOBODY = 65534
IS_ROOT = os.geteuid() == 0
NEEDS_ROOT = "needs root"


def sequences(records: list[dict[str, Any]]) -> list[int]:
    return [record["opensmtpd"]["logger"]["sequence"] for record in records]


def meta(path: Path) -> dict[str, Any]:
    """The first line of a file."""
    first = program.all_records(path.read_bytes().split(b"\n", 1)[0])[0]
    return {"action": first["event"]["action"], **first["opensmtpd"]["meta"]}


class FileTest(EdgeTest):
    def assert_whole(self, *paths: Path, total: int) -> None:
        """One line for each of the first reports, over these files in their order."""
        found = [number for path in paths for number in sequences(program.records(path.read_bytes()))]
        self.assertEqual(found, list(range(total)))


class Moves(FileTest):
    """Without a signal."""

    def test_a_renamed_file_is_followed_by_a_new_one(self) -> None:
        old = self.folder / "old.json"
        with Filter(*self.output) as running:
            running.start().send(connect())
            self.wait_for_lines(1)
            self.file.rename(old)
            wait_until("a new file while nothing happens", self.file.exists)
            running.send(report("timeout"))
            self.wait_for_lines(1)
            status, _, err = running.end()
        self.assertEqual((status, err), (0, b""))
        self.assert_whole(old, self.file, total=3)
        facts = meta(self.file)
        self.assertEqual((facts["action"], facts["previous_sequence"]), ("file-start", 0))
        self.assertNotIn("previous_file", facts)

    def test_a_removed_file_is_followed_by_a_new_one(self) -> None:
        with Filter(*self.output) as running:
            running.start().send(connect())
            self.wait_for_lines(1)
            self.file.unlink()
            running.send(report("timeout"))
            self.assertEqual(sequences(self.wait_for_lines(1)), [1])
            self.assertEqual(running.end()[0], 0)

    def test_a_file_that_was_put_in_its_place_is_continued(self) -> None:
        other = self.folder / "other"
        other.write_bytes(b'{"a":1}\n')
        with Filter(*self.output) as running:
            running.start().send(connect())
            self.wait_for_lines(1)
            other.rename(self.file)
            running.send(report("timeout"))
            wait_until("the line", lambda: b'"timeout"' in self.file.read_bytes())
            self.assertEqual(running.end()[0], 0)
        lines = program.all_records(self.file.read_bytes())
        self.assertEqual(lines[0], {"a": 1})
        self.assertEqual(lines[1]["event"]["action"], "file-start")
        self.assertEqual(sequences(lines[1:4]), [0, 1, 2])

    def test_a_file_that_somebody_emptied_begins_with_a_meta_record_again(self) -> None:
        with Filter(*self.output) as running:
            running.start().send(connect())
            self.wait_for_lines(1)
            os.truncate(self.file, 0)
            running.send(report("timeout"))
            self.assertEqual(sequences(self.wait_for_lines(1)), [1])
            self.assertEqual(running.end()[0], 0)
        self.assertEqual((meta(self.file)["action"], meta(self.file)["previous_sequence"]), ("file-start", 0))

    def test_lines_go_on_in_a_folder_that_was_moved_away_until_it_is_back(self) -> None:
        folder, away = self.folder / "log", self.folder / "away"
        folder.mkdir()
        file = folder / "events.json"
        with Filter("--file", str(file)) as running:
            running.start().send(connect())
            self.wait_for_lines(1, file)
            folder.rename(away)
            running.send(report("timeout"))
            self.wait_for_lines(2, away / file.name)
            folder.mkdir()
            wait_until("a file in the new folder", file.exists)
            running.send(report("timeout"))
            self.wait_for_lines(1, file)
            status, _, err = running.end()
        self.assertEqual(status, 0)
        self.assert_whole(away / file.name, file, total=4)
        self.assertEqual(err.count(b"\n"), 2, err)
        self.assertIn(b"moved away", err)
        self.assertIn(b"opened anew", err)

    def test_lines_wait_for_a_folder_that_was_removed(self) -> None:
        folder = self.folder / "log"
        folder.mkdir()
        file = folder / "events.json"
        with Filter("--file", str(file)) as running:
            running.start().send(connect())
            self.wait_for_lines(1, file)
            file.unlink()
            folder.rmdir()
            running.send(report("timeout") * 10)
            folder.mkdir()
            self.assertEqual(sequences(self.wait_for_lines(10, file)), list(range(1, 11)))
            self.assertEqual(running.end()[0], 0)

    def test_a_directory_in_its_place_keeps_the_old_file(self) -> None:
        old = self.folder / "old.json"
        with Filter(*self.output) as running:
            running.start().send(connect())
            self.wait_for_lines(1)
            self.file.rename(old)
            self.file.mkdir()
            running.send(report("timeout"))
            self.wait_for_lines(2, old)
            self.file.rmdir()
            wait_until("a new file", self.file.is_file)
            self.assertEqual(running.end()[0], 0)
        self.assert_whole(old, self.file, total=3)

    def test_under_load_every_line_is_in_one_of_the_files(self) -> None:
        moved = []
        with Filter(*self.output) as running:
            running.start().send(connect())
            for number in range(20):
                running.send(report("timeout") * 500)
                wait_until("the file", self.file.exists)
                moved.append(self.folder / f"moved-{number:02}")
                self.file.rename(moved[-1])
                if number % 3 == 0:
                    running.process.send_signal(signal.SIGHUP)
            self.assertEqual(running.end()[0], 0)
        if self.file.exists():
            moved.append(self.file)
        self.assert_whole(*moved, total=10_002)
        for path in moved:
            self.assertIn(b'"record":"meta"', path.read_bytes().split(b"\n")[0])


class Signals(FileTest):
    def test_a_hangup_without_a_rename_changes_nothing(self) -> None:
        with Filter(*self.output) as running:
            running.start().send(connect())
            self.wait_for_lines(1)
            running.process.send_signal(signal.SIGHUP)
            running.send(report("timeout"))
            self.wait_for_lines(2)
            self.assertEqual(running.end(), (0, b"", b""))
        actions = [line["event"]["action"] for line in program.all_records(self.file.read_bytes())]
        self.assertEqual(actions, ["logger-start", "link-connect", "timeout", "session-shutdown", "stats"])


class TornLine(FileTest):
    def start_and_end(self) -> bytes:
        result = program.run(*self.output, stdin=program.HANDSHAKE + connect())
        self.assertEqual(result.returncode, 0)
        return result.stderr

    def test_is_cut_off_and_told(self) -> None:
        self.start_and_end()
        whole = self.file.read_bytes()
        torn = whole.split(b"\n")[1][:100]
        self.file.write_bytes(whole + torn)
        err = self.start_and_end()
        self.assertEqual(err.count(b"\n"), 1, err)
        self.assertIn(b"100 bytes", err)
        after = self.file.read_bytes()
        self.assertTrue(after.startswith(whole))
        facts = program.all_records(after[len(whole):])[0]["opensmtpd"]["meta"]
        self.assertEqual(facts["repaired_bytes"], 100)
        self.assertEqual(facts["previous_sequence"], 1)
        self.assertEqual(facts["previous_file"], str(self.file))

    def test_of_zeros_is_cut_off(self) -> None:
        self.file.write_bytes(b'{"a":1}\n' + bytes(4096))
        self.start_and_end()
        lines = program.all_records(self.file.read_bytes())
        self.assertEqual(lines[1]["opensmtpd"]["meta"]["repaired_bytes"], 4096)

    def test_of_somebody_else_is_ended_and_kept(self) -> None:
        self.file.write_bytes(b"dear diary")
        self.assertEqual(self.start_and_end(), b"")
        self.assertTrue(self.file.read_bytes().startswith(b'dear diary\n{"@timestamp"'))

    def test_is_all_that_a_kill_leaves(self) -> None:
        for _ in range(5):
            with Filter(*self.output) as running:
                before = self.file.stat().st_size if self.file.exists() else 0
                running.start().send(connect() + report("timeout") * 3000)
                wait_until("output", lambda: self.file.stat().st_size > before + 200_000)
                running.process.kill()
                running.process.wait()
        self.start_and_end()
        self.assertGreater(len(program.all_records(self.file.read_bytes())), 500)


class Places(FileTest):
    def test_a_symbolic_link_is_not_followed(self) -> None:
        target = self.folder / "target"
        target.write_bytes(b"precious")
        self.file.symlink_to(target)
        result = program.run("--strict", *self.output, stdin=program.HANDSHAKE)
        self.assertEqual((result.returncode, result.stdout, result.stderr.count(b"\n")), (2, b"", 1), result.stderr)
        self.assertEqual(target.read_bytes(), b"precious")

    def test_a_dangling_symbolic_link_creates_nothing(self) -> None:
        self.file.symlink_to(self.folder / "target")
        with Filter(*self.output) as running:
            running.start().send(connect())
            self.file.unlink()
            self.wait_for_lines(1)
            self.assertEqual(running.end()[0], 0)
        self.assertFalse((self.folder / "target").exists())

    def test_a_link_to_the_folder_is_followed(self) -> None:
        (self.folder / "real").mkdir()
        (self.folder / "link").symlink_to("real")
        program.run("--file", str(self.folder / "link" / "events.json"), stdin=program.HANDSHAKE + connect())
        self.assertEqual(len(program.records((self.folder / "real" / "events.json").read_bytes())), 2)

    def test_a_second_name_in_a_folder_of_everybody_is_refused(self) -> None:
        precious = self.folder / "precious"
        precious.write_bytes(b"precious")
        shared = self.folder / "shared"
        shared.mkdir()
        shared.chmod(0o1777)
        (shared / "events.json").hardlink_to(precious)
        result = program.run("--strict", "--file", str(shared / "events.json"), stdin=program.HANDSHAKE)
        self.assertEqual((result.returncode, result.stderr.count(b"\n")), (2, 1), result.stderr)
        self.assertEqual(precious.read_bytes(), b"precious")

    @unittest.skipUnless(IS_ROOT, NEEDS_ROOT)
    def test_a_file_of_somebody_else_counts_only_in_a_folder_of_ours(self) -> None:
        for mode, owner, status in ((0o1777, 0, 2), (0o755, NOBODY, 2), (0o755, 0, 0)):
            with self.subTest(oct(mode), owner=owner):
                folder = Path(tempfile.mkdtemp(dir=self.folder))
                file = folder / "events.json"
                file.touch()
                os.chown(file, NOBODY, NOBODY)
                os.chown(folder, owner, owner)
                folder.chmod(mode)
                result = program.run("--strict", "--file", str(file), stdin=program.HANDSHAKE)
                self.assertEqual(result.returncode, status, result.stderr)
                self.assertEqual(file.stat().st_size == 0, status != 0)

    def test_a_file_of_our_own_in_a_folder_of_everybody_is_good(self) -> None:
        self.folder.chmod(0o1777)
        for _ in range(2):
            result = program.run("--strict", *self.output, stdin=program.HANDSHAKE + connect())
            self.assertEqual((result.returncode, result.stderr), (0, b""))
        self.assertEqual(stat.S_IMODE(self.file.stat().st_mode), 0o640)

    def test_an_open_descriptor_is_no_file(self) -> None:
        link = self.folder / "link"
        link.symlink_to("/dev/stderr")
        for path in ("/dev/stderr", "/dev/stdout", "/dev/fd/2", "/proc/self/fd/1", f"/proc/{os.getpid()}/fd/0",
                     "/dev/../dev/fd/../fd/1", str(link)):
            with self.subTest(path):
                result = program.run("--file", path, stdin=program.HANDSHAKE + connect())
                self.assertEqual((result.returncode, result.stdout), (2, b""))
                self.assertIn(b"is an open descriptor", result.stderr)
                self.assertEqual(result.stderr.count(b"\n"), 1)
        folder = self.folder / "fd"
        folder.mkdir()
        self.assertEqual(program.run("--file", str(folder / "1"), stdin=program.HANDSHAKE).returncode, 0)

    def test_the_umask_does_not_decide_who_reads_the_log(self) -> None:
        for mask in (0o777, 0o077, 0):
            with self.subTest(oct(mask)):
                self.file.unlink(missing_ok=True)
                program.run(*self.output, stdin=program.HANDSHAKE + connect(), umask=mask)
                self.assertEqual(stat.S_IMODE(self.file.stat().st_mode), 0o640)

    def test_a_file_that_another_filter_writes_is_refused_until_that_has_ended(self) -> None:
        with Filter(*self.output) as first:
            first.start().send(connect())
            self.wait_for_lines(1)
            result = program.run("--strict", *self.output, stdin=program.HANDSHAKE)
            self.assertEqual((result.returncode, result.stderr.count(b"\n")), (2, 1), result.stderr)
            with Filter(*self.output) as second:
                second.start().send(connect() + report("timeout"))
                self.assertEqual(first.end()[0], 0)
                self.wait_for_lines(4)
                self.assertEqual(second.end()[0], 0)
        actions = [line["event"]["action"] for line in program.all_records(self.file.read_bytes())]
        self.assertEqual(actions, ["logger-start", "link-connect", "session-shutdown", "stats",
                                   "logger-start", "link-connect", "timeout", "session-shutdown", "stats"])


class Pipe(FileTest):
    def read(self, descriptor: int, lines: int) -> list[dict[str, Any]]:
        text = b""

        def complete() -> bool:
            nonlocal text
            try:
                text += os.read(descriptor, 1 << 20)
            except BlockingIOError:
                pass
            return text.count(b"\n") >= lines

        wait_until(f"{lines} lines from the pipe", complete)
        return program.all_records(text[:text.rindex(b"\n")])

    def open(self) -> int:
        return os.open(self.file, os.O_RDONLY | os.O_NONBLOCK)

    def test_lines_wait_for_a_reader(self) -> None:
        os.mkfifo(self.file)
        with Filter(*self.output) as running:
            running.start().send(connect() + report("timeout") * 1000)
            reader = self.open()
            self.addCleanup(os.close, reader)
            lines = self.read(reader, 1002)
            self.assertEqual(lines[0]["event"]["action"], "logger-start")
            self.assertEqual(sequences(lines[1:]), list(range(1001)))
            self.assertEqual(running.end()[0], 0)
        self.assertTrue(stat.S_ISFIFO(self.file.stat().st_mode))

    def test_the_next_reader_gets_whole_lines(self) -> None:
        os.mkfifo(self.file)
        first = self.open()
        with Filter(*self.output) as running:
            running.start().send(connect() + report("timeout") * 5000)
            self.assertTrue(select.select([first], [], [], program.DEADLINE_S)[0])
            os.read(first, 100)
            os.close(first)  # in the middle of a line
            self.assertIn("Broken pipe", running.read_diagnostic())
            second = self.open()
            self.addCleanup(os.close, second)
            lines = self.read(second, 1000)
            self.assertEqual(lines[0]["event"]["action"], "file-start")
            numbers = sequences(lines[1:])
            self.assertEqual(numbers, list(range(numbers[0], numbers[0] + len(numbers))))


class SizeLimit(FileTest):
    """RLIMIT_FSIZE: the signal SIGXFSZ would end a process that does not expect it."""

    @staticmethod
    def limit(process: int, size: int) -> None:
        resource.prlimit(process, resource.RLIMIT_FSIZE, (size, resource.RLIM_INFINITY))

    def lift(self, running: Filter) -> None:
        """When it was felt."""
        self.assertIn("File too large; will try again", running.read_diagnostic())
        self.limit(running.process.pid, resource.RLIM_INFINITY)

    def test_at_the_start_ends_nothing(self) -> None:
        self.file.write_bytes(b"{}\n" * 10)
        with Filter(*self.output, preexec_fn=lambda: self.limit(0, 10)) as running:
            running.start().send(connect())
            self.lift(running)
            self.assertEqual(sequences(self.wait_for_lines(11)[10:]), [0])
            status, _, err = running.end()
        self.assertEqual((status, err.count(b"\n")), (0, 1), err)

    def test_ends_nothing_and_lines_wait_until_it_is_lifted(self) -> None:
        with Filter(*self.output) as running:
            running.start().send(connect())
            self.wait_for_lines(1)
            self.limit(running.process.pid, self.file.stat().st_size + 100)
            running.send(report("timeout"))
            self.lift(running)
            self.wait_for_lines(2)
            status, _, err = running.end()
        self.assertEqual((status, err.count(b"\n")), (0, 1), err)
        self.assertIn(b"writing again, 0 lines dropped", err)
        self.assert_whole(self.file, total=3)


@unittest.skipUnless(IS_ROOT, NEEDS_ROOT)
class FullDisk(FileTest):
    def setUp(self) -> None:
        super().setUp()
        mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=2m,nr_inodes=64,mode=700", "filter-jsonlog", self.folder],
                                 capture_output=True, check=False)
        if mounted.returncode != 0:
            self.assertNotEqual(os.environ.get("CI"), "true", mounted.stderr)
            self.skipTest(f"tmpfs cannot be mounted: {mounted.stderr.decode()}")
        self.addCleanup(subprocess.run, ["umount", self.folder], check=True)
        self.ballast = self.folder / "ballast"

    def fill(self) -> None:
        with open(self.ballast, "ab", buffering=0) as ballast:
            try:
                while True:
                    ballast.write(bytes(4096))
            except OSError:
                pass

    def fill_while_it_writes(self, running: Filter) -> None:
        """One line is there; 200 more find no room, which has been told."""
        running.start().send(connect())
        self.wait_for_lines(1)
        self.fill()
        running.send(report("timeout") * 200)
        self.wait_for_trouble(running)

    def test_lines_wait_and_all_of_them_come(self) -> None:
        with Filter(*self.output) as running:
            self.fill_while_it_writes(running)
            self.ballast.unlink()
            self.wait_for_lines(201)
            status, _, err = running.end()
        self.assertEqual(status, 0)
        self.assert_whole(self.file, total=202)
        self.assertEqual(err.count(b"\n"), 1, err)  # that it is over; the beginning was read before

    def test_what_is_written_in_part_at_the_end_is_cut_off(self) -> None:
        with Filter(*self.output) as running:
            self.fill_while_it_writes(running)
            status, _, err = running.end()
        self.assertEqual(status, 0)
        self.assertIn(b"lost at the end", err)
        self.assertTrue(self.file.read_bytes().endswith(b"\n"))
        program.all_records(self.file.read_bytes())

    def test_emptying_the_file_makes_room(self) -> None:
        with Filter(*self.output) as running:
            self.fill_while_it_writes(running)
            before = program.records(self.file.read_bytes().rpartition(b"\n")[0])
            os.truncate(self.file, 0)
            self.ballast.unlink()
            after = self.wait_for_lines(201 - len(before))
            self.assertEqual(sequences(before + after), list(range(201)))
            self.assertEqual(running.end()[0], 0)
        self.assertEqual(meta(self.file)["action"], "file-start")

    def test_without_room_for_another_file_the_old_one_goes_on(self) -> None:
        with Filter(*self.output, "--rotate-size", "16K") as running:
            running.start().send(connect())
            self.wait_for_lines(1)
            others = []
            try:
                while True:
                    others.append(self.folder / f"other-{len(others)}")
                    others[-1].touch()
            except OSError:
                others.pop()
            running.send(report("timeout") * 100)
            self.assertIn("No space left on device; going on", running.read_diagnostic())
            moved, = self.folder.glob("events-*.json")
            self.wait_for_lines(101, moved)
            for other in others:
                other.unlink()
            wait_until("a new file", self.file.exists)
            running.send(report("timeout"))
            self.wait_for_lines(1)
            status, _, err = running.end()
        self.assertEqual((status, err.count(b"\n")), (0, 1), err)
        self.assert_whole(moved, self.file, total=103)

    def test_a_read_only_file_system_is_tried_again(self) -> None:
        subprocess.run(["mount", "-o", "remount,ro", self.folder], check=True)
        with Filter(*self.output) as running:
            running.start().send(connect())
            self.assertIn("Read-only file system; will try again", running.read_diagnostic())
            subprocess.run(["mount", "-o", "remount,rw", self.folder], check=True)
            self.wait_for_lines(1)
            status, _, err = running.end()
        self.assertEqual((status, err.count(b"\n")), (0, 1), err)
        self.assert_whole(self.file, total=2)

    def wait_for_trouble(self, running: Filter) -> None:
        self.assertIn("No space left", running.read_diagnostic())


if __name__ == "__main__":
    program.main()
