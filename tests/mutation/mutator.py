# SPDX-License-Identifier: ISC
"""Damages report lines in the ways that a bad disk, a bad filter or a bad mind would."""

import random
from collections.abc import Callable

Mutation = Callable[[random.Random, bytes], bytes]

TIMES = (b"0.000000", b"-1.000000", b"1.5", b"1795219878", b"99999999999.999999", b"253402300800.000000",
         b"9223372036854775807.999999", b"9223372036854775808.000000", b"18446744073709551616.000000", b"1e9.000000",
         b"1795219878.4530761", b"1795219878.-53076", b"", b" 1795219878.453076", b"0x6b.000000")
VERSIONS = (b"", b"0", b"1", b"2", b"0.1", b"0.2", b"0.3", b"0.4", b"0.5", b"0.6", b"0.7", b"0.8", b"0.10", b"0.999",
            b"1.0", b"0.7.1", b"-1", b"99999999999999999999.7", b"smtp-in")
ODD_BYTES = (b"\x00", b"\r", b"\x01", b"\x1b[2J", b"\x7f", b"\x80", b"\xff", b"\xc3", b"\xc2\x85", b"\xed\xa0\x80",
             b"\xf4\x90\x80\x80", b"\xe2\x80\xa8", b"\xef\xbf\xbf", b'"', b"\\", b"|", b"\t", b"{}", b"\xc0\xaf")


def _replace_field(line: bytes, number: int, value: bytes) -> bytes:
    fields = line.split(b"|")
    if number < len(fields):
        fields[number] = value
    return b"|".join(fields)


def keep(_: random.Random, line: bytes) -> bytes:
    return line


def flip_bits(rng: random.Random, line: bytes) -> bytes:
    damaged = bytearray(line)
    for _ in range(rng.randrange(1, 4)):
        if damaged:
            damaged[rng.randrange(len(damaged))] ^= 1 << rng.randrange(8)
    return bytes(damaged)


def cut(rng: random.Random, line: bytes) -> bytes:
    return line[:rng.randrange(len(line) + 1)]


def behead(rng: random.Random, line: bytes) -> bytes:
    return line[rng.randrange(len(line) + 1):]


def shuffle_fields(rng: random.Random, line: bytes) -> bytes:
    fields = line.split(b"|")
    rng.shuffle(fields)
    return b"|".join(fields)


def shuffle_parameters(rng: random.Random, line: bytes) -> bytes:
    fields = line.split(b"|")
    parameters = fields[6:]
    rng.shuffle(parameters)
    return b"|".join(fields[:6] + parameters)


def double_field(rng: random.Random, line: bytes) -> bytes:
    fields = line.split(b"|")
    number = rng.randrange(len(fields))
    return b"|".join(fields[:number + 1] + fields[number:])


def drop_field(rng: random.Random, line: bytes) -> bytes:
    fields = line.split(b"|")
    del fields[rng.randrange(len(fields))]
    return b"|".join(fields)


def swap_event(rng: random.Random, line: bytes) -> bytes:
    event = rng.choice((b"link-connect", b"link-tls", b"link-auth", b"link-disconnect", b"tx-begin", b"tx-mail",
                        b"tx-rcpt", b"tx-envelope", b"tx-data", b"tx-commit", b"tx-rollback", b"tx-reset", b"timeout",
                        b"filter-report", b"filter-response", b"link-tomorrow", b""))
    return _replace_field(line, 4, event)


def swap_subsystem(_: random.Random, line: bytes) -> bytes:
    return line.replace(b"|smtp-in|", b"|smtp-out|") if b"|smtp-in|" in line else line.replace(b"smtp-out", b"smtp-in")


def absurd_time(rng: random.Random, line: bytes) -> bytes:
    return _replace_field(line, 2, rng.choice(TIMES))


def other_version(rng: random.Random, line: bytes) -> bytes:
    return _replace_field(line, 1, rng.choice(VERSIONS))


def other_session(rng: random.Random, line: bytes) -> bytes:
    return _replace_field(line, 5, b"%016x" % rng.getrandbits(64))


def insert_odd_bytes(rng: random.Random, line: bytes) -> bytes:
    for _ in range(rng.randrange(1, 4)):
        at = rng.randrange(len(line) + 1)
        line = line[:at] + rng.choice(ODD_BYTES) + line[at:]
    return line


def append_odd_bytes(rng: random.Random, line: bytes) -> bytes:
    return line + rng.choice(ODD_BYTES) * rng.randrange(1, 300)


def append_cr(_: random.Random, line: bytes) -> bytes:
    return line + b"\r"


def lengthen(rng: random.Random, line: bytes) -> bytes:
    return line + rng.choice((b"x", b"\xff", b"a ", b"|", b"\xe2\x82\xac", b"\x01")) * rng.randrange(500, 6000)


def empty(_: random.Random, __: bytes) -> bytes:
    return b""


def huge_number(rng: random.Random, line: bytes) -> bytes:
    fields = line.split(b"|")
    number = rng.randrange(len(fields))
    fields[number] = rng.choice((b"9" * 19, b"9" * 40, b"-1", b"18446744073709551615", b"9223372036854775807", b"0"))
    return b"|".join(fields)


DAMAGE: tuple[Mutation, ...] = (
    flip_bits, flip_bits, flip_bits, cut, behead, shuffle_fields, shuffle_parameters, double_field, drop_field,
    swap_event, swap_event, swap_subsystem, absurd_time, other_version, other_session, insert_odd_bytes,
    insert_odd_bytes, append_odd_bytes, append_cr, lengthen, empty, huge_number)


def mutate(rng: random.Random, line: bytes) -> bytes:
    """One line or, where a line feed came in by chance, more; now and then the line as it was."""
    chance = rng.random()
    if chance < 0.3:
        return line
    damaged = rng.choice(DAMAGE)(rng, line)
    return rng.choice(DAMAGE)(rng, damaged) if chance > 0.85 else damaged
