# SPDX-License-Identifier: ISC
"""Each allocation after the handshake fails once, in turn: the filter goes on, and every line is written or counted."""

import json
import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from tests.lib import program
from tests.lib.program import EdgeTest
from tests.lib.recordings import TRANSCRIPTS

LIBRARY = str(Path(sys.argv.pop(2)).resolve())
AT_ONCE = 40
LINES = 60  # of a recording: logins, mail, refusals
STREAM = b"".join(TRANSCRIPTS[0].read_bytes().splitlines(keepends=True)[:LINES]) + b"no report\n"


def events_of(lines: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Without the log's own records."""
    return [line for line in lines if line["opensmtpd"]["record"] in ("event", "anomaly")]


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

    def written(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self.file.read_bytes().splitlines()]

    def check_account_of_each(self, *options: str) -> int:
        """Lines written and lines dropped are the numbers given out, and none is missing that no session has forgotten.
        Returns how many were dropped in all runs."""
        total = self.allocations(*self.output, *options)
        self.assertGreater(total, 50)
        expected = len(events_of(self.written()))
        self.assertGreater(expected, 10)
        losses = 0
        for number in range(total):
            self.file.unlink(missing_ok=True)
            self.check(self.run_with(*self.output, *options, FAIL_AT=str(number)), f"allocation {number}")
            written = self.written()
            lines = [line["opensmtpd"] for line in written]
            made = 1 + max(line["logger"].get("sequence", -1) for line in lines)
            told = max(line["logger"].get("dropped", 0) for line in lines)
            self.assertEqual(len(events_of(written)) + told, made, f"allocation {number}")
            losses += told
            forgotten = {line["session"]["id"]: line["session"].get("forgotten", 0) for line in lines if "session" in line}
            # A session that could not be begun has no end.
            self.assertGreaterEqual(made + sum(forgotten.values()), expected - 1, f"allocation {number}")
        return losses

    def test_each_allocation_fails_once(self) -> None:
        self.assertGreater(self.check_account_of_each(), 0)

    def test_each_allocation_fails_once_where_reports_are_remembered(self) -> None:
        self.check_account_of_each("--lines", "counted", "--whole", "refused")

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
