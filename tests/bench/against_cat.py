#!/usr/bin/env python3
# SPDX-License-Identifier: ISC
"""against_cat.py BINARY STREAM FOLDER [TIMES]: seconds from a recorded stream to a file in FOLDER, and those of cat
copying that file there.

The two take turns. Neither finds its file when it starts, and what both read is in memory.
"""

import os
import resource
import subprocess
import sys
import time


def seconds(command: list[str], read: str, written: str) -> tuple[float, str]:
    """Of the wall clock from start to end, and a word about those of the processors."""
    with open(read, "rb") as stdin:
        while stdin.readinto(bytearray(1 << 20)):
            pass
        stdin.seek(0)
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        begin = time.perf_counter()
        with open(written, "wb") as stdout:
            subprocess.run(command, stdin=stdin, stdout=stdout, check=True)
        elapsed = time.perf_counter() - begin
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    user, system = after.ru_utime - before.ru_utime, after.ru_stime - before.ru_stime
    return elapsed, f"{elapsed:.2f} s ({user:.2f} user, {system:.2f} system)"


def main(binary: str, stream: str, folder: str, times: int) -> None:
    events, copy = os.path.join(folder, "events.json"), os.path.join(folder, "copy.json")
    filter_command = [binary, "--file", events, "--rotate-size", "0", "--stats-interval", "0"]
    best = [float("inf"), float("inf")]
    try:
        for _ in range(times):
            ours, said = seconds(filter_command, stream, os.devnull)
            cats, said_of_cat = seconds(["cat", events], os.devnull, copy)
            size = os.path.getsize(copy)
            os.unlink(events)
            os.unlink(copy)
            best = [min(best[0], ours), min(best[1], cats)]
            print(f"to {folder}: filter {said}, cat {said_of_cat}, {size} bytes", flush=True)
    finally:
        for path in (events, copy):
            if os.path.exists(path):
                os.unlink(path)
    print(f"best of {times}: filter {best[0]:.2f} s, cat {best[1]:.2f} s, ratio {best[0] / best[1]:.2f}")


if __name__ == "__main__":
    main(*sys.argv[1:4], int(sys.argv[4]) if len(sys.argv) > 4 else 3)  # type: ignore[call-arg]
