#!/usr/bin/env python3
# SPDX-License-Identifier: ISC
"""sizing.py NAME=BYTES...: disk and shards for a mail system, from the bytes that an event has in the
index (bytes.py measures them), as the table of doc/elk.md."""

from __future__ import annotations

import math
import sys

LINES_A_MESSAGE = 36
"""Median of the recorded sessions that take one message in; on the way out 34 to 38."""
RATES = (1, 100, 10_000)
"""Messages a second."""
SHARD_GB = 40
"""Between the 30 and 50 that an engine moves and merges well."""
DAYS = 30

HEADINGS = (
    "messages a second",
    "`--detail`",
    "a day",
    "with one replica",
    f"shards of {SHARD_GB} GB a day",
    "one is full after",
    f"{DAYS} days",
    "with one replica",
)


def amount(gigabytes: float) -> str:
    value, unit = (gigabytes / 1000, "TB") if gigabytes >= 1000 else (gigabytes, "GB")
    return f"{value:.1f} {unit}" if value < 10 else f"{value:,.0f} {unit}"


def period(days: float) -> str:
    return f"{days:.0f} days" if days >= 2 else f"{days * 24:.0f} h" if days * 24 >= 2 else f"{days * 1440:.0f} min"


def row(rate: int, name: str, event_bytes: int) -> str:
    a_day = rate * LINES_A_MESSAGE * 86_400 * event_bytes / 1e9
    cells = [
        f"{rate:,}",
        name,
        amount(a_day),
        amount(2 * a_day),
        str(math.ceil(a_day / SHARD_GB)),
        period(SHARD_GB / a_day),
        amount(DAYS * a_day),
        amount(2 * DAYS * a_day),
    ]
    return "| " + " | ".join(cells) + " |"


def main(arguments: list[str]) -> int:
    print("| " + " | ".join(HEADINGS) + " |")
    print("|" + "---|" * len(HEADINGS))
    for rate in RATES:
        for argument in arguments:
            name, _, event_bytes = argument.partition("=")
            print(row(rate, name, int(event_bytes)))
    return 0


if __name__ == "__main__":
    if len(sys.argv) < 2:
        sys.exit("usage: sizing.py NAME=BYTES...")
    sys.exit(main(sys.argv[1:]))
