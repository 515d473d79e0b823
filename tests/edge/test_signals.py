# SPDX-License-Identifier: ISC
"""SIGHUP reopens, SIGTERM ends, others are nothing, and descriptors may be closed at start."""

import os
import signal
import subprocess
import sys

from script.lib.waiting import wait_until
from tests.lib import program
from tests.lib.program import EdgeTest, Filter, connect, report


class Signals(EdgeTest):
    def test_hangup_after_a_rename_begins_a_new_file(self) -> None:
        old = self.folder / "old.json"
        with Filter(*self.output) as running:
            running.start().send(connect())
            self.wait_for_lines(1)
            self.file.rename(old)
            running.process.send_signal(signal.SIGHUP)
            wait_until("the new file", self.file.exists)
            running.send(report("timeout"))
            lines = self.wait_for_lines(1)
            status, _, err = running.end()
        self.assertEqual((status, err), (0, b""))
        self.assertEqual(lines[0]["event"]["action"], "timeout")
        self.assertEqual(len(program.records(old.read_bytes())), 1)

    def test_hangup_before_the_handshake_is_harmless(self) -> None:
        with Filter(*self.output) as running:
            wait_until("the file", self.file.exists)
            running.process.send_signal(signal.SIGHUP)
            running.start().send(connect())
            self.wait_for_lines(1)
            self.assertEqual(running.end()[0], 0)

    def test_termination_writes_what_is_in_the_pipe_and_ends_the_sessions(self) -> None:
        for number in (signal.SIGTERM, signal.SIGINT):
            self.file.unlink(missing_ok=True)  # before a filter has it open
            with self.subTest(number), Filter(*self.output) as running:
                running.start().send(connect())
                self.wait_for_lines(1)
                os.kill(running.process.pid, signal.SIGSTOP)
                running.send(report("timeout") * 100)
                running.process.send_signal(number)
                os.kill(running.process.pid, signal.SIGCONT)
                running.process.wait(program.DEADLINE_S)  # its input stays open
                lines = program.records(self.file.read_bytes())
                self.assertEqual(running.process.returncode, 0)
                self.assertEqual(len(lines), 102)
                self.assertEqual(lines[-1]["event"]["action"], "session-shutdown")
                self.assertEqual(lines[-1]["opensmtpd"]["session"]["close"], "shutdown")

    def test_signals_that_would_only_end_it_are_ignored(self) -> None:
        for number in (signal.SIGPIPE, signal.SIGXFSZ, signal.SIGUSR1):
            self.file.unlink(missing_ok=True)  # before a filter has it open
            with self.subTest(number), Filter(*self.output) as running:
                running.start()
                running.process.send_signal(number)
                running.send(connect())
                self.wait_for_lines(1)
                self.assertEqual(running.end()[0], 0)

    def test_nobody_reads_the_answer(self) -> None:
        with Filter(*self.output) as running:
            assert running.process.stdout is not None
            running.process.stdout.close()
            running.send(program.HANDSHAKE + connect())
            self.wait_for_lines(1)
            assert running.process.stdin is not None
            running.process.stdin.close()
            self.assertEqual(running.process.wait(program.DEADLINE_S), 0)


class ClosedDescriptors(EdgeTest):
    def run_without(self, descriptor: int, *arguments: str) -> subprocess.CompletedProcess[bytes]:
        close = f"import os, sys; os.close({descriptor}); os.execv(sys.argv[1], sys.argv[1:])"
        return subprocess.run([sys.executable, "-c", close, program.BINARY, *arguments],
                              input=program.HANDSHAKE + connect(), capture_output=True, timeout=program.DEADLINE_S,
                              check=False)

    def test_standard_error(self) -> None:
        result = self.run_without(2, *self.output)
        self.assertEqual((result.returncode, result.stdout), (0, b"register|report|smtp-in|*\nregister|ready\n"))
        self.assertEqual(len(program.records(self.file.read_bytes())), 2)

    def test_standard_error_with_something_to_say(self) -> None:
        result = self.run_without(2, "--file", "/dev/full")
        self.assertEqual((result.returncode, result.stdout), (0, b"register|report|smtp-in|*\nregister|ready\n"))

    def test_standard_input(self) -> None:
        result = self.run_without(0, *self.output)
        self.assertEqual((result.returncode, result.stdout), (0, b""))
        self.assertEqual(program.records(self.file.read_bytes()), [])

    def test_standard_output(self) -> None:
        self.assertEqual(self.run_without(1, *self.output).returncode, 0)
        self.assertEqual(len(program.records(self.file.read_bytes())), 2)


if __name__ == "__main__":
    program.main()
