# SPDX-License-Identifier: ISC
"""What panels must show, counted over the lines of the log file without an engine."""

from __future__ import annotations

from collections import Counter
from typing import Any, Callable, Iterable

from journal import Line, get
from panels import Key

Counts = dict[Key, Any]

MISSING = "__missing__"


class Log:
    """The lines in which each countable thing stands once."""

    def __init__(self, lines: list[Line]) -> None:
        self.sessions = [line for line in lines if get(line, "opensmtpd.session.final") is True]
        self.messages = of(lines, "tx-commit")
        self.recipients = [
            line
            for line in of(lines, "tx-rcpt")
            if "bogus-result" not in (get(line, "opensmtpd.anomaly_new") or [])
        ]
        self.refusals = [line for line in of(lines, "protocol-server") if refuses(line)]
        self.logins = of(lines, "link-auth")
        self.failed_logins = [line for line in self.logins if not has_passed(line)]
        self.answers = of(lines, "filter-response")
        self.anomalies = [line for line in lines if get(line, "opensmtpd.anomaly_new")]


def of(lines: Iterable[Line], action: str) -> list[Line]:
    return [line for line in lines if get(line, "event.action") == action]


def refuses(line: Line) -> bool:
    complete = get(line, "opensmtpd.last.reply.complete")
    return complete is True and get(line, "opensmtpd.last.reply.class") in (4, 5)


def has_passed(line: Line) -> bool:
    return get(line, "opensmtpd.auth.result") == "pass"


def where(lines: Iterable[Line], name: str, *values: Any) -> list[Line]:
    return [line for line in lines if get(line, name) in values]


def incoming(lines: Iterable[Line]) -> list[Line]:
    return where(lines, "opensmtpd.subsystem", "smtp-in")


def outgoing(lines: Iterable[Line]) -> list[Line]:
    return where(lines, "opensmtpd.subsystem", "smtp-out")


def number(lines: list[Line]) -> Counts:
    return {(): len(lines)} if lines else {}


def tally(lines: Iterable[Line], *names: str, missing: bool = False) -> Counts:
    """How many lines have each combination of the fields' values; a line counts for each value of
    a list, and not at all where it lacks a field, unless `missing` gives that a name."""
    counted: Counter[Key] = Counter()
    for line in lines:
        keys: list[Key] = [()]
        for name in names:
            value = get(line, name)
            values = value if isinstance(value, list) else [MISSING if value is None else value]
            keys = [(*key, str(value)) for key in keys for value in values]
        counted.update(key for key in keys if missing or MISSING not in key)
    return dict(counted)


def total(lines: Iterable[Line], summed: str, *names: str, missing: bool = False) -> Counts:
    """The sum of a field over the lines with each combination of values."""
    sums: Counter[Key] = Counter()
    for line in lines:
        for key in tally([line], *names, missing=missing):
            sums[key] += get(line, summed) or 0
    return dict(sums)


def distinct(lines: Iterable[Line], name: str) -> Counts:
    return {(): len({get(line, name) for line in lines} - {None})}


def split(lines: Iterable[Line], **groups: Callable[[Line], bool]) -> Counts:
    counted = {(label.replace("_", " "),): sum(map(group, lines)) for label, group in groups.items()}
    return {label: count for label, count in counted.items() if count}


def encryption(lines: list[Line]) -> Counts:
    names = {True: "TLS", False: "no TLS"}
    return dict(Counter((names[get(line, "tls.established")],) for line in lines))


def became(line: Line) -> str:
    """What became of a session."""
    if get(line, "opensmtpd.session.tx.committed"):
        return "with a message"
    replies = get(line, "opensmtpd.count.reply")
    return "refused only" if replies["4xx"] or replies["5xx"] else "neither"


