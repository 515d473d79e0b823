# SPDX-License-Identifier: ISC
"""Attackers are banned at their third offence, and nobody else: the same trial for each tool that bans."""

from __future__ import annotations

import random
import subprocess
import sys
import tempfile
import time
import unittest
from pathlib import Path

from script.lib.parts import SKIPPED, part
from tests.security import live, made
from tests.security.attacks import KINDS, MAXRETRY, Attacks

binary = recorder = ""
attackers = 150
normal_sessions = 300
program = Path()  # where the tool's Debian package was unpacked


class Trial(unittest.TestCase):
    def bans(self, log: Path) -> set[tuple[str, str]]:
        """Kind and address of all whom the tool has banned when it has read the log to its end."""
        raise NotImplementedError

    def due(self, expected: set[tuple[str, str]]) -> set[tuple[str, str]]:
        """What `bans` has to be."""
        return expected

    def setUp(self) -> None:
        random.seed(14)

    def test_attackers_of_a_real_smtpd_are_banned_and_nobody_else(self) -> None:
        with tempfile.TemporaryDirectory() as folder:
            log, end = Path(folder) / "events.json", Path(folder) / "end.json"
            made_live = subprocess.run([sys.executable, "-m", "tests.security.live", log, binary, recorder])
            if made_live.returncode == SKIPPED:
                self.skipTest("no real smtpd here")
            self.assertEqual(made_live.returncode, 0)
            attacks = Attacks()
            attacks.end()
            attacks.write(binary, end)
            log.write_bytes(log.read_bytes() + end.read_bytes())
            self.assertEqual(self.bans(log), self.due(attacks.expected | live.ATTACKERS))

    def check(self, attacks: Attacks, *options: str) -> None:
        attacks.end()
        with tempfile.TemporaryDirectory() as folder:
            log = Path(folder) / "events.json"
            attacks.write(binary, log, *options)
            began = time.monotonic()
            bans = self.bans(log)
            print(f"{attacks.stream.count} sessions, {log.stat().st_size / 1e6:.1f} MB {' '.join(options)}: {len(bans)} bans,"
                  f" {len(self.due(attacks.expected))} due, {time.monotonic() - began:.1f} s")
        self.assertEqual(bans, self.due(attacks.expected))

    def test_attackers_are_banned_at_the_third_offence_and_normal_mail_is_not(self) -> None:
        for options in ((), ("--lines", "counted", "--detail", "compact")):
            with self.subTest(options=options):
                attacks = Attacks()
                attacks.add_normal_sessions(normal_sessions)
                for number in range(attackers):
                    kind = KINDS[number % len(KINDS)]
                    if number % 2:
                        attacks.attack_in_one_session(kind)
                    else:
                        attacks.attack(kind, ["alice", "bob@example.org", "root"])
                self.check(attacks, *options)

    def test_two_offences_are_forgiven_and_a_login_that_smtpd_could_not_decide_is_none(self) -> None:
        attacks = Attacks()
        for kind in KINDS:
            attacks.attack(kind, ["alice"], times=MAXRETRY - 1)
        client = attacks.new_attacker()
        for _ in range(MAXRETRY):
            attacks.stream.add(made.login("alice", result="error"), client)
        self.check(attacks)

    def test_no_text_of_a_client_has_somebody_else_banned(self) -> None:
        attacks = Attacks()
        for victim in ("192.0.2.7", "2001:db8:7::7"):
            forgeries = made.forgeries(victim)
            for text in forgeries:
                for kind in KINDS:
                    attacks.attack(kind, [text])
                    attacks.attack(kind, forgeries)
                for number in range(MAXRETRY):  # and one who does nothing that is forbidden
                    host = text.replace("|", "")
                    attacks.stream.add(made.login(text, text, host, result="pass"), f"198.19.1.{number + 1}")
                    attacks.stream.add(made.probe(text, text, host, refused=False), "198.19.1.9")
        self.check(attacks, "--original", "--detail", "full", "--host", "mx1", "--label", "a=b")


def main(package: str) -> None:
    """TEST BINARY RECORDER [ATTACKERS NORMAL_SESSIONS] [unittest's options]"""
    global binary, recorder, attackers, normal_sessions, program
    binary, recorder = (str(Path(sys.argv.pop(1)).resolve()) for _ in range(2))
    if len(sys.argv) > 2 and sys.argv[1].isdigit():
        attackers, normal_sessions = int(sys.argv.pop(1)), int(sys.argv.pop(1))
    program = part("unpacked", package)
    unittest.main()
