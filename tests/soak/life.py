# SPDX-License-Identifier: ISC
"""One process of the filter, from its handshake to its end, and the one that reads its FIFO."""

from __future__ import annotations

import os
import signal
import subprocess
import threading
import time
from dataclasses import dataclass
from pathlib import Path

from tests.bench.interleave import Interleaver, read_sessions
from tests.lib import program
from tests.lib.recordings import TRANSCRIPTS
from tests.soak.feeder import Feeder
from tests.soak.place import Place

OPTIONS = ("--stats-interval", "10s")
ROTATION = ("--rotate-size", "8M", "--keep", "0")
LIVE_SESSIONS = 400
PATIENCE_S = 60
MOST_IDLE_LOOKS = 300  # in a row; there are five a second, and the longest fault is four

handshake, sessions = read_sessions([str(path) for path in TRANSCRIPTS])


@dataclass
class Moment:
    fault: str
    begin: int  # reports offered when it began
    end: int
    seconds: float


@dataclass
class Kill:
    where: str
    lines: int  # offered, and nowhere
    milliseconds: float  # of traffic


class Life:
    def __init__(self, place: Place, rate: float, to_pipe: bool) -> None:
        self.place = place
        self.to_pipe = to_pipe
        self.moments: list[Moment] = []
        self.memory: list[tuple[int, int]] = []  # reports offered, resident KiB
        self.said: list[str] = []
        self.idle_looks = 0
        self.killed_at: float | None = None
        self.killed_on_full_disk = False
        self.reader: subprocess.Popen[bytes] | None = None
        path = place.file
        if to_pipe:
            path = place.pipe / "events.json"
            path.unlink(missing_ok=True)
            os.mkfifo(path)
        self.filter = program.Filter("--file", str(path), *OPTIONS, *(() if to_pipe else ROTATION))
        self.pid = self.filter.process.pid
        if to_pipe:
            self.start_reader(path)
        self.filter.send(b"".join(handshake))
        self.filter.read_registration()
        self.listener = threading.Thread(target=self.listen, daemon=True)
        self.listener.start()
        interleaver = Interleaver(sessions, LIVE_SESSIONS, time.time_ns() // 1000)
        reports = interleaver.reports(float("inf"))
        first = next(reports)
        seconds, _, microseconds = first.split(b"|")[2].partition(b".")
        self.run = "%x" % (int(seconds) * 1_000_000 + int(microseconds))
        self.filter.send(first)
        assert self.filter.process.stdin is not None
        self.feeder = Feeder(self.filter.process.stdin.fileno(), reports, rate)
        self.feeder.start()

    @property
    def offered(self) -> int:
        return 1 + self.feeder.offered

    def start_reader(self, path: Path) -> None:
        """Reads the FIFO into files of whole lines."""
        self.reader = subprocess.Popen(["split", "--line-bytes=8M", "--numeric-suffixes", "--suffix-length=6", str(path)],
                                       cwd=self.place.pipe)

    def listen(self) -> None:
        assert self.filter.process.stderr is not None
        for line in self.filter.process.stderr:
            self.said.append(line.decode(errors="replace").strip())

    def writers(self) -> list[int]:
        return [self.pid] if self.reader is None else [self.pid, self.reader.pid]

    def watch(self) -> None:
        """It must live and read, and its memory is noted."""
        if (status := self.filter.process.poll()) is not None:
            raise AssertionError(f"the filter ended by itself, with {status}: {self.said[-3:]}")
        self.idle_looks = self.idle_looks + 1 if self.memory and self.memory[-1][0] == self.offered else 0
        if self.idle_looks > MOST_IDLE_LOOKS:
            raise AssertionError(f"the filter reads no more: {self.said[-3:]}")
        for line in Path(f"/proc/{self.pid}/status").read_text().splitlines():
            if line.startswith("VmRSS:"):
                self.memory.append((self.offered, int(line.split()[1])))

    def stop(self) -> None:
        """Returns when it stands still."""
        os.kill(self.pid, signal.SIGSTOP)
        os.waitid(os.P_PID, self.pid, os.WSTOPPED | os.WEXITED | os.WNOWAIT)

    def resume(self) -> None:
        os.kill(self.pid, signal.SIGCONT)

    # --- Ends ---

    def kill(self, disk_is_full: bool) -> None:
        self.killed_on_full_disk = disk_is_full
        self.filter.process.kill()
        self.filter.process.wait()
        self.killed_at = time.monotonic()
        self.feeder.end()
        self.leave()

    def end(self) -> None:
        """End of input."""
        self.feeder.end()
        assert self.filter.process.stdin is not None
        self.filter.process.stdin.close()
        status = self.filter.process.wait(PATIENCE_S)
        self.leave()
        if status != 0 or any("lost at the end" in line for line in self.said):
            raise AssertionError(f"ended with {status}: {self.said[-3:]}")

    def leave(self) -> None:
        if self.reader is not None:
            self.reader.wait(PATIENCE_S)
        self.listener.join(PATIENCE_S)
        self.filter.__exit__()

    def what_kill_cost(self, made: int) -> Kill:
        """made: lines up to the last one that got out. One report makes one line."""
        assert self.killed_at is not None
        where = "FIFO" if self.to_pipe else "file on a full disk" if self.killed_on_full_disk else "file"
        lost = self.offered - made
        if lost <= 0:
            return Kill(where, 0, 0.0)
        return Kill(where, lost, (self.killed_at - self.feeder.time_of(max(0, made - 1))) * 1000)
