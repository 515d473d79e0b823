# SPDX-License-Identifier: ISC
"""What must hold for every line of a run, whatever its scenarios were."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import Any

from script.lib.line import Line, get
from tests.e2e.rehearsal import Rehearsal
from tests.lib import check
from tests.lib.checks import Checks
from tests.lib.journal import is_from_a_clock


def parsed(text: bytes) -> Line | None:
    try:
        line: Any = json.loads(text.decode("utf-8"))
    except ValueError:
        return None
    return line if isinstance(line, dict) else None


def read_lines(path: Path, checks: Checks) -> list[Line]:
    """The lines made from reports; a line that is no JSON object fails a check and is left out."""
    raw = path.read_bytes() if path.exists() else b""
    checks.true("the filter wrote whole lines", raw.endswith(b"\n"))
    lines = [(text, parsed(text)) for text in raw.splitlines()]
    checks.equal(
        "every line is a JSON object in UTF-8", [text for text, line in lines if line is None], []
    )
    return [line for _, line in lines if line is not None and not is_from_a_clock(line)]


def check_everything(run: Rehearsal, binary: Path, options: str) -> None:
    replayed = replay(run, binary, options)
    check_lines(run)
    check_replay(run, replayed)
    check_secrets(run, replayed)
    check_anomalies(run)
    check_schema(run)
    check_origins(run)
    # A unit that takes its confinement away is all that it has to tell of.
    told = ["jsonlog: not confined to the log's folder: Operation not permitted"] if run.mail.unit else []
    run.checks.equal("the filter has nothing else to complain about", run.mail.filter_diagnostics(), told)


def check_origins(run: Rehearsal) -> None:
    """Every outbound line of a message that came in before names the session that brought it."""
    brought: dict[str, dict[str, Any]] = {}
    followed, wrong = 0, []
    for line in run.journal.lines:
        message = get(line, "email.local_id")
        if get(line, "opensmtpd.subsystem") == "smtp-in":
            if message and get(line, "event.action") == "tx-commit":
                brought[message] = {
                    "session": get(line, "opensmtpd.session.id"),
                    "address": get(line, "source.address"),
                    "user": get(line, "user.name"),
                    "with": get(line, "opensmtpd.session.with"),
                    "accepted": get(line, "@timestamp"),
                }
            continue
        origin = get(line, "opensmtpd.origin")
        expected = brought.get(message)
        told = expected and origin and {name: origin.get(name) for name in expected}
        followed += expected is not None
        if (expected or None) != (told or None) or (origin and not expected):
            wrong.append((message, origin, expected))
    run.checks.true("messages that came in went out", followed > 20, followed)
    run.checks.equal("and every line of them says who brought them", wrong, [])


def replay(run: Rehearsal, binary: Path, options: str) -> bytes:
    command = [str(binary), "replay", *options.split(), str(run.mail.record.path)]
    done = subprocess.run(command, capture_output=True, timeout=120)
    run.checks.equal("replay ends well", (done.returncode, done.stderr), (0, b""))
    return done.stdout


def check_lines(run: Rehearsal) -> None:
    reports = run.mail.record.reports()
    ended = {report.session for report in reports if report.event == "link-disconnect"}
    still_open = {report.session for report in reports} - ended
    lines = run.journal.lines
    run.checks.true("at least one session is open at the end", still_open)
    run.checks.equal(
        "one line per report, and one for each session still open at the end",
        len(lines),
        len(reports) + len(still_open),
    )
    run.checks.equal(
        "the lines carry the reports' events, in their order",
        [get(line, "event.action") for line in lines[: len(reports)]],
        [report.event for report in reports],
    )
    run.checks.equal(
        "logger.sequence counts every line",
        [get(line, "opensmtpd.logger.sequence") for line in lines],
        list(range(len(lines))),
    )
    run.checks.equal(
        "nothing was dropped", {get(line, "opensmtpd.logger.dropped") for line in lines}, {0}
    )
    run.checks.equal(
        "event.sequence counts every session's lines",
        [
            name
            for name, session in run.journal.sessions.items()
            if [get(line, "event.sequence") for line in session.lines]
            != list(range(len(session.lines)))
        ],
        [],
    )
    run.checks.equal(
        "every session ends with its one final line",
        [
            name
            for name, session in run.journal.sessions.items()
            if [line for line in session.lines if get(line, "opensmtpd.session.final")]
            != session.lines[-1:]
        ],
        [],
    )


def check_replay(run: Rehearsal, replayed: bytes) -> None:
    written = run.mail.live.read_bytes().splitlines(keepends=True)
    live = b"".join(text for text in written if not is_from_a_clock(parsed(text) or {}))
    run.checks.true(
        "replay of the record equals the live file byte for byte",
        live == replayed,
        first_difference(live, replayed),
    )


def first_difference(live: bytes, replayed: bytes) -> str:
    pairs = zip(live.splitlines(), replayed.splitlines())
    for number, (one, other) in enumerate(pairs, 1):
        if one != other:
            at = next(
                (at for at, (a, b) in enumerate(zip(one, other)) if a != b),
                min(len(one), len(other)),
            )
            start = max(0, at - 60)
            return (
                f"line {number}: live …{one[start : at + 60]!r}, replay …{other[start : at + 60]!r}"
            )
    return f"live has {live.count(10)} lines, replay {replayed.count(10)}"


def check_secrets(run: Rehearsal, replayed: bytes) -> None:
    places = {
        "the live file": run.mail.live.read_bytes(),
        "the replay": replayed,
        "the filter's diagnostics": "\n".join(run.mail.filter_diagnostics()).encode(),
    }
    for place, text in places.items():
        found = sorted(secret for secret in run.secrets if secret.encode() in text)
        run.checks.equal(f"no secret is in {place}", found, [])
    record = run.mail.record.path.read_bytes()
    run.checks.true(
        "and smtpd did let some of them through to the recorder",
        any(secret.encode() in record for secret in run.secrets),
    )


def check_anomalies(run: Rehearsal) -> None:
    run.checks.equal(
        "no session has an anomaly that its scenario does not name",
        {
            name: session.last("opensmtpd.anomaly")
            for name, session in run.journal.sessions.items()
            if set(session.last("opensmtpd.anomaly") or []) - session.expected_anomalies
        },
        {},
    )


def check_schema(run: Rehearsal) -> None:
    complaints = check.check_lines(run.mail.live.read_bytes().splitlines())
    run.checks.equal("every line keeps to the schema", complaints, [])
