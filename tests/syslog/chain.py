# SPDX-License-Identifier: ISC
"""A recorded stream through the filter to a daemon, and what arrived of it."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from script.lib.checkout import ROOT
from tests.lib import program
from tests.lib.program import report
from tests.lib.recordings import TRANSCRIPTS

OPTIONS = ("--syslog", "--stats-interval", "0")


def record(path: Path, events: int) -> None:
    """Real sessions, many at once, and one with lines as long as they get."""
    interleave = [sys.executable, ROOT / "tests/bench/interleave.py", "--events", str(events), *TRANSCRIPTS]
    with path.open("wb") as stream:
        subprocess.run(interleave, stdout=stream, stderr=subprocess.DEVNULL, check=True)
        stream.write(report("link-connect", "a.example", "pass", "192.0.2.9:1", "192.0.2.1:25"))
        stream.write(report("tx-begin", "00000001"))
        for number in range(16):
            stream.write(report("tx-rcpt", "00000001", "ok", f"{number}{'l' * 60}@{number}{'d' * 60}.example"))


def run_filter(reports: Path, socket: Path, *arguments: str, **more: object) -> None:
    """As its input is a file, the filter waits for a daemon that is slower."""
    with reports.open("rb") as stream:
        subprocess.run([program.BINARY, *OPTIONS, "--syslog-socket", socket, *arguments], stdin=stream,
                       stdout=subprocess.DEVNULL, check=True, timeout=300, **more)  # type: ignore[call-overload]


def last_line(path: Path) -> bytes:
    longest = 16384
    with path.open("rb") as file:
        file.seek(max(0, path.stat().st_size - longest))
        return file.read().rstrip(b"\n").rsplit(b"\n", 1)[-1]
