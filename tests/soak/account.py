# SPDX-License-Identifier: ISC
"""All files of all runs together: what is missing, and who says so."""

from __future__ import annotations

from dataclasses import dataclass, field

from tests.soak.reading import Closing, Reading, Segment


@dataclass
class Sum:
    """Of one run."""

    lines: int
    dropped: list[tuple[int, int]]  # sequence of the line behind a declared gap, lines
    made: int  # up to the last line that is there
    complaints: list[str]


@dataclass
class Account:
    files: int = 0
    bytes: int = 0
    torn_files: int = 0
    repaired_bytes: int = 0
    invalid: list[str] = field(default_factory=list)
    segments: dict[str, list[Segment]] = field(default_factory=dict)
    closings: dict[str, Closing] = field(default_factory=dict)

    def enter(self, reading: Reading) -> None:
        self.files += 1
        self.bytes += reading.bytes
        self.torn_files += reading.torn_bytes > 0
        self.repaired_bytes += reading.repaired_bytes
        self.invalid += reading.invalid
        for segment in reading.segments:
            self.segments.setdefault(segment.run, []).append(segment)
        for run, closing in reading.closings.items():
            if run not in self.closings or closing.made >= self.closings[run].made:
                self.closings[run] = closing

    def settle(self, run: str, closing_reports: int | None) -> Sum:
        """closing_reports: how many it was given, of a run that came to its end; of one that was killed, None."""
        segments = sorted(self.segments.get(run, []), key=lambda segment: segment.first_sequence)
        lines, place, sequence = 0, -1, -1
        dropped: list[tuple[int, int]] = []
        complaints: list[str] = []
        for segment in segments:
            if segment.first_place != place + 1:
                complaints.append(f"{segment.first_place - place - 1} lines missing before {segment.first_sequence}")
            if segment.uncounted:
                complaints.append(f"{segment.uncounted} lines missing or double after {segment.first_sequence}")
            if lost := (segment.first_sequence - segment.first_place) - (sequence - place):
                dropped.append((segment.first_sequence, lost))
            dropped += segment.dropped
            lines += segment.lines
            place, sequence = segment.last_place, segment.last_sequence
        if closing_reports is not None:
            complaints += self.check_closing(run, lines, closing_reports)
            if run in self.closings and (lost := self.closings[run].made - 1 - sequence) > 0:
                dropped.append((self.closings[run].made, lost))
        return Sum(lines, dropped, sequence + 1, complaints)

    def check_closing(self, run: str, lines: int, reports: int) -> list[str]:
        closing = self.closings.get(run)
        if closing is None:
            return ["no closing account"]
        complaints = []
        if (closing.out, closing.made) != (lines, lines + closing.dropped):
            complaints.append(f"{lines} lines are there, but the account is {closing}")
        if closing.reports != reports:
            complaints.append(f"{reports} reports were sent, but the account is {closing}")
        return complaints
