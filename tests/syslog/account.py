# SPDX-License-Identifier: ISC
"""What a file says of the lines that are missing in it."""

from __future__ import annotations

import json
from pathlib import Path


class Account:
    """Of the lines of one run, which all have to be valid and in order."""

    def __init__(self, file: Path) -> None:
        self.received = 0  # events, anomalies and session ends
        self.longest = 0  # bytes
        self.undeclared: list[int] = []  # gaps in the numbers, less what the filter says it dropped there
        self.made = 0  # by the filter, as it says at the end; of the last line where it does not
        self.dropped = 0  # by the filter, likewise
        self.closed = False  # it said so at the end
        with file.open("rb") as lines:
            for line in lines:
                self.longest = max(self.longest, len(line))
                record = json.loads(line)["opensmtpd"]
                if record["record"] in ("event", "anomaly"):
                    self.add_line(**record["logger"])
                elif record["record"] == "stats":
                    self.close(record)

    def add_line(self, sequence: int, dropped: int, **_: object) -> None:
        assert not self.closed, "a line behind the closing account"
        assert sequence >= self.made, "a line twice, or not in order"
        self.received += 1
        self.compare(sequence, dropped)
        self.made = sequence + 1

    def close(self, stats: dict) -> None:
        logger = stats["logger"]
        assert logger["dropped"] == stats["stats"]["lines"]["dropped"]
        self.compare(logger["sequence"] + 1, logger["dropped"])
        self.made = logger["sequence"] + 1
        self.closed = True

    def compare(self, sequence: int, dropped: int) -> None:
        if undeclared := sequence - self.made - (dropped - self.dropped):
            self.undeclared.append(undeclared)
        self.dropped = dropped
