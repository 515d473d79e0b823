# SPDX-License-Identifier: ISC
"""An output that does not keep up: the input is drained all the same, and the account adds up."""

import os
import re
import select
import signal
import subprocess
import threading
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from script.lib.waiting import wait_until
from tests.lib import check, program
from tests.lib.program import EdgeTest, Filter, connect, report
from tests.lib.recordings import TRANSCRIPTS

SMALL_QUEUE = ("--queue-bytes", "256K")
REPORTS = [line for path in TRANSCRIPTS for line in path.read_bytes().splitlines(keepends=True)
           if line.startswith(b"report|")]
STREAM = program.HANDSHAKE + b"".join(REPORTS)
COPIES = 10  # some 40 MB of output


class Fifo:
    """The other end of a FIFO, open from the start; read only when the test says so."""

    def __init__(self, path: Path) -> None:
        os.mkfifo(path)
        self.descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK)
        self.content = b""
        self.thread = threading.Thread(target=self._read, daemon=True)

    def _read(self) -> None:
        select.select([self.descriptor], [], [], program.DEADLINE_S)  # before the first writer there is nothing to read
        os.set_blocking(self.descriptor, True)
        parts = []
        while part := os.read(self.descriptor, 1 << 20):
            parts.append(part)
        self.content = b"".join(parts)

    def read_to_the_end(self) -> None:
        self.thread.start()

    def all_of_it(self) -> bytes:
        self.thread.join(program.DEADLINE_S)
        return self.content

    def close(self) -> None:
        os.close(self.descriptor)