# What a panel shows as counts.
COUNTS: dict[str, Callable[[Log], Counts]] = {
    "overview-sessions": lambda log: number(log.sessions),
    "overview-messages-in": lambda log: number(incoming(log.messages)),
    "overview-messages-out": lambda log: number(outgoing(log.messages)),
    "overview-recipients-accepted": lambda log: number(
        where(log.recipients, "opensmtpd.rcpt.status", "ok")
    ),
    "overview-refusals": lambda log: number(log.refusals),
    "overview-failed-logins": lambda log: number(log.failed_logins),
    "overview-encryption": lambda log: encryption(log.sessions),
    "overview-outcome": lambda log: dict(Counter((became(line),) for line in log.sessions)),
    "overview-recipient-domains": lambda log: tally(
        log.recipients, "opensmtpd.rcpt.domain", "opensmtpd.rcpt.status"
    ),
    "overview-tls-versions": lambda log: tally(
        where(log.sessions, "tls.established", True), "tls.version", "tls.cipher"
    ),
    "overview-how": lambda log: tally(log.sessions, "opensmtpd.session.with"),
    "refusals-permanent": lambda log: number(where(log.refusals, "opensmtpd.last.reply.class", 5)),
    "refusals-temporary": lambda log: number(where(log.refusals, "opensmtpd.last.reply.class", 4)),
    "refusals-recipients-by-answer": lambda log: tally(log.recipients, "opensmtpd.rcpt.status"),
    "refusals-reasons": lambda log: tally(
        where(log.recipients, "opensmtpd.rcpt.status", "tempfail", "permfail"),
        "event.reason",
        "opensmtpd.rcpt.domain",
        missing=True,
    ),
    "refusals-refused-senders": lambda log: tally(
        where(log.refusals, "opensmtpd.last.command.verb", "MAIL FROM"),
        "opensmtpd.last.command.address",
        "source.ip",
        missing=True,
    ),
    "refusals-by-filter": lambda log: tally(
        where(log.answers, "opensmtpd.filter.last.response", "reject", "disconnect"),
        "opensmtpd.filter.last.phase",
        "opensmtpd.filter.last.param",
        missing=True,
    ),
    "abuse-attempts": lambda log: number(log.logins),
    "abuse-failed-by-user": lambda log: tally(log.failed_logins, "user.name", missing=True),
    "abuse-failed-pairs": lambda log: tally(
        log.failed_logins, "source.ip", "user.name", missing=True
    ),
    "abuse-reverse-dns": lambda log: tally(incoming(log.sessions), "opensmtpd.link.fcrdns"),
    "abuse-anomalies": lambda log: tally(log.anomalies, "opensmtpd.anomaly_new", "source.ip"),
    "filters-answers": lambda log: number(log.answers),
    "filters-decisions-by-phase": lambda log: tally(
        log.answers, "opensmtpd.filter.last.phase", "opensmtpd.filter.last.response"
    ),
    "filters-sessions-by-decision": lambda log: tally(log.sessions, "opensmtpd.filter.decision"),
    "filters-reports": lambda log: tally(log.sessions, "opensmtpd.filter.report"),
    "outbound-sessions": lambda log: number(outgoing(log.sessions)),
    "outbound-closing": lambda log: tally(outgoing(log.sessions), "opensmtpd.session.close"),
    "outbound-refused-at": lambda log: tally(
        outgoing(log.refusals),
        "opensmtpd.last.command.verb",
        "opensmtpd.last.reply.code",
        "destination.address",
        missing=True,
    ),
}

# What a panel shows as another measure, by that measure's number.
MEASURES: dict[tuple[str, str], Callable[[Log], Counts]] = {
    ("overview-sender-domains", "2"): lambda log: total(
        log.messages, "opensmtpd.tx.size", "opensmtpd.tx.from.domain"
    ),
    ("overview-clients", "2"): lambda log: total(
        incoming(log.sessions), "opensmtpd.session.tx.committed", "source.ip"
    ),
    ("refusals-refused-clients", "1"): lambda log: distinct(incoming(log.refusals), "source.ip"),
    ("refusals-names", "3"): lambda log: total(
        [
            line
            for line in incoming(log.sessions)
            if get(line, "opensmtpd.count.reply.4xx") or get(line, "opensmtpd.count.reply.5xx")
        ],
        "opensmtpd.count.reply.5xx",
        "source.domain",
        missing=True,
    ),
    ("abuse-failed-users", "1"): lambda log: distinct(log.failed_logins, "user.name"),
    ("filters-slowest", "1"): lambda log: {
        (): max(get(line, "opensmtpd.filter.last.latency_us") or 0 for line in log.answers)
    },
    ("outbound-bytes", "1"): lambda log: total(outgoing(log.messages), "opensmtpd.tx.size"),
}
