# SPDX-License-Identifier: ISC
"""python3 -m tests.soak.run BINARY [--events N | --seconds S] [--rate N] [--seed N]: the filter under load, with a
random fault every few seconds, a kill now and then, and an account of every line at the end. Exit status 77 without
root or mounts."""

from __future__ import annotations

import argparse
import multiprocessing
import random
import subprocess
import sys
import tempfile
import time
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

from script.lib.parts import skip
from tests.lib import program
from tests.soak.faults import Faults
from tests.soak.life import Life
from tests.soak.place import Place, mount_privately
from tests.soak.summary import ENOUGH_FOR_MEMORY, Summary

DISK_MB = 1024
READINGS_AHEAD = 20  # files of 8 MB that may wait to be read
VERIFIED_REPORTS = 100_000


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("binary")
    parser.add_argument("--events", type=int)
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("--rate", type=float, help="reports a second, on average")
    parser.add_argument("--seed", type=int, default=random.randrange(1 << 32))
    given = parser.parse_args()
    given.pause = 4.0 if given.events else 1.0  # seconds between two faults, at most
    given.rate = given.rate or (40_000 if given.events else 5_000)
    given.events = given.events or int(given.seconds * given.rate)
    return given


class Soak:
    def __init__(self, place: Place, events: int, rate: float, pause: float, seed: int) -> None:
        self.place = place
        self.events = events
        self.rate = rate
        self.pause = pause
        self.dice = random.Random(seed)
        self.summary = Summary(place.account)
        self.life: Life | None = None

    def run(self) -> None:
        """Short lives, every other one killed; then a long one; then one that `verify` can read as a whole."""
        last = min(VERIFIED_REPORTS, self.events // 6)
        short = self.events // 2 - last
        number = 0
        while short > 0:
            events = min(short, int(self.events * self.dice.uniform(0.03, 0.1)))
            self.live(events, to_pipe=number % 4 == 3, killed=number % 4 != 2)
            short -= events
            number += 1
        long = self.events // 2
        self.live(long, to_pipe=False, killed=False, fill_first=long >= ENOUGH_FOR_MEMORY)
        self.place.take_readings(wait=True)
        self.place.keeping = self.place.root / "kept"
        self.place.keeping.mkdir()
        self.live(last, to_pipe=False, killed=False)
        self.place.take_readings(wait=True)

    def live(self, events: int, to_pipe: bool, killed: bool, fill_first: bool = False) -> None:
        """fill_first: so that all memory of the queue has been touched before memory is compared."""
        life = self.life = Life(self.place, self.rate, to_pipe)
        faults = Faults(life, self.place, self.dice, self.wait)
        if fill_first:
            faults.strike(faults.fill_until_queue_is_full)
        while life.offered < events:
            self.wait(self.dice.uniform(0.1, self.pause))
            if life.offered < events:
                life.feeder.rate = self.rate * self.dice.uniform(0.3, 1.7)
                faults.strike_at_random()
                self.relax()
        if killed:
            full = not to_pipe and self.dice.random() < 0.3
            if full:
                self.place.fill(rest=self.dice.randrange(100_000))
                self.wait(self.dice.uniform(0.1, 1.0))
            life.kill(full)
            self.place.free()
        else:
            life.end()
            if not to_pipe:
                self.place.collect_file()
        self.place.collect()
        self.life = None
        self.summary.enter(life)

    def wait(self, seconds: float) -> None:
        """Meanwhile what is left behind is read."""
        assert self.life is not None
        until = time.monotonic() + seconds
        while True:
            self.life.watch()
            self.place.collect(*self.life.writers())
            left = until - time.monotonic()
            if left <= 0:
                return
            time.sleep(min(0.2, left))

    def relax(self) -> None:
        """The filter is faster than those who read what it wrote, and the disk is small."""
        assert self.life is not None
        rate, self.life.feeder.rate = self.life.feeder.rate, 1
        while len(self.place.at_work) > READINGS_AHEAD:
            self.wait(0.2)
        self.life.feeder.rate = rate


def verify(binary: str, folder: Path) -> str:
    """What the program itself says of the last life, which was kept as a whole."""
    files = sorted(str(path) for path in folder.iterdir())
    result = subprocess.run([binary, "verify", *files], capture_output=True, text=True, timeout=300)
    print(f"verify, of the last life: {result.stdout.strip()}")
    return "" if result.returncode == 0 else f"verify: {result.returncode}, {result.stderr[:500]}"


def main() -> int:
    given = arguments()
    program.BINARY = str(Path(given.binary).resolve())
    with tempfile.TemporaryDirectory() as folder:
        if not mount_privately(Path(folder), DISK_MB):
            skip("needs root and a mount table of its own")
        print(f"{given.events:,} reports, {given.rate:,.0f} a second, --seed {given.seed}", flush=True)
        context = multiprocessing.get_context("spawn")
        try:
            with ProcessPoolExecutor(1, mp_context=context) as readers:
                place = Place(Path(folder), readers)
                soak = Soak(place, given.events, given.rate, given.pause, given.seed)
                soak.run()
                complaints = soak.summary.print()
                assert place.keeping is not None
                if complaint := verify(program.BINARY, place.keeping):
                    complaints.append(complaint)
        finally:
            subprocess.run(["umount", "--lazy", folder])
    for complaint in complaints:
        print(f"BAD: {complaint}")
    print("bad" if complaints else "good")
    return 1 if complaints else 0


if __name__ == "__main__":
    sys.exit(main())
