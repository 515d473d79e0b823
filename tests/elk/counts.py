# SPDX-License-Identifier: ISC
"""What panels must show, counted over the lines of the log file without an engine."""

from __future__ import annotations

from collections import Counter
from typing import Any, Callable, Iterable

from script.lib.elk.panels import Key
from script.lib.line import Line, get

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
        self.every_answer = of(lines, "filter-response")
        self.answers = [
            line
            for line in self.every_answer
            if get(line, "opensmtpd.filter.last.response") != "proceed"
        ]
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


def sum_of(lines: list[Line]) -> Counts:
    """What a sum over the sessions shows of these; 0 where there are none."""
    return {(): len(lines)}


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


def named(field: str, names: dict[Any, str]) -> Callable[[list[Line]], Counts]:
    """A group for each value of a field, with a name of its own."""
    return lambda lines: dict(Counter((names[get(line, field)],) for line in lines))


severity = named(
    "opensmtpd.last.reply.class", {4: "temporary (4xx)", 5: "permanent (5xx)"}
)


def refused_lines(lines: list[Line], verb: str) -> list[Line]:
    return where(incoming(lines), "opensmtpd.last.command.verb", verb)


def refused_recipients(lines: list[Line]) -> list[Line]:
    return where(lines, "opensmtpd.rcpt.status", "tempfail", "permfail")


STATUS = "opensmtpd.rcpt.status"
CLIENT = "source.address"

# What a panel shows as counts.
COUNTS: dict[str, Callable[[Log], Counts]] = {
    "overview-in": lambda log: number(incoming(log.sessions)),
    "overview-out": lambda log: number(outgoing(log.sessions)),
    "overview-encryption": lambda log: encryption(incoming(log.sessions)),
    "overview-outcome": lambda log: dict(
        Counter((became(line),) for line in incoming(log.sessions))
    ),
    "overview-recipient-domains": lambda log: tally(
        incoming(log.recipients), "opensmtpd.rcpt.domain", STATUS, missing=True
    ),
    "overview-sender-domains": lambda log: tally(
        incoming(log.messages), "opensmtpd.tx.from.domain", missing=True
    ),
    "overview-clients": lambda log: tally(incoming(log.sessions), CLIENT, missing=True),
    "overview-tls-versions": lambda log: tally(
        incoming(log.sessions), "tls.version", "tls.cipher", missing=True
    ),
    "refusals-severity": lambda log: severity(incoming(log.refusals)),
    "refusals-recipients": lambda log: tally(incoming(log.recipients), STATUS, missing=True),
    "refusals-by-code": lambda log: tally(
        incoming(log.refusals),
        "opensmtpd.last.reply.code",
        "opensmtpd.last.reply.enhanced",
        missing=True,
    ),
    "refusals-refused-addresses": lambda log: tally(
        refused_lines(log.refusals, "RCPT TO"),
        "opensmtpd.last.command.address",
        CLIENT,
        missing=True,
    ),
    "refusals-refused-senders": lambda log: tally(
        refused_lines(log.refusals, "MAIL FROM"),
        "opensmtpd.last.command.address",
        CLIENT,
        missing=True,
    ),
    "abuse-attempts": lambda log: tally(log.logins, "opensmtpd.auth.result", missing=True),
    "abuse-failed-by-user": lambda log: tally(log.failed_logins, "user.name", missing=True),
    "abuse-failed-pairs": lambda log: tally(
        log.failed_logins, CLIENT, "user.name", missing=True
    ),
    "abuse-reverse-dns": lambda log: tally(
        [line for line in incoming(log.sessions) if get(line, "source.ip")],
        "opensmtpd.link.fcrdns",
        missing=True,
    ),
    "abuse-anomalies": lambda log: tally(
        incoming(log.anomalies), CLIENT, "opensmtpd.anomaly_new", missing=True
    ),
    "filters-refused": lambda log: tally(
        where(log.answers, "opensmtpd.filter.last.response", "reject", "disconnect"),
        "opensmtpd.filter.last.param",
        "opensmtpd.filter.last.phase",
        "opensmtpd.filter.last.response",
        missing=True,
    ),
    "filters-decisions-by-phase": lambda log: tally(
        log.answers, "opensmtpd.filter.last.phase", "opensmtpd.filter.last.response"
    ),
    "filters-sessions-by-decision": lambda log: tally(
        incoming(log.sessions), "opensmtpd.filter.decision"
    ),
    "filters-reports": lambda log: tally(incoming(log.sessions), "opensmtpd.filter.report"),
    "outbound-sessions": lambda log: encryption(outgoing(log.sessions)),
    "outbound-answers": lambda log: tally(outgoing(log.recipients), STATUS, missing=True),
    "outbound-refusals": lambda log: severity(outgoing(log.refusals)),
    "outbound-closing": lambda log: tally(
        outgoing(log.sessions), "opensmtpd.session.close", missing=True
    ),
    "outbound-reasons": lambda log: tally(
        refused_recipients(outgoing(log.recipients)),
        "event.reason",
        "opensmtpd.rcpt.domain",
        missing=True,
    ),
    "outbound-refused-at": lambda log: tally(
        outgoing(log.refusals),
        "opensmtpd.last.command.verb",
        "opensmtpd.last.reply.code",
        "destination.address",
        missing=True,
    ),
    "message-origins": lambda log: tally(
        outgoing(log.recipients),
        "opensmtpd.origin.user",
        "opensmtpd.origin.address",
        "opensmtpd.origin.from",
        missing=True,
    ),
}

