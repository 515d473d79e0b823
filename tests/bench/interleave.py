#!/usr/bin/env python3
# SPDX-License-Identifier: ISC
"""Many sessions at once from a few recordings.

interleave.py [--events N] [--live N] RECORDING... >STREAM

Takes the sessions of the recordings in turn, gives each copy an id of its own, keeps `--live` of
them open at a time and deals out their reports one by one, in an order that is the same in every
run, until there are at least `--events` reports. The handshake of the first recording comes first.
"""

import argparse
import random
import sys


def read_sessions(paths: list[str]) -> tuple[list[bytes], list[list[tuple[bytes, bytes]]]]:
    """The first handshake, and per session its reports, cut where version/time and id stand."""
    handshake: list[bytes] = []
    sessions: dict[tuple[str, bytes, bytes], list[tuple[bytes, bytes]]] = {}
    for path in paths:
        with open(path, "rb") as recording:
            for line in recording:
                fields = line.rstrip(b"\n").split(b"|", 6)
                if fields[0] == b"config" and path == paths[0]:
                    handshake.append(line)
                if fields[0] != b"report":
                    continue
                head = b"|".join((fields[0], fields[1], b"%s", fields[3], fields[4]))
                tail = b"|" + fields[6] if len(fields) > 6 else b""
                sessions.setdefault((path, fields[3], fields[5]), []).append((head, tail))
    return handshake, list(sessions.values())


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--events", type=int, default=1_400_000)
    parser.add_argument("--live", type=int, default=400)
    parser.add_argument("recordings", nargs="+")
    arguments = parser.parse_args()

    handshake, sessions = read_sessions(arguments.recordings)
    out = sys.stdout.buffer
    out.writelines(handshake)
    dice = random.Random(7)
    live: list[tuple[bytes, list[tuple[bytes, bytes]], int]] = []
    started = events = 0
    time_us = 1_795_221_394_000_000
    while live or events < arguments.events:
        while len(live) < arguments.live and events < arguments.events:
            live.append((b"%016x" % (0x53D780C800000000 + started * 0x100000007), sessions[started % len(sessions)], 0))
            started += 1
        at = dice.randrange(len(live))
        session_id, reports, position = live[at]
        head, tail = reports[position]
        time_us += dice.randrange(1, 40)
        time = b"%d.%06d" % divmod(time_us, 1_000_000)
        out.write(head.replace(b"%s", time, 1) + b"|" + session_id + tail + b"\n")
        events += 1
        if position + 1 < len(reports):
            live[at] = (session_id, reports, position + 1)
        else:
            live[at] = live[-1]
            live.pop()
    print(f"{events} events of {started} sessions", file=sys.stderr)


if __name__ == "__main__":
    main()
