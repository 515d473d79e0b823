# SPDX-License-Identifier: ISC
"""What may happen to a log while it is written."""

from __future__ import annotations

import os
import random
import signal
import time
from collections.abc import Callable

from tests.soak.life import Life, Moment
from tests.soak.place import Place

Wait = Callable[[float], None]


class Faults:
    """Of one process. wait: goes on with all other work for so many seconds."""

    def __init__(self, life: Life, place: Place, dice: random.Random, wait: Wait) -> None:
        self.life = life
        self.place = place
        self.dice = dice
        self.wait = wait
        self.deck: list[Callable[[], str]] = []

    def strike_at_random(self) -> None:
        """One after the other in random order, until each has been there; then again."""
        if not self.deck:
            self.deck = list(self.of_pipe() if self.life.to_pipe else self.of_file())
            self.dice.shuffle(self.deck)
        self.strike(self.deck.pop())

    def strike(self, fault: Callable[[], str]) -> None:
        begin, began = self.life.offered, time.monotonic()
        name = fault()
        self.life.moments.append(Moment(name, begin, self.life.offered, time.monotonic() - began))

    def of_pipe(self) -> tuple[Callable[[], str], ...]:
        return self.stop_reader, self.stop_filter, self.hang_up, self.ask, self.burst

    def of_file(self) -> tuple[Callable[[], str], ...]:
        return (self.rename, self.rename_and_hang_up, self.hang_up, self.ask, self.burst, self.stop_filter, self.fill,
                self.fill_and_rename, self.fill_and_remove_folder, self.remove_folder, self.move_folder)

    # --- Of both ---

    def hang_up(self) -> str:
        os.kill(self.life.pid, signal.SIGHUP)
        return "hang-up"

    def ask(self) -> str:
        os.kill(self.life.pid, signal.SIGUSR2)
        return "stats asked for"

    def burst(self) -> str:
        rate = self.life.feeder.rate
        self.life.feeder.rate = 10 * rate
        self.wait(0.5)
        self.life.feeder.rate = rate
        return "burst"

    def stop_filter(self) -> str:
        self.life.stop()
        self.wait(self.dice.uniform(0.1, 1.0))
        self.life.resume()
        return "filter stopped"

    # --- Of a FIFO ---

    def stop_reader(self) -> str:
        assert self.life.reader is not None
        self.life.reader.send_signal(signal.SIGSTOP)
        self.wait(self.dice.uniform(0.5, 4.0))
        self.life.reader.send_signal(signal.SIGCONT)
        return "reader stopped"

    # --- Of a file ---

    def rename(self) -> str:
        self.place.move_file()
        return "file renamed"

    def rename_and_hang_up(self) -> str:
        self.place.move_file()
        self.hang_up()
        return "file renamed, hang-up"

    def fill(self) -> str:
        return self.fill_for(self.dice.uniform(0.3, 4.0))

    def fill_until_queue_is_full(self) -> str:
        return self.fill_for(10.0)

    def fill_for(self, seconds: float) -> str:
        self.place.fill(rest=self.dice.randrange(100_000))
        self.wait(seconds)
        self.place.free()
        return "disk full"

    def fill_and_rename(self) -> str:
        self.place.fill(rest=self.dice.randrange(100_000))
        self.wait(self.dice.uniform(0.1, 1.0))
        self.place.move_file()
        self.wait(self.dice.uniform(0.1, 2.0))
        self.place.free()
        return "disk full, file renamed"

    def fill_and_remove_folder(self) -> str:
        self.place.fill(rest=self.dice.randrange(100_000))
        self.wait(self.dice.uniform(0.1, 1.0))
        self.without_folder(self.place.remove_folder)
        self.place.free()
        return "disk full, folder removed"

    def remove_folder(self) -> str:
        self.without_folder(self.place.remove_folder)
        return "folder removed"

    def move_folder(self) -> str:
        self.without_folder(self.place.move_folder)
        return "folder moved away"

    def without_folder(self, take: Callable[[], None]) -> None:
        self.life.stop()
        take()
        self.life.resume()
        self.wait(self.dice.uniform(0.0, 3.0))
        self.place.make_folder()
