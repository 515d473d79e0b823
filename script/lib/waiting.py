# SPDX-License-Identifier: ISC
"""Waits for an event, with a deadline."""

import time
from typing import Callable, TypeVar

Found = TypeVar("Found")


def wait_until(what: str, condition: Callable[[], Found], seconds: float = 30) -> Found:
    """Looks until the condition gives something true, and returns that; fails when the time is over."""
    deadline = time.monotonic() + seconds
    while True:
        if found := condition():
            return found
        if time.monotonic() > deadline:
            raise TimeoutError(f"waited {seconds:g} s in vain: {what}")
        time.sleep(0.005)
