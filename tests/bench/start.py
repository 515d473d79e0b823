#!/usr/bin/env python3
# SPDX-License-Identifier: ISC
"""start.py BINARY: milliseconds from the start of the process to register|ready, 50 times."""

import subprocess
import sys
import time

HANDSHAKE = b"config|smtpd-version|7.8.0\nconfig|subsystem|smtp-in\nconfig|ready\n"


def start_once(binary: str) -> float:
    begin = time.perf_counter()
    with subprocess.Popen(
        [binary, "--file", "/dev/null"], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as process:
        assert process.stdin and process.stdout
        process.stdin.write(HANDSHAKE)
        process.stdin.flush()
        while process.stdout.readline() != b"register|ready\n":
            pass
        elapsed = time.perf_counter() - begin
        process.stdin.close()
    return elapsed * 1000


times = sorted(start_once(sys.argv[1]) for _ in range(50))
print(f"register|ready  {times[0]:.1f} ms at best, {times[25]:.1f} median, {times[-1]:.1f} at worst")
