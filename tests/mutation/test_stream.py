# SPDX-License-Identifier: ISC
"""The generator does what the mutation test believes of it."""

import base64
import unittest

from tests.mutation import secret, stream

SEED = 7
LINES = 3000


class Generated(unittest.TestCase):
    def test_is_the_same_for_the_same_seed(self) -> None:
        self.assertEqual(stream.make(SEED, LINES), stream.make(SEED, LINES))
        self.assertNotEqual(stream.make(SEED, LINES), stream.make(SEED + 1, LINES))

    def test_counts_its_lines(self) -> None:
        made = stream.make(SEED, LINES)
        self.assertGreaterEqual(made.lines, LINES)
        self.assertEqual(made.data.count(b"\n"), made.lines + stream.HANDSHAKE.count(b"\n"))

    def test_holds_secrets_in_clear_and_in_base64(self) -> None:
        found = {match.group() for match in secret.LEAK.finditer(stream.make(SEED, LINES).data)}
        self.assertEqual(len(found), 4)

    def test_holds_odd_bytes(self) -> None:
        lines = stream.make(SEED, LINES).data.split(b"\n")
        self.assertTrue(any(b"\0" in line for line in lines))
        self.assertTrue(any(len(line) > stream.HUGE_BYTES for line in lines))
        self.assertIn(b"", lines[:-1])


class Leaks(unittest.TestCase):
    def test_are_found_in_every_alignment(self) -> None:
        for before in range(6):
            text = base64.b64encode(b"u" * before + secret.MARKER + b"0123")
            self.assertTrue(secret.leaks(b"AUTH PLAIN " + text), text)

    def test_are_not_seen_where_there_are_none(self) -> None:
        self.assertEqual(secret.leaks(b"AUTH PLAIN ********"), [])


if __name__ == "__main__":
    unittest.main()
