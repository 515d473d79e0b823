# SPDX-License-Identifier: ISC
"""The soak's own account: it sees what it is there to see."""

from __future__ import annotations

import json
import tempfile
import unittest
from pathlib import Path

from tests.soak.account import Account, Sum
from tests.soak.reading import Reading, read_file

RUN = "64f"


def record(kind: str, **more: object) -> bytes:
    return json.dumps({"opensmtpd": {"record": kind, **more}}).encode() + b"\n"


META = record("meta", logger={"version": "0"}, meta={})


def event(sequence: int, dropped: int = 0) -> bytes:
    return record("event", logger={"run": RUN, "sequence": sequence, "dropped": dropped})


def closing(sequence: int, out: int, dropped: int, reports: int) -> bytes:
    return record("stats", logger={"run": RUN, "sequence": sequence, "dropped": dropped},
                  stats={"lines": {"total": out, "dropped": dropped}, "events": {"total": reports}})


class AccountTest(unittest.TestCase):
    def read(self, *lines: bytes, has_meta: bool = False) -> Reading:
        with tempfile.NamedTemporaryFile() as file:
            Path(file.name).write_bytes(b"".join(lines))
            return read_file(file.name, has_meta)

    def settle(self, *files: tuple[bytes, ...], reports: int | None = None) -> Sum:
        account = Account()
        for lines in files:
            account.enter(self.read(*lines))
        self.assertEqual(account.invalid, [])
        return account.settle(RUN, reports)

    def test_files_in_any_order_are_one_run(self) -> None:
        result = self.settle((event(2), closing(2, 3, 0, 3)), (event(0), event(1)), reports=3)
        self.assertEqual((result.lines, result.dropped, result.made, result.complaints), (3, [], 3, []))

    def test_a_declared_loss_is_none(self) -> None:
        result = self.settle((event(0), event(3, dropped=2)), (event(6, dropped=4), closing(6, 3, 4, 7)), reports=7)
        self.assertEqual((result.dropped, result.complaints), ([(3, 2), (6, 2)], []))

    def test_a_declared_loss_at_the_end_is_none(self) -> None:
        result = self.settle((event(0), closing(4, 1, 4, 5)), reports=5)
        self.assertEqual((result.dropped, result.complaints), ([(5, 4)], []))

    def test_a_missing_line_is_seen(self) -> None:
        for files in (((event(0), event(2)),), ((event(0),), (event(2),)), ((event(1),),)):
            with self.subTest(files):
                self.assertEqual(len(self.settle(*files).complaints), 1)

    def test_a_line_that_is_there_twice_is_seen(self) -> None:
        for files in (((event(0), event(0)),), ((event(0), event(1)), (event(1),))):
            with self.subTest(files):
                self.assertEqual(len(self.settle(*files).complaints), 1)

    def test_a_run_without_a_line_is_seen(self) -> None:
        self.assertEqual(self.settle((META,), reports=1).complaints, ["no closing account"])

    def test_a_closing_account_that_does_not_hold_is_seen(self) -> None:
        for account in (closing(1, 1, 0, 2), closing(2, 3, 0, 2), closing(1, 2, 1, 2), closing(1, 2, 0, 3)):
            with self.subTest(account):
                self.assertEqual(len(self.settle((event(0), event(1), account), reports=2).complaints), 1)

    def test_lines_that_are_none_are_seen(self) -> None:
        for line in (b"{\n", b"\n", b'{"opensmtpd":1}\n', b"\xff\n", event(0)[:-2] + b"\n"):
            with self.subTest(line):
                self.assertEqual(len(self.read(event(0), line).invalid), 1)

    def test_a_file_begins_with_a_meta_record(self) -> None:
        self.assertEqual(self.read(META, event(0), has_meta=True).invalid, [])
        self.assertEqual(len(self.read(event(0), META, has_meta=True).invalid), 1)

    def test_a_torn_end_is_no_line(self) -> None:
        reading = self.read(event(0), event(1)[:20])
        self.assertEqual((reading.torn_bytes, reading.invalid, len(reading.segments)), (20, [], 1))


if __name__ == "__main__":
    unittest.main()
