# SPDX-License-Identifier: ISC
"""A long stream of mutated report lines, the same for the same seed: python3 -m tests.mutation.stream [SEED [LINES]] >
FILE"""

import random
import sys
from collections.abc import Iterator
from typing import NamedTuple

from tests.lib.recordings import TRANSCRIPTS
from tests.mutation import mutator, secret
from tests.mutation.exchange import Exchange

HANDSHAKE = (b"config|smtpd-version|7.8.0-portable\nconfig|protocol|0.7\nconfig|smtp-session-timeout|300\n"
             b"config|subsystem|smtp-in\nconfig|subsystem|smtp-out\nconfig|admd|mx.example.org\nconfig|ready\n")
START_US = 1795300801_204511

EXCHANGE_SHARE = 0.06
OVERLONG_EVERY = 15_000  # lines over the limit of 256 KiB
HUGE_EVERY = 20_000
HUGE_BYTES = 10_000_000
HANDSHAKE_EVERY = 25_000


class Stream(NamedTuple):
    """The bytes, handshakes included, and how many lines of them are not handshake."""

    data: bytes
    lines: int


def _recorded() -> list[bytes]:
    reports: list[bytes] = []
    for path in TRANSCRIPTS:
        reports += [line for line in path.read_bytes().split(b"\n") if line.startswith(b"report|")]
    if not reports:
        raise SystemExit("no transcripts to mutate")
    return reports


def _huge(rng: random.Random, line: bytes) -> bytes:
    filling = rng.choice((b"x", b"\xff", b"AUTH PLAIN " + secret.plain(rng) + b" "))
    return line + b" " + filling * (HUGE_BYTES // len(filling))


def _pieces(rng: random.Random) -> Iterator[bytes]:
    """Lines without end, a piece being one or more of them."""
    reports = _recorded()
    number = exchanges = 0
    while True:
        for report in reports:
            number += 1
            if rng.random() < EXCHANGE_SHARE:
                exchanges += 1
                yield b"\n".join(Exchange(rng, START_US + exchanges * 1000).any_shape())
            if number % OVERLONG_EVERY == 7:
                yield b"\n".join(Exchange(rng, START_US).overlong_command())
            if number % HUGE_EVERY == 11:
                yield _huge(rng, report)
            yield mutator.mutate(rng, report)


def make(seed: int, lines: int) -> Stream:
    rng = random.Random(seed)
    chunks = [HANDSHAKE]
    count = since_handshake = 0
    for piece in _pieces(rng):
        chunks.append(piece + b"\n")
        count += piece.count(b"\n") + 1
        since_handshake += piece.count(b"\n") + 1
        if count >= lines:
            return Stream(b"".join(chunks), count)
        if since_handshake >= HANDSHAKE_EVERY:
            since_handshake = 0
            chunks.append(HANDSHAKE)
    raise AssertionError("the pieces have no end")


if __name__ == "__main__":
    numbers = [int(word) for word in sys.argv[1:]]
    sys.stdout.buffer.write(make(*(numbers + [1, 60_000][len(numbers):])).data)
