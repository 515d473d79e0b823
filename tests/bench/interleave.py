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
from collections.abc import Iterator


def read_sessions(paths: list[str]) -> tuple[list[bytes], list[list[tuple[bytes, bytes]]]]:
    """The first handshake, and per session its reports, cut where version/time and id stand.

    Without a session whose end was not recorded: its copies would live for ever."""
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
    return handshake, [reports for reports in sessions.values() if reports[-1][0].endswith(b"|link-disconnect")]


class Interleaver:
    """Deals out sessions in turn, `live` of them at a time, in an order that depends on nothing else."""

    def __init__(self, sessions: list[list[tuple[bytes, bytes]]], live: int, time_us: int = 1_795_221_394_000_000) -> None:
        self.sessions = sessions
        self.most_live = live
        self.time_us = time_us
        self.events = 0
        self.started = 0

    def reports(self, events: float) -> Iterator[bytes]:
        """So many, and then those that end the sessions."""
        dice = random.Random(7)
        live: list[tuple[bytes, list[tuple[bytes, bytes]], int]] = []
        while live or self.events < events:
            while len(live) < self.most_live and self.events < events:
                session_id = b"%016x" % (0x53D780C800000000 + self.started * 0x100000007)
                live.append((session_id, self.sessions[self.started % len(self.sessions)], 0))
                self.started += 1
            at = dice.randrange(len(live))
            session_id, reports, position = live[at]
            head, tail = reports[position]
            self.time_us += dice.randrange(1, 40)
            time = b"%d.%06d" % divmod(self.time_us, 1_000_000)
            self.events += 1
            yield head.replace(b"%s", time, 1) + b"|" + session_id + tail + b"\n"
            if position + 1 < len(reports):
                live[at] = (session_id, reports, position + 1)
            else:
                live[at] = live[-1]
                live.pop()


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--events", type=int, default=1_400_000)
    parser.add_argument("--live", type=int, default=400)
    parser.add_argument("recordings", nargs="+")
    arguments = parser.parse_args()

    handshake, sessions = read_sessions(arguments.recordings)
    sys.stdout.buffer.writelines(handshake)
    interleaver = Interleaver(sessions, arguments.live)
    sys.stdout.buffer.writelines(interleaver.reports(arguments.events))
    print(f"{interleaver.events} events of {interleaver.started} sessions", file=sys.stderr)


if __name__ == "__main__":
    main()
