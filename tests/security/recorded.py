# SPDX-License-Identifier: ISC
"""Sessions of a real smtpd, told again with another client and another time."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Callable, Iterable

from tests.lib.recordings import GOLDEN

TRANSCRIPTS = [*sorted(GOLDEN.glob("transcript-*/in")), GOLDEN / "address-probing/in"]


@dataclass
class Event:
    """A report line: report|VERSION|TIME|SUBSYSTEM|NAME|SESSION|PARAMETERS."""

    version: str
    time: float
    name: str
    parameters: str

    def line(self, session: str, time: float) -> str:
        return f"report|{self.version}|{time:.6f}|smtp-in|{self.name}|{session}|{self.parameters}"


Session = list[Event]


def sessions() -> list[Session]:
    """All that came in, from its first report to its last."""
    found: dict[tuple[Path, str], Session] = {}
    for path in TRANSCRIPTS:
        for line in path.read_text(encoding="utf-8", errors="surrogateescape").split("\n"):
            fields = line.split("|", 6)
            if fields[0] == "report" and len(fields) >= 6 and fields[3] == "smtp-in":
                event = Event(fields[1], float(fields[2]), fields[4], fields[6] if len(fields) > 6 else "")
                found.setdefault((path, fields[5]), []).append(event)
    return [session for session in found.values()
            if session[0].name == "link-connect" and session[-1].name == "link-disconnect"]


def has(session: Session, name: str, text: str = "") -> bool:
    return any(event.name == name and text in event.parameters for event in session)


def is_normal(session: Session) -> bool:
    """It brought a message, and nobody could take offence."""
    refused = any(event.name == "protocol-server" and event.parameters.startswith("5") for event in session)
    return has(session, "tx-commit") and not refused and not has(session, "link-auth", "fail")


def until(session: Session, count: int, offence: Callable[[Event], bool]) -> Session:
    """Its beginning, with so many offences, and the end of the connection."""
    kept: Session = []
    for event in session:
        kept.append(event)
        count -= offence(event)
        if count == 0:
            return [*kept, Event(event.version, event.time + 0.01, "link-disconnect", "")]
    raise ValueError("not so many offences")


def with_port(address: str, port: int) -> str:
    return f"[{address}]:{port}" if ":" in address else f"{address}:{port}"


class Stream:
    """A report stream that grows by whole sessions."""

    def __init__(self, start: float) -> None:
        self.start = start
        self.count = 0
        self.lines = ["config|smtpd-version|7.8.0-portable", "config|subsystem|smtp-in", "config|ready"]

    def add(self, session: Iterable[Event], client: str, change: Callable[[str], str] = lambda text: text) -> None:
        """All of it at nearly one time: attackers are quick, and fail2ban looks back for ten minutes only."""
        self.count += 1
        name = f"5ec0{self.count:012x}"
        for place, event in enumerate(session):
            parameters = change(event.parameters)
            if event.name == "link-connect":
                host, verdict = parameters.split("|", 2)[:2]
                parameters = f"{host}|{verdict}|{with_port(client, 40000)}|198.51.100.1:25"
            again = Event(event.version, event.time, event.name, parameters)
            self.lines.append(again.line(name, self.start + self.count * 0.001 + place * 0.00001))

    def encode(self) -> bytes:
        return ("\n".join(self.lines) + "\n").encode("utf-8", "surrogateescape")
