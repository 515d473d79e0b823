# SPDX-License-Identifier: ISC
"""A day of mail from recorded sessions: each copy has a client, people, domains and ids of its own,
drawn the way mail has them: few often, many seldom. The same in every run."""

from __future__ import annotations

import random
import re
from typing import BinaryIO

from script.lib.checkout import ROOT
from tests.bench.interleave import read_sessions

RECORDINGS = sorted(ROOT.glob("tests/golden/transcript-7.8.0p1-*/in"))
LIVE = 20
START_US = 1_795_221_394_000_000

ID = re.compile(rb"\b[0-9a-f]{8}(?:[0-9a-f]{8})?\b")
CLIENT = re.compile(rb"127\.0\.0\.1:\d+")
PERSON = re.compile(rb"([a-z]+)@([a-z]+)\.test")
NAME = re.compile(rb"\b(?:cli(?:ent)?|laptop|phone|parallel\d)\.test\b|\blocalhost\b")


class Copy:
    """One session of the day: its reports, in which data are replaced by its own."""

    def __init__(
        self, smtpd: int, number: int, reports: list[tuple[bytes, bytes]], dice: random.Random
    ) -> None:
        self.id = b"%016x" % (0x53D780C800000000 + (smtpd << 32) + number * 0x100000007)
        self.left = iter(reports)
        rank = seldom(dice, 5000)
        self._client = b"198.%d.%d.%d:%d" % (
            18 + rank % 2,
            rank // 250 % 250,
            rank % 250 + 1,
            dice.randrange(1025, 65535),
        )
        self._name = b"host%d.example" % rank
        self._domain = b"domain%d" % seldom(dice, 2000)
        self._person = seldom(dice, 3000)
        self._ids = dice.getrandbits(32)

    def next(self) -> tuple[bytes, bytes] | None:
        report = next(self.left, None)
        return report and (report[0], self._own(report[1]))

    def _own(self, text: bytes) -> bytes:
        text = ID.sub(self._own_id, text)
        text = CLIENT.sub(self._client, text, count=1)
        text = NAME.sub(self._name, text)
        return PERSON.sub(self._own_person, text)

    def _own_id(self, found: re.Match[bytes]) -> bytes:
        message = int(found[0][:8], 16) ^ self._ids
        return b"%08x" % message + found[0][8:]

    def _own_person(self, found: re.Match[bytes]) -> bytes:
        domain = found[2] if found[2] == b"local" else self._domain
        return b"%s%d@%s.test" % (found[1], self._person, domain)


def seldom(dice: random.Random, most: int) -> int:
    """A rank by Zipf's law, roughly: rank 1 as often as the next few together."""
    return int(most ** dice.random())


def write(
    out: BinaryIO,
    events: int,
    messages_a_second: float = 1.0,
    smtpd: int = 0,
    most_live: int = LIVE,
) -> int:
    """Writes a report stream of at least so many events; gives their number. Each `smtpd` has other
    sessions, with ids that no other one has; `most_live` of them at a time."""
    handshake, sessions = read_sessions([str(path) for path in RECORDINGS])
    out.writelines(handshake)
    dice = random.Random(7 + smtpd)
    live: list[Copy] = []
    started = written = time_us = 0
    pause = int(1_000_000 / messages_a_second / 30)
    while live or written < events:
        while len(live) < most_live and written < events:
            live.append(Copy(smtpd, started, sessions[started % len(sessions)], dice))
            started += 1
        copy = live[dice.randrange(len(live))]
        report = copy.next()
        if report is None:
            live.remove(copy)
            continue
        head, tail = report
        time_us += dice.randrange(1, 2 * pause)
        time = b"%d.%06d" % divmod(START_US + time_us, 1_000_000)
        out.write(head.replace(b"%s", time, 1) + b"|" + copy.id + tail + b"\n")
        written += 1
    return written
