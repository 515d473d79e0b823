# SPDX-License-Identifier: ISC
"""Expectations must be able to fail."""

import unittest

from tests.golden import coverage, difference, expectation

RECORDS = [{"event": {"action": "tx-rcpt"}, "n": 1, "list": ["a"]},
           {"event": {"action": "tx-rcpt"}, "n": True},
           {"event": {"action": "tx-commit"}, "n": 3, "text": "abc"}]
LINES = [b"{}", b"{......}", b"{}"]


def wrong(statement: str) -> bool:
    return expectation.check(expectation.parse(statement)[0], LINES, RECORDS) is not None


class Statements(unittest.TestCase):
    def test_that_hold(self) -> None:
        for statement in ("1 n = 1", "-1 n = 3", "tx-rcpt#2 n = true", "tx-rcpt#-1 n = true", "* n present",
                          "* nothing absent", "1 list contains \"a\"", "1 list lacks \"b\"", "-1 text contains \"bc\"",
                          "-1 n != 4", "-1 n <= 3", "tx-rcpt#* event.action = \"tx-rcpt\"", "lines = 3", "bytes <= 8"):
            with self.subTest(statement):
                self.assertFalse(wrong(statement))

    def test_that_do_not_hold(self) -> None:
        for statement in ("1 n = 2", "2 n = 1", "1 n absent", "* text present", "1 list contains \"b\"",
                          "1 list lacks \"a\"", "4 n = 1", "-4 n present", "tx-rcpt#3 n present", "link-tls n absent",
                          "tx-mail#* n absent", "lines = 2", "bytes <= 7", "-1 n <= 2"):
            with self.subTest(statement):
                self.assertTrue(wrong(statement))

    def test_that_cannot_be_read(self) -> None:
        for statement in ("1 n", "1 n = x", "1 n is 3", "1 n absent 3", "lines 3"):
            with self.subTest(statement), self.assertRaises(expectation.BadExpectation):
                expectation.parse(statement)

    def test_comments_are_left_out(self) -> None:
        self.assertEqual(expectation.parse("# for people\n\n"), [])


class Tripwire(unittest.TestCase):
    def test_names_a_missing_event(self) -> None:
        gaps = coverage.missing([b"report|0.7|1795300801.000000|smtp-in|timeout|935cd1d2a38b1ebe\n"])
        self.assertNotIn("no case has timeout of smtp-in", gaps)
        self.assertIn("no case has timeout of smtp-out", gaps)


class Difference(unittest.TestCase):
    def test_shows_the_field(self) -> None:
        shown = difference.describe(b'{"a":{"b":1}}\n', b'{"a":{"b":2}}\n')
        self.assertIn("- a.b: 1", shown)
        self.assertIn("+ a.b: 2", shown)
        self.assertEqual(difference.describe(b"{}\n", b"{}\n"), [])
        self.assertTrue(difference.describe(b"{}\n", b"{}"))
        self.assertTrue(difference.describe(b"{}\n", b"{}\n{}\n"))


if __name__ == "__main__":
    unittest.main()
