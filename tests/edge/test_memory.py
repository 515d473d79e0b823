# SPDX-License-Identifier: ISC
"""Each allocation after the handshake fails once, in turn: the filter goes on, and every line is written or counted."""

import json
import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import program
from program import EdgeTest, TRANSCRIPTS

LIBRARY = str(Path(sys.argv.pop(2)).resolve())
AT_ONCE = 40
LINES = 60  # of a recording: logins, mail, refusals
STREAM = b"".join(TRANSCRIPTS[0].read_bytes().splitlines(keepends=True)[:LINES]) + b"no report\n"


class Memory(EdgeTest):
    def run_with(self, *options: str, **fault: str) -> subprocess.CompletedProcess[bytes]:
        environment = {**os.environ, "LD_PRELOAD": LIBRARY, **fault}
        return subprocess.run([program.BINARY, *options], input=STREAM, capture_output=True, env=environment,
                              timeout=program.DEADLINE_S, check=False)

    def allocations(self, *options: str) -> int:
        result = self.run_with(*options, COUNT="1")
        self.assertEqual(result.returncode, 0, result.stderr)
        return int(result.stderr.splitlines()[-1])

    def check_each(self, numbers: range, *options: str, **fault: str) -> None:
        """Side by side: an output in trouble is waited for at the end."""
        def run(number: int) -> subprocess.CompletedProcess[bytes]:
            return self.run_with(*options, FAIL_AT=str(number), **fault)
        with ThreadPoolExecutor(AT_ONCE) as pool:
            for number, result in zip(numbers, pool.map(run, numbers)):
                self.check(result, f"allocation {number}")

    def check(self, result: subprocess.CompletedProcess[bytes], what: str) -> None:
        self.assertEqual(result.returncode, 0, (what, result.stderr[-300:]))
        self.assertTrue(result.stdout.endswith(b"register|ready\n"), what)

    def written(self) -> list[dict[str, object]]:
        return [json.loads(line) for line in self.file.read_bytes().splitlines()]

    def test_each_allocation_fails_once(self) -> None:
        total = self.allocations(*self.output)
        self.assertGreater(total, 50)
        expected = len([line for line in self.written() if line["opensmtpd"]["record"] in ("event", "anomaly")])
        self.assertGreater(expected, 40)
        losses = 0
        for number in range(total):
            self.file.unlink(missing_ok=True)
            self.check(self.run_with(*self.output, FAIL_AT=str(number)), f"allocation {number}")
            lines = [line["opensmtpd"] for line in self.written()]
            events = [line for line in lines if line["record"] in ("event", "anomaly")]
            made = 1 + max(line["logger"].get("sequence", -1) for line in lines)
            told = max(line["logger"].get("dropped", 0) for line in lines)
            self.assertEqual(len(events) + told, made, f"allocation {number}")
            # A session that could not be begun has no end.
            self.assertIn(made, (expected, expected - 1), f"allocation {number}")
            losses += told
        self.assertGreater(losses, 0)

    def test_all_allocations_fail_from_one_on(self) -> None:
        total = self.allocations(*self.output)
        self.check_each(range(0, total, max(1, total // 25)), *self.output, FAIL_ALL="1")

    def test_each_allocation_fails_once_beside_an_output_in_trouble(self) -> None:
        output = ("--file", "/dev/full")
        self.check_each(range(self.allocations(*output)), *output)

    def test_each_allocation_fails_once_without_anybody_at_the_socket(self) -> None:
        output = ("--syslog", "--syslog-socket", str(self.folder / "nobody"))
        self.check_each(range(self.allocations(*output)), *output)


if __name__ == "__main__":
    program.main()
