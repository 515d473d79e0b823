#!/usr/bin/env python3
# SPDX-License-Identifier: ISC
"""show.py BINARY RECORD: replays a recorded report stream through filter-jsonlog and shows, for
people, what went in and what came out: the reports of one short session, its last line, and a
table of what mattered."""

from __future__ import annotations

import json
import subprocess
import sys
from datetime import datetime
from pathlib import Path
from typing import Any

sys.dont_write_bytecode = True
sys.path.insert(0, str(Path(__file__).resolve().parent.parent.parent / "tests/e2e"))

from journal import Line, get, is_from_a_clock  # noqa: E402
from record import Record, parse  # noqa: E402

WIDTH = 100
COLUMNS = (8, 17, 18, 18, 23, 10)
ROWS_AT_MOST = 30
NOTABLE = (
    "link-auth",
    "tx-rcpt",
    "tx-commit",
    "tx-rollback",
    "link-disconnect",
    "session-shutdown",
)


def show(record: Path, output: list[str]) -> None:
    lines = [line for line in map(json.loads, output) if not is_from_a_clock(line)]
    show_session(Record(record), lines)
    show_table(lines)
    sessions = {get(line, "opensmtpd.session.id") for line in lines}
    print(f"\n{len(lines)} events, {len(sessions)} sessions.")


def show_session(record: Record, lines: list[Line]) -> None:
    last = shortest_commit(lines)
    session = get(last, "opensmtpd.session.id")
    print(f"\n— what smtpd reported about session {session}\n")
    for raw in record.lines():
        if raw.startswith(b"report|") and parse(raw).session == session:
            print(cut(raw.decode("utf-8", "replace"), WIDTH))
    print("\n— and its state in the last line that filter-jsonlog wrote about it\n")
    print(pretty(last))


def pretty(value: Any, indent: int = 0, column: int = 0) -> str:
    """JSON as people like it: an object or a list stands on one line where it fits there."""
    text = json.dumps(value, ensure_ascii=False)
    if column + len(text) < WIDTH or not isinstance(value, (dict, list)):
        return text
    deeper = indent + 2
    if isinstance(value, dict):
        members = [
            f'"{key}": {pretty(member, deeper, deeper + len(key) + 4)}'
            for key, member in value.items()
        ]
    else:
        members = [pretty(member, deeper, deeper) for member in value]
    lines = ",\n".join(" " * deeper + member for member in members)
    return f"{text[0]}\n{lines}\n{' ' * indent}{text[-1]}"


def shortest_commit(lines: list[Line]) -> Line:
    """The last line of the shortest session in which a message was accepted, an inbound one if
    there is any."""
    finals = [line for line in lines if get(line, "opensmtpd.session.final")]

    def badness(line: Line) -> tuple[bool, bool, int]:
        return (
            not get(line, "opensmtpd.session.tx.committed"),
            get(line, "opensmtpd.subsystem") != "smtp-in",
            get(line, "event.sequence"),
        )

    return min(finals, key=badness)


def show_table(lines: list[Line]) -> None:
    print("\n— what mattered, one line each\n")
    rows = notable_rows(lines)
    print_row(("time", "event", "from", "recipient", "outcome", "latency"))
    for row in rows[:ROWS_AT_MOST]:
        print_row(row)
    if len(rows) > ROWS_AT_MOST:
        print(f"… and {len(rows) - ROWS_AT_MOST} more")


def notable_rows(lines: list[Line]) -> list[tuple[str, ...]]:
    rows = []
    asked: dict[str, Line] = {}
    for line in lines:
        session = get(line, "opensmtpd.session.id")
        if get(line, "event.action") == "protocol-client":
            asked[session] = line
        if is_notable(line):
            rows.append(row(line, latency_ms(line, asked.get(session, line))))
    return rows


def is_notable(line: Line) -> bool:
    action = get(line, "event.action")
    return action in NOTABLE or (
        action == "filter-response" and get(line, "event.outcome") == "failure"
    )


def row(line: Line, latency: float) -> tuple[str, ...]:
    action = get(line, "event.action")
    sender = "<>" if get(line, "opensmtpd.tx.from.null") else get(line, "opensmtpd.tx.from.address")
    if action.startswith("filter-"):
        sender = sender or get(line, "opensmtpd.last.command.address")
    if get(line, "opensmtpd.session.final"):
        sender = sender or next(iter(get(line, "opensmtpd.session.mail_from") or []), "")
    recipient = get(line, "opensmtpd.rcpt.address")
    return (
        get(line, "@timestamp")[11:19],
        action,
        sender or "",
        recipient or "",
        outcome(line),
        f"{latency:.1f} ms",
    )


def latency_ms(line: Line, asked: Line) -> float:
    """How long the session or the transaction took, on its last event; else the time since the
    client's command."""
    if get(line, "opensmtpd.session.final"):
        return float(get(line, "event.duration") or 0) / 1e6
    if duration := get(line, "opensmtpd.tx.duration_us"):
        return float(duration) / 1e3
    return (time_of(line) - time_of(asked)).total_seconds() * 1e3


def time_of(line: Line) -> datetime:
    return datetime.fromisoformat(get(line, "@timestamp").replace("Z", "+00:00"))


def outcome(line: Line) -> str:
    action = get(line, "event.action")
    detail = {
        "link-auth": get(line, "user.name"),
        "link-disconnect": get(line, "opensmtpd.session.close"),
        "filter-response": get(line, "opensmtpd.filter.last.param"),
        "tx-rcpt": get(line, "opensmtpd.rcpt.status"),
        "tx-commit": get(line, "email.local_id"),
    }.get(action)
    return " ".join(word for word in (get(line, "event.outcome"), detail) if word)


def print_row(cells: tuple[str, ...]) -> None:
    texts = [cut(cell, width).ljust(width) for cell, width in zip(cells[:-1], COLUMNS)]
    print(" ".join([*texts, cells[-1].rjust(COLUMNS[-1])]))


def cut(text: str, width: int) -> str:
    return text if len(text) <= width else text[: width - 1] + "…"


def main(binary: Path, record: Path) -> None:
    done = subprocess.run(
        [binary, "replay", record], check=True, stdout=subprocess.PIPE, text=True, timeout=60
    )
    show(record, done.stdout.splitlines())


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
