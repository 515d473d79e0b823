# SPDX-License-Identifier: ISC
"""Streams of normal sessions and of attacks, and who must be banned by them."""

from __future__ import annotations

import random
import subprocess
import time
from pathlib import Path
from typing import Sequence

from tests.security import made, recorded
from tests.security.recorded import Event, Session, Stream

KINDS = ("auth", "recipients", "junk")
MAXRETRY = 3
SENTINEL = "192.0.2.254"  # offends last, in every way: when it is banned all has been read
MAKERS = {"auth": made.login, "recipients": made.probe, "junk": made.junk}


def offends(kind: str, event: Event) -> bool:
    """By what smtpd says, not by what the filter makes of it."""
    if kind == "auth":
        return event.name == "link-auth" and event.parameters.startswith("fail|")
    if kind == "recipients":
        return event.name == "protocol-server" and event.parameters.startswith("550 5.1.1 Invalid recipient")
    return event.name == "protocol-server" and "Command unrecognized" in event.parameters


def recorded_attack(kind: str) -> Session:
    """One session with all offences, of a real smtpd."""
    for session in recorded.sessions():
        if sum(offends(kind, event) for event in session) >= MAXRETRY:
            return recorded.until(session, MAXRETRY, lambda event: offends(kind, event))
    raise LookupError(f"nobody recorded an attack of the kind {kind}")


class Attacks:
    def __init__(self) -> None:
        self.stream = Stream(time.time() - 120)
        self.expected: set[tuple[str, str]] = set()  # kind and address
        self.attackers = 0

    def new_attacker(self) -> str:
        self.attackers += 1
        high, low = divmod(self.attackers, 250)
        return f"2001:db8:66::{self.attackers:x}" if self.attackers % 4 == 0 else f"198.18.{high}.{low + 1}"

    def attack(self, kind: str, texts: Sequence[str], times: int = MAXRETRY) -> None:
        """In sessions of one offence each, with these texts wherever a client can put one."""
        client = self.new_attacker()
        for _ in range(times):
            text, helo, host = (random.choice(texts) for _ in range(3))
            self.stream.add(MAKERS[kind](text, helo, host.replace("|", "")), client)
        if times >= MAXRETRY:
            self.expected.add((kind, client))

    def attack_in_one_session(self, kind: str) -> None:
        client = self.new_attacker()
        self.stream.add(recorded_attack(kind), client)
        self.expected.add((kind, client))

    def add_normal_sessions(self, count: int) -> None:
        normal = [session for session in recorded.sessions() if recorded.is_normal(session)]
        for number in range(count):
            self.stream.add(random.choice(normal), f"198.19.{number // 250}.{number % 250 + 1}")

    def end(self) -> None:
        for kind in KINDS:
            for _ in range(MAXRETRY):
                self.stream.add(MAKERS[kind]("x", "y", "z"), SENTINEL)
            self.expected.add((kind, SENTINEL))

    def write(self, binary: str, log: Path, *options: str) -> None:
        with log.open("wb") as output:
            subprocess.run([binary, "replay", *options, "-"], input=self.stream.encode(), stdout=output, check=True)
