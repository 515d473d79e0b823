# SPDX-License-Identifier: ISC
"""A unit may allow the filter little: it registers all the same, and every line is written or counted."""

import grp
import gzip
import json
import os
import resource
import subprocess
import unittest
from pathlib import Path
from typing import Callable

from script.lib.smtpd.private_machine import can_have_mounts
from tests.lib import program
from tests.lib.program import EdgeTest
from tests.lib.recordings import TRANSCRIPTS

STREAM = TRANSCRIPTS[0].read_bytes()
SOMEBODY = 54321  # no process of this machine has that identity
MEGABYTE = 1024 * 1024
needs_mounts = unittest.skipUnless(can_have_mounts(), "needs mounts of its own")


def is_sanitized() -> bool:
    """A sanitizer maps terabytes, and starts a thread to look for leaks: it cannot live with these limits."""
    program_text = Path(program.BINARY).read_bytes()
    return any(mark in program_text for mark in (b"__asan_init", b"__tsan_init"))


def limit(what: int, value: int) -> Callable[[], None]:
    return lambda: resource.setrlimit(what, (value, value))


def as_somebody(value: int) -> Callable[[], None]:
    """The limit of processes is none for root."""
    def become() -> None:
        resource.setrlimit(resource.RLIMIT_NPROC, (value, value))
        os.setgid(SOMEBODY)
        os.setuid(SOMEBODY)
    return become


def lines_of_the_stream() -> int:
    return program.run("replay", "-", stdin=STREAM).stdout.count(b"\n")


