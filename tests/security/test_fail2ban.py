# SPDX-License-Identifier: ISC
"""test_fail2ban.py BINARY [ATTACKERS [NORMAL SESSIONS]]: attackers are banned at their third offence, and nobody else."""

from __future__ import annotations

import os
import random
import shutil
import subprocess
import sys
import tempfile
import time
import unittest
from pathlib import Path

sys.dont_write_bytecode = True
import made  # noqa: E402
import recorded  # noqa: E402
from fail2ban import JAILS, Fail2ban  # noqa: E402
from recorded import Event, Session, Stream  # noqa: E402

BINARY = sys.argv.pop(1)
ATTACKERS = int(sys.argv.pop(1)) if len(sys.argv) > 1 else 150
NORMAL = int(sys.argv.pop(1)) if len(sys.argv) > 1 else 300
MAXRETRY = 3
DEADLINE_S = 240
ROOT = Path(__file__).resolve().parent.parent.parent
SENTINEL = "192.0.2.254"  # offends last, in every jail: when it is banned all has been read


def offends(kind: str, event: Event) -> bool:
    """By what smtpd says, not by what the filter makes of it."""
    if kind == "auth":
        return event.name == "link-auth" and event.parameters.startswith("fail|")
    if kind == "recipients":
        return event.name == "protocol-server" and event.parameters.startswith("550 5.1.1 Invalid recipient")
    return event.name == "protocol-server" and "Command unrecognized" in event.parameters


def recorded_attack(kind: str) -> Session | None:
    """One session with all offences, of a real smtpd."""
    for session in recorded.sessions():
        if sum(offends(kind, event) for event in session) >= MAXRETRY:
            return recorded.until(session, MAXRETRY, lambda event: offends(kind, event))
    return None


def made_attack(kind: str, text: str, helo: str, host: str) -> Session:
    maker = {"auth": made.login, "recipients": made.probe, "junk": made.junk}[kind]
    return maker(text, helo, host)


class Case:
    """A stream, and who must be banned by it."""

    def __init__(self) -> None:
        self.stream = Stream(time.time() - 120)
        self.expected: set[tuple[str, str]] = set()
        self.attackers = 0

    def new_attacker(self) -> str:
        self.attackers += 1
        high, low = divmod(self.attackers, 250)
        return f"2001:db8:66::{self.attackers:x}" if self.attackers % 4 == 0 else f"198.18.{high}.{low + 1}"

    def attack(self, kind: str, texts: list[str], times: int = MAXRETRY) -> None:
        """In sessions of one offence each."""
        client = self.new_attacker()
        for number in range(times):
            text, helo, host = (random.choice(texts) for _ in range(3))
            self.stream.add(made_attack(kind, text, helo, host.replace("|", "")), client)
        if times >= MAXRETRY:
            self.expected.add((JAILS[kind], client))

    def attack_in_one_session(self, kind: str, session: Session) -> None:
        client = self.new_attacker()
        self.stream.add(session, client)
        self.expected.add((JAILS[kind], client))

    def end(self) -> None:
        for kind in JAILS:
            for _ in range(MAXRETRY):
                self.stream.add(made_attack(kind, "x", "y", "z"), SENTINEL)

    def write(self, log: Path, *options: str) -> None:
        with log.open("wb") as output:
            subprocess.run([BINARY, "replay", *options, "-"], input=self.stream.encode(), stdout=output, check=True)


class Security(unittest.TestCase):
    def setUp(self) -> None:
        random.seed(14)
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name)

    def bans_of(self, case: Case, *options: str) -> set[tuple[str, str]]:
        """All of them, without the sentinel's."""
        case.end()
        log = self.folder / "events.json"
        case.write(log, *options)
        began = time.monotonic()
        with Fail2ban(PROGRAM, self.folder, log) as server:
            ends = {(jail, SENTINEL) for jail in JAILS.values()}
            while not ends <= server.bans():
                if server.has_ended() or time.monotonic() > began + DEADLINE_S:
                    self.fail(f"fail2ban did not come to the end: {server.said()[-2000:]}")
                time.sleep(0.1)
            bans = server.bans() - ends
        print(f"{case.stream.count} sessions, {log.stat().st_size / 1e6:.1f} MB {' '.join(options)}: {len(bans)} bans,"
              f" {len(case.expected)} due, {time.monotonic() - began:.1f} s")
        return bans

    def test_attackers_are_banned_at_the_third_offence_and_normal_mail_is_not(self) -> None:
        normal = [session for session in recorded.sessions() if recorded.is_normal(session)]
        self.assertGreater(len(normal), 5)
        for options in ((), ("--lines", "counted")):
            with self.subTest(options=options):
                shutil.rmtree(self.folder / "fail2ban", ignore_errors=True)
                (self.folder / "bans").unlink(missing_ok=True)
                case = Case()
                for number in range(NORMAL):
                    case.stream.add(random.choice(normal), f"198.19.{number // 250}.{number % 250 + 1}")
                attacks = {kind: recorded_attack(kind) for kind in JAILS}
                self.assertTrue(attacks["auth"] and attacks["recipients"], "nobody recorded them")
                for number in range(ATTACKERS):
                    kind = list(JAILS)[number % len(JAILS)]
                    session = attacks[kind]
                    if session and number % 2:
                        case.attack_in_one_session(kind, session)
                    else:
                        case.attack(kind, ["alice", "bob@example.org", "root"])
                self.assertEqual(self.bans_of(case, *options), case.expected)

    def test_two_offences_are_forgiven_and_a_login_that_smtpd_could_not_decide_is_none(self) -> None:
        case = Case()
        for kind in JAILS:
            case.attack(kind, ["alice"], times=MAXRETRY - 1)
        client = case.new_attacker()
        for _ in range(MAXRETRY):
            case.stream.add(made.login("alice", result="error"), client)
        self.assertEqual(self.bans_of(case), set())

    def test_no_text_of_a_client_has_somebody_else_banned(self) -> None:
        case = Case()
        for victim in ("192.0.2.7", "2001:db8:7::7"):
            forgeries = made.forgeries(victim)
            for text in forgeries:
                for kind in JAILS:
                    case.attack(kind, [text])
                    case.attack(kind, forgeries)
                for number in range(MAXRETRY):  # and one who does nothing that is forbidden
                    case.stream.add(made.login(text, text, text.replace("|", ""), result="pass"), f"198.19.1.{number + 1}")
                    case.stream.add(made.probe(text, text, text.replace("|", ""), refused=False), "198.19.1.9")
        self.assertEqual(self.bans_of(case), case.expected)


if __name__ == "__main__":
    unpacked = subprocess.run([ROOT / "script/lib/fail2ban"], stdout=subprocess.PIPE, text=True)
    if unpacked.returncode:
        sys.exit(1 if os.environ.get("CI") == "true" else unpacked.returncode)
    PROGRAM = Path(unpacked.stdout.strip())
    unittest.main()
