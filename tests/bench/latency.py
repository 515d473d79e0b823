#!/usr/bin/env python3
# SPDX-License-Identifier: ISC
"""latency.py BINARY [PER_SECOND]: milliseconds from a report on standard input to its line in the file.

Without a rate the reports come one by one, each when the line of the one before is there.
"""

import os
import resource
import subprocess
import sys
import tempfile
import time

HANDSHAKE = b"config|smtpd-version|7.8.0\nconfig|subsystem|smtp-in\nconfig|ready\n"
REPORT = b"report|0.7|1795219878.453076|smtp-in|timeout|53d780c857e25095\n"
REPORTS = 2000


def measure(binary: str, path: str, per_second: float) -> list[float]:
    sent: list[float] = []
    elapsed: list[float] = []
    with subprocess.Popen([binary, "--file", path], stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        assert process.stdin and process.stdout
        process.stdin.write(HANDSHAKE)
        process.stdin.flush()
        while process.stdout.readline() != b"register|ready\n":
            pass
        with open(path, "rb", buffering=0) as file:
            begin = time.perf_counter()
            rest = b""
            while len(elapsed) < REPORTS:
                now = time.perf_counter()
                due = now >= begin + len(sent) / per_second if per_second else len(sent) == len(elapsed)
                if due and len(sent) < REPORTS:
                    sent.append(now)
                    os.write(process.stdin.fileno(), REPORT)
                *lines, rest = (rest + file.read(1 << 20)).split(b"\n")  # a read may meet a write half way
                now = time.perf_counter()
                arrived = sum(b'"action":"timeout"' in line for line in lines)
                elapsed += [now - start for start in sent[len(elapsed):len(elapsed) + arrived]]
                time.sleep(0.00005)
        process.stdin.close()
    return sorted(1000 * seconds for seconds in elapsed)


rate = float(sys.argv[2]) if len(sys.argv) > 2 else 0
with tempfile.TemporaryDirectory() as folder:
    times = measure(sys.argv[1], os.path.join(folder, "events.json"), rate)
usage = resource.getrusage(resource.RUSAGE_CHILDREN)
print(f"line on disk    {times[REPORTS // 2]:.2f} ms median, {times[REPORTS * 99 // 100]:.2f} at 99 %,"
      f" {times[-1]:.2f} at worst, {f'{rate:.0f} reports a second' if rate else 'one by one'},"
      f" {(usage.ru_utime + usage.ru_stime) / REPORTS * 1e6:.0f} us of CPU a report")
