# SPDX-License-Identifier: ISC
"""What one file holds: which lines of which run, and whether each line is what it should be."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from pathlib import Path


@dataclass
class Segment:
    """The lines of one run in one file, in order. A line's place is how many lines stand before it in the run."""

    run: str
    first_sequence: int
    first_place: int
    last_sequence: int
    last_place: int
    uncounted: int = 0  # lines that are missing between them, or are there twice, and that nobody tells of
    dropped: list[tuple[int, int]] = field(default_factory=list)  # sequence of the line behind a declared gap, lines
    lines: int = 0

    def add(self, sequence: int, place: int) -> None:
        if self.lines > 0:
            self.uncounted += abs(place - self.last_place - 1)
            if lost := (sequence - place) - (self.last_sequence - self.last_place):
                self.dropped.append((sequence, lost))
        self.lines += 1
        self.last_sequence = sequence
        self.last_place = place


@dataclass
class Closing:
    """The last account of a process."""

    run: str
    made: int
    out: int
    dropped: int
    reports: int


@dataclass
class Reading:
    segments: list[Segment] = field(default_factory=list)
    closings: dict[str, Closing] = field(default_factory=dict)  # the last one of each run
    invalid: list[str] = field(default_factory=list)
    torn_bytes: int = 0  # behind the last line
    repaired_bytes: int = 0
    bytes: int = 0


def read_file(path: str, has_meta: bool) -> Reading:
    """Of a file that nobody writes any more."""
    reading = Reading()
    segments: dict[str, Segment] = {}
    with open(path, "rb") as lines:
        for number, line in enumerate(lines):
            reading.bytes += len(line)
            if not line.endswith(b"\n"):
                reading.torn_bytes = len(line)
                continue
            try:
                enter(reading, segments, line, must_be_meta=has_meta and number == 0)
            except (ValueError, KeyError, TypeError) as error:
                reading.invalid.append(f"{Path(path).name}:{number + 1}: {error!r} in {line[:80]!r} … {line[-40:]!r}")
    reading.segments = list(segments.values())
    return reading


def enter(reading: Reading, segments: dict[str, Segment], line: bytes, must_be_meta: bool) -> None:
    record = json.loads(line.decode())["opensmtpd"]
    kind = record["record"]
    if must_be_meta and kind != "meta":
        raise ValueError(f"a file begins with {kind}")
    logger = record["logger"]
    if kind == "meta":
        reading.repaired_bytes += record["meta"].get("repaired_bytes", 0)
    elif kind == "stats":
        if "run" in logger:  # there has been a report
            stats = record["stats"]
            reading.closings[logger["run"]] = Closing(logger["run"], logger["sequence"] + 1, stats["lines"]["total"],
                                                      stats["lines"]["dropped"], stats["events"]["total"])
    else:
        run, sequence = logger["run"], logger["sequence"]
        place = sequence - logger["dropped"]
        if run not in segments:
            segments[run] = Segment(run, sequence, place, sequence, place)
        segments[run].add(sequence, place)