class Surroundings(EdgeTest):
    def setUp(self) -> None:
        super().setUp()
        self.folder.chmod(0o777)
        self.binary = self.folder / "filter-jsonlog"
        self.binary.write_bytes(Path(program.BINARY).read_bytes())
        self.binary.chmod(0o755)
        self.log = self.folder / "log"
        self.log.mkdir(mode=0o777)
        self.log.chmod(0o777)
        self.file = self.log / "events.json"

    def start(self, preexec: Callable[[], None] | None, *options: str, **more: object) -> subprocess.CompletedProcess[bytes]:
        words = [str(self.binary), "--file", str(self.file), *options]
        return subprocess.run(words, input=STREAM, stdout=subprocess.PIPE, stderr=more.get("stderr", subprocess.PIPE),
                              preexec_fn=preexec, timeout=program.DEADLINE_S, check=False)

    def start_where(self, preparation: str, *options: str) -> subprocess.CompletedProcess[bytes]:
        """In a mount namespace of its own, behind a preparation by the shell, which knows $LOG."""
        return self.start_with(*(options or ("--file", str(self.file))), before=(
            "unshare", "--mount", "sh", "-ec", f'LOG={self.log}; {preparation}; exec "$@"', "sh"))

    def start_with(self, *options: str, before: tuple[str, ...] = ()) -> subprocess.CompletedProcess[bytes]:
        return subprocess.run([*before, str(self.binary), *options], input=STREAM, capture_output=True,
                              timeout=program.DEADLINE_S, check=False)

    def assert_registered(self, result: subprocess.CompletedProcess[bytes], reason: bytes = b"") -> None:
        self.assertEqual(result.returncode, 0, result.stderr)
        self.assertTrue(result.stdout.endswith(b"register|ready\n"), result.stdout[-200:])
        self.assertIn(reason, result.stderr or b"")

    def assert_all_is_there(self, result: subprocess.CompletedProcess[bytes]) -> None:
        self.assert_registered(result)
        written = program.without_own_records(self.file.read_bytes())
        self.assertEqual(written, program.run("replay", "-", stdin=STREAM).stdout)
        stats = json.loads(self.file.read_bytes().splitlines()[-1])
        self.assertEqual(stats["opensmtpd"]["stats"]["lines"]["dropped"], 0)

    @unittest.skipIf(os.getuid() != 0, "needs root")
    def test_no_second_task(self) -> None:
        if is_sanitized():
            self.skipTest("a program without sanitizers is needed")
        result = self.start(as_somebody(1))
        self.assert_all_is_there(result)
        self.assertEqual(result.stderr.count(b"no second thread to be had"), 1, result.stderr)

    @unittest.skipIf(os.getuid() != 0, "needs root")
    def test_a_packed_file_is_read_without_a_second_task(self) -> None:
        if is_sanitized():
            self.skipTest("a program without sanitizers is needed")
        packed = self.folder / "stream.gz"
        packed.write_bytes(gzip.compress(STREAM))
        result = subprocess.run([str(self.binary), "replay", str(packed)], stdout=subprocess.PIPE,
                                preexec_fn=as_somebody(1), timeout=program.DEADLINE_S, check=True)
        self.assertEqual(result.stdout, program.run("replay", "-", stdin=STREAM).stdout)

    def test_little_memory(self) -> None:
        if is_sanitized():
            self.skipTest("a program without sanitizers is needed")
        for megabytes in (60, 45):
            with self.subTest(megabytes):
                self.file.unlink(missing_ok=True)
                result = self.start(limit(resource.RLIMIT_AS, megabytes * MEGABYTE))
                self.assert_all_is_there(result)
                self.assertEqual(result.stderr.count(b"no memory for the queue"), 1, result.stderr)

    def test_few_descriptors(self) -> None:
        self.assert_all_is_there(self.start(limit(resource.RLIMIT_NOFILE, 16)))

    def test_any_umask(self) -> None:
        for mask in (0o777, 0o077, 0o000):
            with self.subTest(oct(mask)):
                self.file.unlink(missing_ok=True)
                self.assert_all_is_there(self.start(lambda mask=mask: os.umask(mask) and None))
                self.assertEqual(self.file.stat().st_mode & 0o777, 0o640)

    def test_a_file_is_for_whom_it_was_asked(self) -> None:
        result = self.start(lambda: os.umask(0o777) and None, "--file-mode", "0664", "--file-group", "daemon")
        self.assert_all_is_there(result)
        status = self.file.stat()
        self.assertEqual((status.st_mode & 0o777, status.st_gid), (0o664, grp.getgrnam("daemon").gr_gid))

    def test_a_closed_standard_error(self) -> None:
        self.assert_all_is_there(self.start(lambda: os.close(2), stderr=None))

    def test_no_environment(self) -> None:
        self.assert_all_is_there(self.start(os.environ.clear))

    def test_no_core_and_no_locked_memory(self) -> None:
        self.assert_all_is_there(self.start(limit(resource.RLIMIT_MEMLOCK, 0)))

    @needs_mounts
    def test_all_else_is_read_only(self) -> None:
        only = "mount -o remount,bind,ro /; if touch /usr/touched 2>/dev/null; then exit 9; fi"
        self.assert_all_is_there(self.start_where(f"mount --bind $LOG $LOG; {only}"))
        self.file.unlink()
        self.assert_registered(self.start_where(f"mount --bind -o ro $LOG $LOG; mount -o remount,bind,ro $LOG; {only}"),
                               b"Read-only file system")

    @needs_mounts
    def test_no_processes_to_see(self) -> None:
        if is_sanitized():
            self.skipTest("a program without sanitizers is needed")
        self.assert_all_is_there(self.start_where("mount -t tmpfs none /proc"))

    @needs_mounts
    def test_no_devices(self) -> None:
        self.assert_all_is_there(self.start_where("mount -t tmpfs none /dev"))
        self.assert_registered(self.start_where("mount -t tmpfs none /dev", "--syslog"),
                               b"/dev/log: No such file or directory")

    @needs_mounts
    def test_a_file_system_that_is_full(self) -> None:
        filled = "mount -t tmpfs -o size=64k none $LOG; head -c 65536 /dev/zero >$LOG/other"
        result = self.start_where(filled)
        self.assert_registered(result, b"No space left on device")
        self.assertIn(b"%d lines were lost at the end" % lines_of_the_stream(), result.stderr)

    def test_a_full_disk_at_the_start(self) -> None:
        self.assert_registered(self.start_with("--file", "/dev/full"), b"No space left on device")

    def test_no_folder_and_no_socket(self) -> None:
        for words in (["--file", str(self.folder / "missing/events.json")],
                      ["--syslog", "--syslog-socket", str(self.folder / "missing-socket")]):
            with self.subTest(words):
                self.assert_registered(self.start_with(*words), b"No such file or directory")


if __name__ == "__main__":
    program.main()
