# SPDX-License-Identifier: ISC
"""The counting rule: which lines a panel must have picked for what it counts.

The state of a session stands in each of its lines. This is written down a second time, apart from
dashboards/src/rules.toml, so that a slip there is noticed.
"""

import json
from collections.abc import Iterator

from script.lib.elk import kql

SESSIONS = [("is", "opensmtpd.session.final", True)]
MESSAGES = [("is", "event.action", "tx-commit")]
RECIPIENTS = [("is", "event.action", "tx-rcpt"), ("not", ("is", "opensmtpd.anomaly_new", "bogus-result"))]
REFUSALS = [("is", "event.action", "protocol-server"), ("is", "opensmtpd.last.reply.complete", True),
            ("range", "opensmtpd.last.reply.class", "gte", 4)]
LOGINS = [("is", "event.action", "link-auth")]
EVERY_ANSWER = [("is", "event.action", "filter-response")]
ANSWERS = [*EVERY_ANSWER, ("not", ("is", "opensmtpd.filter.last.response", "proceed"))]
ANOMALIES = [("exists", "opensmtpd.anomaly_new")]
RULES = [SESSIONS, MESSAGES, RECIPIENTS, REFUSALS, LOGINS, EVERY_ANSWER, ANSWERS, ANOMALIES]

# Not sessions but the logger itself is counted: records with a number, damaged ones, its own.
OF_THE_LOGGER = [
    [("or", [("is", "opensmtpd.record", "event"), ("is", "opensmtpd.record", "anomaly")])],
    [("or", [("is", "opensmtpd.record", "anomaly"), ("not", ("exists", "opensmtpd.record")),
             ("exists", "opensmtpd.truncated")])],
    [("is", "opensmtpd.record", "stats")],
]
# Only on the page of one session, whose every line one wants to see: with --lines counted an
# answer `proceed` has none, so that elsewhere it must not be counted by its line.
OF_ONE_SESSION = "opensmtpd-session-"

# What is summed, grouped or measured by these fields is counted in these lines, and in no others.
BELONGS = {
    "opensmtpd.tx.": MESSAGES,
    "opensmtpd.rcpt.": RECIPIENTS,
    "opensmtpd.last.": REFUSALS,
    "opensmtpd.auth.result": LOGINS,
    "opensmtpd.filter.last.": ANSWERS,
    "opensmtpd.filter.wait_us": SESSIONS,
    "opensmtpd.filter.slowest.": SESSIONS,
    "opensmtpd.filter.count.": SESSIONS,
    "opensmtpd.filter.decision": SESSIONS,
    "opensmtpd.filter.report": SESSIONS,
    "opensmtpd.session.close": SESSIONS,
    "opensmtpd.session.history": SESSIONS,
    "opensmtpd.session.with": SESSIONS,
    "opensmtpd.session.tx.": SESSIONS,
    "opensmtpd.count.": SESSIONS,
    "opensmtpd.auth.failures": SESSIONS,
    "opensmtpd.link.": SESSIONS,
    "opensmtpd.anomaly_new": ANOMALIES,
    "event.duration": SESSIONS,
}


def picked(entry: dict) -> list[tuple]:
    """What all counted lines of a visualization have in common."""
    source = json.loads(entry["attributes"]["kibanaSavedObjectMeta"]["searchSourceJSON"])
    if not source["query"]["query"]:
        return []
    tree = kql.parse(source["query"]["query"])
    return tree[1] if tree[0] == "and" else [tree]


def complaints(entry: dict) -> Iterator[str]:
    parts = picked(entry)
    if any(rule == parts for rule in OF_THE_LOGGER):
        return
    held = [rule for rule in RULES if all(part in parts for part in rule)]
    if ANSWERS in held:
        held.remove(EVERY_ANSWER)  # which is a part of it
    if len(held) != 1:
        yield f"{entry['id']}: picks its lines by {len(held)} rules"
        return
    if held[0] is EVERY_ANSWER and not entry["id"].startswith(OF_ONE_SESSION):
        yield f"{entry['id']}: counts answers that have no line with --lines counted"
    for agg in json.loads(entry["attributes"]["visState"])["aggs"]:
        field = agg["params"].get("field", "")
        for start, rule in BELONGS.items():
            if field.startswith(start) and rule is not held[0] and (rule, held[0]) != (ANSWERS, EVERY_ANSWER):
                yield f"{entry['id']}: {field} is counted in other lines"
