# SPDX-License-Identifier: ISC
"""Planted secrets: text that can be found again in an output, in clear and in base64."""

import base64
import random
import re

MARKER = b"PlantedSecret"  # three alignments of it are looked for in base64


def _base64_cores(text: bytes) -> list[bytes]:
    """The parts of a base64 text that hold `text` whatever stands before and after it."""
    cores = []
    for before in range(3):
        encoded = base64.b64encode(b"\0" * before + text + b"\0\0")
        first = -(-before * 8 // 6)
        last = (before + len(text)) * 8 // 6
        cores.append(encoded[first:last])
    return cores


SPELLINGS = [MARKER, *_base64_cores(MARKER)]
LEAK = re.compile(b"|".join(map(re.escape, SPELLINGS)))


def plain(rng: random.Random) -> bytes:
    return MARKER + b"%08x" % rng.getrandbits(32)


def encoded(rng: random.Random) -> bytes:
    """As an argument of AUTH PLAIN: the user name's length decides the alignment."""
    user = b"u" * rng.randrange(1, 9)
    return base64.b64encode(b"\0" + user + b"\0" + plain(rng))


def any_spelling(rng: random.Random) -> bytes:
    return rng.choice((plain, encoded))(rng)


def leaks(output: bytes, limit: int = 5) -> list[bytes]:
    """Where a planted secret shows, each with some bytes around it."""
    if not any(spelling in output for spelling in SPELLINGS):  # far faster than the expression
        return []
    found = []
    for match in LEAK.finditer(output):
        found.append(output[max(0, match.start() - 160):match.end() + 40])
        if len(found) == limit:
            break
    return found
