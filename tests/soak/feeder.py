# SPDX-License-Identifier: ISC
"""Plays smtpd: writes reports to the filter at a given pace."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Iterator
from itertools import islice

STEP_S = 0.01


class Feeder(threading.Thread):
    def __init__(self, descriptor: int, reports: Iterator[bytes], rate: float) -> None:
        super().__init__(daemon=True)
        self.descriptor = descriptor
        self.reports = reports
        self.rate = rate  # reports a second; may be changed at any time
        self.offered = 0  # written, or being written
        self.steps: list[tuple[int, float]] = []  # reports so far, and when their writing began
        self.ending = False

    def run(self) -> None:
        due = time.monotonic()
        while not self.ending:
            batch = list(islice(self.reports, max(1, int(self.rate * STEP_S))))
            self.steps.append((self.offered, time.monotonic()))
            self.offered += len(batch)
            try:
                self.write(b"".join(batch))
            except BrokenPipeError:
                return
            due += STEP_S
            time.sleep(max(0.0, due - time.monotonic()))

    def write(self, data: bytes) -> None:
        while data:
            data = data[os.write(self.descriptor, data):]

    def end(self) -> None:
        self.ending = True
        self.join()

    def time_of(self, report: int) -> float:
        """When it was offered."""
        return next(when for first, when in reversed(self.steps) if first <= report)
