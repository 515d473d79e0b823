# SPDX-License-Identifier: ISC
"""The filter's output, read back: lines by session."""

from __future__ import annotations

import json
from typing import Any

from script.lib.line import Line, get
from tests.lib.checks import Checks


class Session:
    def __init__(self, lines: list[Line], checks: Checks) -> None:
        self.lines = lines
        self._checks = checks
        self.expected_anomalies: set[str] = set()

    def of(self, action: str) -> list[Line]:
        return [line for line in self.lines if get(line, "event.action") == action]

    def last(self, name: str) -> Any:
        return get(self.lines[-1], name) if self.lines else None

    def ends_with(self, facts: dict[str, Any]) -> None:
        """Checks fields of the session's last line; None stands for absent."""
        for name, expected in facts.items():
            state = "is absent" if expected is None else f"is {json.dumps(expected)}"
            self._checks.equal(f"{name} of the last line {state}", self.last(name), expected)

    def deserves(self, *anomalies: str) -> None:
        self.expected_anomalies = set(anomalies)
        named = ", ".join(sorted(anomalies))
        self._checks.equal(
            f"the anomalies are just {named}",
            set(self.last("opensmtpd.anomaly") or []),
            self.expected_anomalies,
        )


class Journal:
    def __init__(self, lines: list[Line], checks: Checks) -> None:
        self.lines = lines
        self.sessions: dict[str, Session] = {}
        for line in lines:
            if session := get(line, "opensmtpd.session.id"):
                self.sessions.setdefault(session, Session([], checks)).lines.append(line)
        self._missing = Session([], checks)

    def session(self, name: str) -> Session:
        return self.sessions.get(name, self._missing)

    def internal(self) -> list[Session]:
        """Sessions of the local socket: mail handed in by programs, and smtpd's own bounces."""
        return [
            session
            for session in self.sessions.values()
            if session.last("network.direction") == "internal"
        ]


def is_from_a_clock(line: Line) -> bool:
    """Records that a replay does not repeat."""
    return get(line, "opensmtpd.record") in ("meta", "stats")
