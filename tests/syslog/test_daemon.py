# SPDX-License-Identifier: ISC
"""python3 -m tests.syslog.test_daemon DAEMON BINARY: from the filter through a real syslog daemon to a file. Exit
status 77 where the daemon cannot be had."""

from __future__ import annotations

import subprocess
import sys
import tempfile
import unittest
from pathlib import Path
from typing import Callable

from script.lib.waiting import wait_until
from tests.lib.program import Filter, without_own_records
from tests.lib.recordings import TRANSCRIPTS
from tests.syslog.account import Account
from tests.syslog.chain import OPTIONS, last_line, program, record, run_filter
from tests.syslog.daemons import Daemon, Rsyslog, SyslogNg

DAEMONS = {"rsyslog": Rsyslog, "syslog-ng": SyslogNg}
MANY = 200_000
chosen: type[Daemon] = Rsyslog  # set by main


class Chain(unittest.TestCase):
    """The filter, a daemon and a file."""

    def setUp(self) -> None:
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name)
        self.daemon = chosen(self.folder)
        self.addCleanup(self.daemon.stop)
        self.daemon.start()
        self.output = (*OPTIONS, "--syslog-socket", str(self.daemon.socket))
        self.input = self.folder / "reports"

    def events_of(self, count: int) -> list[bytes]:
        """That many reports, at least; without the handshake."""
        record(self.input, count)
        return [line for line in self.input.read_bytes().splitlines(keepends=True) if line.startswith(b"report|")]

    def wait_for_account(self) -> Account:
        wait_until("the closing account", lambda: self.daemon.file.exists() and b'"record":"stats"' in last_line(self.daemon.file))
        return Account(self.daemon.file)

    def wait_for_lines(self, count: int) -> None:
        wait_until(f"{count} lines", lambda: self.daemon.file.exists() and self.daemon.file.read_bytes().count(b"\n") >= count)

    def say(self, text: str) -> None:
        print(f"{self.daemon.package}: {text}", flush=True)

    def test_every_line_arrives_as_it_was_sent(self) -> None:
        record(self.input, MANY)
        run_filter(self.input, self.daemon.socket)
        account = self.wait_for_account()
        expected = subprocess.run([program.BINARY, "replay", "--max-line", "8000", self.input], check=True,
                                  stdout=subprocess.PIPE, timeout=300).stdout
        self.say(f"{account.received} of {account.made} lines, the longest of {account.longest} bytes")
        self.assertGreaterEqual(account.received, MANY)
        self.assertGreater(account.longest, 7000)
        self.assertEqual((account.received, account.dropped, account.undeclared), (account.made, 0, []))
        same = without_own_records(self.daemon.file.read_bytes()) == expected
        self.assertTrue(same, "the file is not what a replay gives")

    def test_a_daemon_that_takes_json_apart_knows_the_cookie(self) -> None:
        self.daemon.stop()
        self.daemon.configure(self.daemon.parsing())
        self.daemon.start()
        self.input.write_bytes(TRANSCRIPTS[0].read_bytes())
        run_filter(self.input, self.daemon.socket, "--cee")
        lines = subprocess.run([program.BINARY, "replay", self.input], check=True, stdout=subprocess.PIPE).stdout
        actions = ["logger-start", *(record["event"]["action"] for record in program.records(lines)), "stats"]
        self.wait_for_lines(len(actions))
        self.assertEqual(self.daemon.file.read_text().splitlines(), actions)

    def test_while_the_daemon_hangs_the_filter_reads_on_and_counts_what_it_sheds(self) -> None:
        events = self.events_of(40_000)
        with Filter(*self.output, "--queue-bytes", "8M").start() as running:
            running.send(b"".join(events[:100]))
            self.wait_for_lines(101)  # and the start
            self.daemon.suspend()
            running.send(b"".join(events[100:]))  # returns when all but a pipe's worth is read
            self.daemon.resume()
            self.assertEqual(running.end()[0], 0)
        account = self.wait_for_account()
        self.say(f"stopped: {account.received} lines received and {account.dropped} dropped of {account.made}")
        self.assertGreater(account.dropped, 0)
        self.assertEqual((account.received + account.dropped, account.undeclared), (account.made, []))

    def test_what_a_killed_daemon_had_not_written_shows_as_one_gap(self) -> None:
        self.assert_one_gap_at_most("killed", self.daemon.kill)

    def test_what_a_restarted_daemon_had_not_written_shows_as_one_gap(self) -> None:
        self.assert_one_gap_at_most("restarted", self.daemon.stop)

    def assert_one_gap_at_most(self, what: str, end_daemon: Callable[[], None]) -> None:
        events = self.events_of(60_000)
        with Filter(*self.output).start() as running:
            running.send(b"".join(events[:20_000]))
            self.wait_for_lines(100)
            end_daemon()
            written = self.daemon.file.read_bytes()
            self.daemon.file.write_bytes(written[: written.rfind(b"\n") + 1])  # a torn line is not written
            running.send(b"".join(events[20_000:40_000]))
            self.daemon.start()
            running.send(b"".join(events[40_000:]))
            status, _, said = running.end()
        self.assertEqual(status, 0)
        self.assertIn(b"writing again", said)
        account = self.wait_for_account()
        self.say(f"{what}: {account.received} lines received of {account.made}, {account.dropped} dropped by the "
                 f"filter, {sum(account.undeclared)} taken along by the daemon")
        self.assertLessEqual(len(account.undeclared), 1)
        self.assertEqual(account.received + account.dropped + sum(account.undeclared), account.made)


if __name__ == "__main__":
    chosen = DAEMONS[sys.argv.pop(1)]
    program.main()
