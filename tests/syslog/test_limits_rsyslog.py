# SPDX-License-Identifier: ISC
"""python3 -m tests.syslog.test_limits_rsyslog BINARY: which settings of rsyslog's own socket lose lines. Exit status 77
where rsyslog cannot be had."""

from __future__ import annotations

import tempfile
import time
import unittest
from pathlib import Path

from tests.syslog.account import Account
from tests.syslog.chain import program, record, run_filter
from tests.syslog.daemons import Rsyslog

EVENTS = 20_000
INTERVAL_S = 5
BURST = 200


class SystemSocket(unittest.TestCase):
    """Without the shipped configuration: lines arrive where every program's do, as at /dev/log."""

    def setUp(self) -> None:
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name)

    def account_with(self, settings: str) -> Account:
        daemon = Rsyslog(self.folder)
        rule = (
            'template(name="payload" type="string" string="%msg:2:$%\\n")\n'
            f'if $programname == "filter-jsonlog" then {{ action(type="omfile" file="{daemon.file}" '
            'template="payload") stop }\n'
        )
        daemon.configure(rule, f'SysSock.Name="{daemon.socket}" {settings}')
        daemon.start()
        self.addCleanup(daemon.stop)
        record(self.folder / "reports", EVENTS)
        began = time.monotonic()
        run_filter(self.folder / "reports", daemon.socket)
        self.seconds = time.monotonic() - began
        daemon.stop()
        account = Account(daemon.file)
        print(f"rsyslog, {settings or 'default'}: {account.received} lines arrived of at least {EVENTS}, "
              f"sent in {self.seconds:.1f} s", flush=True)
        return account

    def test_the_default_has_no_limit(self) -> None:
        account = self.account_with("")
        self.assertEqual((account.received, account.dropped), (account.made, 0))

    def test_a_limit_loses_lines_and_only_their_numbers_show_it(self) -> None:
        account = self.account_with(f'SysSock.RateLimit.Interval="{INTERVAL_S}" SysSock.RateLimit.Burst="{BURST}"')
        intervals = 1 + int(self.seconds / INTERVAL_S)
        self.assertLessEqual(account.received, BURST * intervals)
        self.assertEqual(account.dropped, 0)


if __name__ == "__main__":
    program.main()