# What a panel shows as another measure, by that measure's number.
MEASURES: dict[tuple[str, str], Callable[[Log], Counts]] = {
    ("overview-in", "2"): lambda log: sum_of(incoming(log.messages)),
    ("overview-in", "3"): lambda log: sum_of(where(incoming(log.recipients), STATUS, "ok")),
    ("overview-in", "4"): lambda log: sum_of(where(incoming(log.recipients), STATUS, "tempfail")),
    ("overview-in", "5"): lambda log: sum_of(where(incoming(log.recipients), STATUS, "permfail")),
    ("overview-in", "6"): lambda log: sum_of(log.logins),
    ("overview-in", "7"): lambda log: sum_of(log.failed_logins),
    ("overview-out", "2"): lambda log: sum_of(outgoing(log.messages)),
    ("overview-out", "3"): lambda log: sum_of(where(outgoing(log.recipients), STATUS, "ok")),
    ("overview-out", "4"): lambda log: sum_of(where(outgoing(log.recipients), STATUS, "tempfail")),
    ("overview-out", "5"): lambda log: sum_of(where(outgoing(log.recipients), STATUS, "permfail")),
    ("overview-sender-domains", "2"): lambda log: total(
        incoming(log.messages), "opensmtpd.tx.size", "opensmtpd.tx.from.domain", missing=True
    ),
    ("overview-clients", "2"): lambda log: total(
        incoming(log.sessions), "opensmtpd.session.tx.committed", CLIENT, missing=True
    ),
    ("refusals-refused-clients", "1"): lambda log: distinct(incoming(log.refusals), CLIENT),
    ("refusals-names", "3"): lambda log: total(
        [
            line
            for line in incoming(log.sessions)
            if get(line, "opensmtpd.count.reply.4xx") or get(line, "opensmtpd.count.reply.5xx")
        ],
        "opensmtpd.count.reply.5xx",
        "source.domain",
        CLIENT,
        missing=True,
    ),
    ("abuse-failed-users", "1"): lambda log: distinct(log.failed_logins, "user.name"),
    ("abuse-probing", "2"): lambda log: total(
        [line for line in incoming(log.sessions) if get(line, "opensmtpd.count.rcpt_permfail")],
        "opensmtpd.count.rcpt_permfail",
        CLIENT,
        missing=True,
    ),
    ("filters-slowest", "1"): lambda log: {
        (): max(get(line, "opensmtpd.filter.last.latency_us") or 0 for line in log.every_answer)
    },
    ("filters-answers", "1"): lambda log: number(answered(log, "proceed")),
    ("filters-answers", "4"): lambda log: number(answered(log, "reject")),
    ("outbound-messages", "2"): lambda log: total(outgoing(log.messages), "opensmtpd.tx.size"),
}


def answered(log: Log, response: str) -> list[Line]:
    return where(log.every_answer, "opensmtpd.filter.last.response", response)