class Queue(EdgeTest):
    def fifo(self) -> Fifo:
        fifo = Fifo(self.file)
        self.addCleanup(fifo.close)
        return fifo

    def assert_adds_up(self, output: bytes) -> dict[str, Any]:
        """Every loss is told by the lines after it, and by the last line; returns that one."""
        self.assertTrue(output.endswith(b"\n"))
        lines = program.all_records(output)
        closing = lines[-1]
        self.assertEqual(closing["event"]["action"], "stats")
        events = program.records(output)
        for index, line in enumerate(events):
            logger = line["opensmtpd"]["logger"]
            self.assertEqual(logger["sequence"], index + logger["dropped"])
        account = closing["opensmtpd"]["stats"]["lines"]
        self.assertEqual(account["total"], len(events))
        self.assertEqual(closing["opensmtpd"]["logger"]["sequence"] + 1, len(events) + account["dropped"])
        self.assertEqual(closing["opensmtpd"]["logger"]["dropped"], account["dropped"])
        return closing

    def test_a_stopped_output_costs_lines_of_least_worth_and_every_one_is_counted(self) -> None:
        fifo = self.fifo()
        with Filter(*self.output, *SMALL_QUEUE) as running:
            running.start()
            for _ in range(COPIES):
                running.send(b"".join(REPORTS))  # comes back, though nobody reads
            fifo.read_to_the_end()
            status, out, err = running.end()
        self.assertEqual((status, out), (0, b""))
        output = fifo.all_of_it()
        closing = self.assert_adds_up(output)
        self.assertGreater(closing["opensmtpd"]["stats"]["lines"]["dropped"], len(REPORTS))
        self.assertEqual(closing["opensmtpd"]["stats"]["events"]["total"], COPIES * len(REPORTS))
        self.assertGreater(self.share_of_ends(program.records(output)), 2 * self.share_of_ends_in_input())
        said = err.decode()
        self.assertRegex(said, r"\A(?:[^\n]*too slow; lines are dropped\n[^\n]*writing again, \d+ lines dropped\n)+\Z")
        self.assertEqual(sum(map(int, re.findall(r"(\d+) lines dropped", said))),
                         closing["opensmtpd"]["stats"]["lines"]["dropped"])

    @staticmethod
    def share_of_ends(lines: Iterable[dict[str, Any]]) -> float:
        finals = [line["opensmtpd"].get("session", {}).get("final", False) for line in lines]
        return sum(finals) / len(finals)

    @staticmethod
    def share_of_ends_in_input() -> float:
        return sum(b"|link-disconnect|" in line for line in REPORTS) / len(REPORTS)

    def test_an_output_that_comes_back_gets_everything_again(self) -> None:
        fifo = self.fifo()
        with Filter(*self.output, *SMALL_QUEUE) as running:
            running.start().send(b"".join(REPORTS))
            fifo.read_to_the_end()
            running.send(report("timeout"))
            running.process.send_signal(signal.SIGUSR2)
            status, _, _ = running.end()
        self.assertEqual(status, 0)
        self.assert_adds_up(fifo.all_of_it())

    def test_an_output_that_stays_away_does_not_keep_the_process(self) -> None:
        self.fifo()
        with Filter(*self.output, *SMALL_QUEUE) as running:
            running.start()
            for _ in range(COPIES):
                running.send(b"".join(REPORTS))
            status, out, err = running.end()
        self.assertEqual((status, out), (0, b""))
        self.assertRegex(err.decode(), r"\n[^\n]*: \d+ lines were lost at the end\n\Z")

    def test_a_recorded_stream_waits_for_its_output(self) -> None:
        fifo = self.fifo()
        recording = self.folder / "recording"
        recording.write_bytes(STREAM)
        with open(recording, "rb") as stdin:
            process = subprocess.Popen([program.BINARY, *self.output, *SMALL_QUEUE], stdin=stdin,
                                       stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
        fifo.read_to_the_end()
        _, err = process.communicate(timeout=program.DEADLINE_S)
        self.assertEqual((process.returncode, err), (0, b""))
        closing = self.assert_adds_up(fifo.all_of_it())
        self.assertEqual(closing["opensmtpd"]["stats"]["lines"]["dropped"], 0)
        self.assertEqual(closing["opensmtpd"]["stats"]["events"]["total"], len(REPORTS))

    def test_a_recorded_stream_that_waits_for_ever_can_be_ended(self) -> None:
        fifo = self.fifo()
        recording = self.folder / "recording"
        recording.write_bytes(STREAM * COPIES)
        with open(recording, "rb") as stdin, subprocess.Popen(
                [program.BINARY, *self.output, *SMALL_QUEUE], stdin=stdin, stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL) as process:
            assert process.stdout is not None
            while process.stdout.readline() != b"register|ready\n":
                pass
            self.assertEqual(os.read(fifo.descriptor, 1), b"{")  # the first record is on its way
            process.send_signal(signal.SIGTERM)
            self.assertEqual(process.wait(program.DEADLINE_S), 0)

    def test_replay_waits_too(self) -> None:
        fifo = self.fifo()
        recording = self.folder / "recording"
        recording.write_bytes(b"".join(REPORTS))
        process = subprocess.Popen([program.BINARY, "replay", *self.output, *SMALL_QUEUE, str(recording)],
                                   stderr=subprocess.PIPE)
        fifo.read_to_the_end()
        _, err = process.communicate(timeout=program.DEADLINE_S)
        self.assertEqual((process.returncode, err), (0, b""))
        self.assertTrue(fifo.all_of_it() == program.run("replay", str(recording)).stdout, "the bytes differ")


class OwnRecords(EdgeTest):
    def test_keep_to_the_schema(self) -> None:
        with Filter(*self.output, "--label", "site=north", "--host", "mx1") as running:
            running.start()
            running.process.send_signal(signal.SIGUSR2)
            wait_until("an account", lambda: b'"record":"stats"' in self.file.read_bytes())
            running.send(b"".join(REPORTS))
            self.assertEqual(running.end()[0], 0)
        lines = self.file.read_bytes().splitlines()
        self.assertEqual(len(lines), 3 + len(program.records(self.file.read_bytes())))
        self.assertEqual(check.check_lines(lines), [])

    def test_the_first_line_is_about_the_process_and_the_last_an_account(self) -> None:
        result = program.run(*self.output, "--host", "mx1", stdin=STREAM)
        self.assertEqual((result.returncode, result.stderr), (0, b""))
        output = self.file.read_bytes()
        first = program.all_records(output)[0]
        self.assertGreaterEqual(output.find(b"\n"), 1100)
        self.assertEqual(first["event"]["action"], "logger-start")
        self.assertIn("host=mx1", first["opensmtpd"]["meta"]["options"])
        last = program.all_records(output)[-1]
        events = program.records(output)
        stats = last["opensmtpd"]["stats"]
        self.assertEqual(stats["lines"], {"total": len(events), "truncated": stats["lines"]["truncated"], "dropped": 0,
                                          "unselected": 0})
        self.assertEqual(stats["bytes"]["in"], len(STREAM))
        self.assertEqual(stats["bytes"]["out"], len(program.without_own_records(output)))
        self.assertEqual(last["opensmtpd"]["logger"]["sequence"], len(events) - 1)
        self.assertEqual(last["host"], {"name": "mx1"})

    def test_a_signal_asks_for_an_account_now(self) -> None:
        with Filter(*self.output, "--stats-interval", "0") as running:
            running.start().send(connect())
            self.wait_for_lines(1)
            running.process.send_signal(signal.SIGUSR2)
            wait_until("an account", lambda: b'"record":"stats"' in self.file.read_bytes())
            stats = program.all_records(self.file.read_bytes())[-1]["opensmtpd"]["stats"]
            self.assertEqual(stats["sessions"]["live"], 1)
            self.assertEqual(stats["events"], {"total": 1, "by": ["link-connect:1"]})
            self.assertEqual(running.end()[0], 0)

    def test_an_account_comes_by_itself_while_nothing_happens(self) -> None:
        with Filter(*self.output, "--stats-interval", "1s") as running:
            running.start()
            wait_until("two accounts", lambda: self.file.read_bytes().count(b'"record":"stats"') >= 2)
            self.assertEqual(running.end()[0], 0)

    def test_formats_without_sessions_have_none(self) -> None:
        for name in ("raw", "kv"):
            with self.subTest(name), Filter(*self.output, "--format", name) as running:
                self.file.unlink(missing_ok=True)
                running.start()
                running.process.send_signal(signal.SIGUSR2)
                running.send(connect())
                self.assertEqual(running.end(), (0, b"", b""))
                self.assertEqual(self.file.read_bytes().count(b"\n"), 1)


if __name__ == "__main__":
    program.main()
