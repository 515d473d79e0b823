# SPDX-License-Identifier: ISC
"""The recorder's file: every byte that smtpd sent to a filter, while it grows and afterwards."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path


@dataclass
class Report:
    subsystem: str
    event: str
    session: str
    parameters: str


class Record:
    def __init__(self, path: Path) -> None:
        self.path = path

    def lines(self) -> list[bytes]:
        """Whole lines only: the last one may still be on its way."""
        whole, _, _ = self.path.read_bytes().rpartition(b"\n")
        return whole.split(b"\n")

    def reports(self) -> list[Report]:
        return [parse(line) for line in self.lines() if line.startswith(b"report|")]

    def session_of(self, port: int) -> str:
        """The session of the client that came from this port; empty while it is not known."""
        for report in self.reports():
            if (report.subsystem, report.event) == ("smtp-in", "link-connect"):
                source = report.parameters.split("|")[-2]
                if source.rpartition(":")[2] == str(port):
                    return report.session
        return ""

    def session_reports(self, session: str) -> list[Report]:
        return [report for report in self.reports() if report.session == session]

    def has(self, session: str, event: str, parameters: str = "") -> bool:
        return any(
            report.event == event and report.parameters.startswith(parameters)
            for report in self.session_reports(session)
        )

    def outbound_sessions(self, message_id: str) -> list[str]:
        """The smtp-out sessions that took up this message."""
        return [
            report.session
            for report in self.reports()
            if (report.subsystem, report.event, report.parameters)
            == ("smtp-out", "tx-begin", message_id)
        ]


def parse(line: bytes) -> Report:
    _, _, _, subsystem, event, rest = line.decode("latin-1").split("|", 5)
    session, _, parameters = rest.partition("|")
    return Report(subsystem, event, session, parameters)
