#!/usr/bin/env python3
# SPDX-License-Identifier: ISC
"""python3 -m script.lib.show BINARY LOG: shows, for people, what a log or a recorded report stream holds: one line as
it stands in the file, a session and a message as the reading commands show them, and a summary."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

WIDTH = 100


def show(binary: Path, log: Path) -> None:
    ends = [json.loads(line) for line in run(binary, "explain", "--json", "--last", "1000", log).splitlines()]
    shown = next((end for end in ends if brought_a_message(end) and refused(end)), ends[0])
    print("\n— the last line of a session, as it stands in the log (its first 500 characters)\n")
    del shown["dialogue"]
    print(json.dumps(shown, ensure_ascii=False, separators=(",", ":"))[:500] + "…")
    tell(binary, "explain", "--session", shown["opensmtpd"]["session"]["id"], log)
    ways = [json.loads(line) for line in run(binary, "trace", "--json", "--last", "1000", log).splitlines()]
    tell(binary, "trace", max(ways, key=tries)["id"], log)
    tell(binary, "summary", "--top", "3", log)


def brought_a_message(end: dict[str, Any]) -> bool:
    session = end["opensmtpd"]["session"]
    return end["opensmtpd"]["subsystem"] == "smtp-in" and session["tx"]["committed"] > 0


def refused(end: dict[str, Any]) -> bool:
    count = end["opensmtpd"]["count"]
    return count["rcpt_permfail"] + count["rcpt_tempfail"] + count["reply"]["5xx"] > 0


def tries(way: dict[str, Any]) -> int:
    return sum(len(recipient["attempts"]) for recipient in way["recipients"])


def tell(binary: Path, command: str, *arguments: str | Path) -> None:
    print("\n— filter-jsonlog", command, *arguments[:-1], "LOG\n")
    print(run(binary, command, *arguments), end="")


def run(binary: Path, *arguments: str | Path) -> str:
    done = subprocess.run([binary, *arguments], check=True, stdout=subprocess.PIPE, text=True, timeout=60,
                          env={"COLUMNS": str(WIDTH), "TZ": "UTC"})
    return done.stdout


if __name__ == "__main__":
    show(Path(sys.argv[1]), Path(sys.argv[2]))
