# SPDX-License-Identifier: ISC
"""Checks JSON lines of filter-jsonlog against the schema, whose fields the program lists.

Usage: python3 -m tests.lib.check [FILE...]     (standard input without a FILE)

Exit status 1 if any line is wrong. As a module: check_line(bytes) -> list of complaints.
"""

import ipaddress
import json
import re
import sys
from collections.abc import Iterable
from typing import Any

from tests.lib.field_table import Field, read_fields

KEYWORD_LIMIT = 1024  # bytes of UTF-8
ORIGINAL_LIMIT = 8192
HISTORY_LIMIT = 256  # characters
COMPLAINTS_SHOWN = 20

STRING = re.compile(rb'"[^"\\]*(?:\\.[^"\\]*)*"', re.DOTALL)
# Control characters, DEL and C1 have one spelling, \u00NN. The short escapes are another one.
SHORT_ESCAPE = re.compile(rb"(?:[^\\]|^)(?:\\\\)*\\([bfnrt/])")
BARE_CONTROL = re.compile(rb"[\x00-\x1f\x7f]|\xc2[\x80-\x9f]")
DATE = re.compile(r"\d{4,}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])T([01]\d|2[0-3]):[0-5]\d:[0-5]\d\.\d{6}Z")

ENUMERATIONS: dict[str, set[str]] = {
    "event.kind": {"event", "metric", "state"},
    "event.module": {"opensmtpd"},
    "event.dataset": {"opensmtpd.session", "opensmtpd.stats"},
    "event.outcome": {"success", "failure"},
    "observer.type": {"mta"},
    "observer.product": {"OpenSMTPD"},
    "network.transport": {"tcp"},
    "network.protocol": {"smtp"},
    "network.type": {"ipv4", "ipv6"},
    "network.direction": {"inbound", "outbound", "internal"},
    "opensmtpd.schema": {"1.1"},
    "opensmtpd.record": {"event", "anomaly", "meta", "stats"},
    "opensmtpd.subsystem": {"smtp-in", "smtp-out"},
    "opensmtpd.session.phase": {"connect", "greeting", "helo", "mail", "rcpt", "data", "quit", "closed"},
    "opensmtpd.session.close": {
        "shutdown", "evicted", "timeout", "filter-disconnect", "connect-failed", "tls-failed", "quit", "rejected",
        "server-421", "server-5xx", "server-lost", "client-lost"},
    "opensmtpd.tx.status": {"open", "committed", "rolled-back"},
    "opensmtpd.last.command.verb": {
        "HELO", "EHLO", "LHLO", "STARTTLS", "AUTH", "MAIL FROM", "RCPT TO", "DATA", "RSET", "NOOP", "QUIT", "HELP",
        "VRFY", "EXPN", "WIZ", ".", "other"},
}
ENUMERATIONS["opensmtpd.last.reply.answers"] = ENUMERATIONS["opensmtpd.last.command.verb"] | {"connect", "unsolicited"}

PATTERNS: dict[str, re.Pattern[str]] = {
    "ecs.version": re.compile(r"8\.17\.0"),
    "opensmtpd.session.id": re.compile(r"[0-9a-f]{16}"),
    "opensmtpd.session.history": re.compile(r"([A-Za-z?](\{\d+\})?)+"),
    "opensmtpd.tx.id": re.compile(r"[0-9a-f]{8}"),
    "email.local_id": re.compile(r"[0-9a-f]{8}"),
    "opensmtpd.logger.run": re.compile(r"[0-9a-f]+"),
    "opensmtpd.last.reply.enhanced": re.compile(r"[245]\.\d{1,3}\.\d{1,3}"),
    "event.id": re.compile(r"[0-9a-f]{16}\.[0-9a-f]+\.\d+|anomaly\.[0-9a-f]+\.\d+"),
}

KIND_OF_RECORD = {"event": "event", "anomaly": "event", "meta": "state", "stats": "metric"}
ACTIONS_OF_RECORD = {"anomaly": {"malformed-report"}, "meta": {"logger-start", "file-start"}, "stats": {"stats"}}
META_SIZE = 1100  # at least: newer shippers do not look at a file before it holds 1,024 bytes
DATASET_OF_RECORD = {"stats": "opensmtpd.stats"}

# What ECS allows as event.type within an event.category.
TYPES_OF_CATEGORY: dict[str, set[str]] = {
    "authentication": {"start", "end", "info"},
    "email": {"info"},
    "network": {"access", "allowed", "connection", "denied", "end", "info", "protocol", "start"},
    "process": {"access", "change", "end", "info", "start"},
    "session": {"start", "end", "info"},
}

CATEGORIES: dict[str, tuple[list[str], list[str]]] = {
    "link-connect": (["network", "session"], ["connection", "start"]),
    "link-disconnect": (["network", "session"], ["connection", "end"]),
    "session-evicted": (["network", "session"], ["connection", "end"]),
    "session-shutdown": (["network", "session"], ["connection", "end"]),
    "link-greeting": (["network"], ["protocol"]),
    "link-identify": (["network"], ["protocol"]),
    "link-tls": (["network"], ["protocol"]),
    "protocol-client": (["network"], ["protocol"]),
    "protocol-server": (["network"], ["protocol"]),
    "timeout": (["network"], ["protocol"]),
    "link-auth": (["authentication"], ["info"]),
    "filter-report": (["email"], ["info"]),
} | {f"tx-{step}": (["email"], ["info"])
     for step in ("begin", "mail", "rcpt", "envelope", "data", "commit", "rollback", "reset")}

SYNTHETIC_ENDS = {"session-evicted", "session-shutdown"}
ENDS = SYNTHETIC_ENDS | {"link-disconnect"}
OUTCOME_ALLOWED = ENDS | {"link-auth", "tx-mail", "tx-rcpt", "tx-data", "tx-commit", "tx-rollback", "filter-response"}
OUTCOME_REQUIRED = ENDS | {"tx-commit", "tx-rollback"}
CLOSE_OF_SYNTHETIC = {"session-evicted": "evicted", "session-shutdown": "shutdown"}

# The fields of an open transaction that never go, because counters are there even when 0.
TX_REQUIRED = ("opensmtpd.tx.number", "opensmtpd.tx.status", "opensmtpd.tx.rcpt.count", "opensmtpd.tx.rcpt.accepted",
               "opensmtpd.tx.rcpt.tempfail", "opensmtpd.tx.rcpt.permfail", "opensmtpd.tx.envelope.count")


FIELDS: dict[str, Field] = {}
OBJECTS: set[str] = set()
REQUIRED: dict[str, list[str]] = {}
_PLACES: dict[str, int] = {}  # of fields and objects, in the order of the line
_ordered: set[tuple[str, tuple[str, ...]]] = set()  # keys of an object that were found in order


def use(fields: dict[str, Field]) -> None:
    """Checks with these fields from now on."""
    global FIELDS, OBJECTS, REQUIRED, _PLACES
    FIELDS = fields
    parents = {name: [name.rsplit(".", depth)[0] for depth in range(name.count("."), 0, -1)] for name in fields}
    OBJECTS = {parent for names in parents.values() for parent in names}
    REQUIRED = {kind: [field.name for field in fields.values() if kind in field.required] for kind in KIND_OF_RECORD}
    _PLACES = {}
    for name in fields:
        for step in (*parents[name], name):
            _PLACES.setdefault(step, len(_PLACES))
    _ordered.clear()


use(read_fields())


def _check_order(path: str, keys: tuple[str, ...]) -> list[str]:
    if (path, keys) in _ordered or path == "labels":
        return []
    prefix = path + "." if path else ""
    known = [key for key in keys if prefix + key in _PLACES]
    complaints = [f"order: {first} before {second} in {path or 'the root'}"
                  for first, second in zip(known, known[1:]) if _PLACES[prefix + first] > _PLACES[prefix + second]]
    if not complaints:
        _ordered.add((path, keys))
    return complaints


class _Duplicate(ValueError):
    pass


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    result = dict(pairs)
    if len(result) != len(pairs):
        raise _Duplicate("duplicate key in {" + ",".join(key for key, _ in pairs) + "}")
    return result


def _no_float(text: str) -> Any:
    raise ValueError(f"a floating point number: {text}")


def _no_constant(text: str) -> Any:
    raise ValueError(f"not JSON: {text}")


_DECODER = json.JSONDecoder(object_pairs_hook=_object, parse_float=_no_float, parse_constant=_no_constant)


def parse_line(line: bytes) -> dict[str, Any]:
    """The object of one line without its line feed; ValueError says what is wrong."""
    value, end = _DECODER.raw_decode(line.decode("utf-8"))
    if not isinstance(value, dict):
        raise ValueError("not an object")
    if end != len(line.decode("utf-8")):
        raise ValueError("something after the object")
    return value


def _check_bytes(line: bytes) -> list[str]:
    complaints = []
    if BARE_CONTROL.search(line):
        complaints.append(f"bare control character, DEL or C1: {BARE_CONTROL.findall(line)[:3]}")
    if b"\\" in line and (match := SHORT_ESCAPE.search(line)):
        complaints.append(f"short escape \\{match[1].decode()} instead of \\u00NN")
    if b" " in STRING.sub(b"", line):
        complaints.append("white space outside strings")
    return complaints


def _check_scalar(field: Field, value: Any) -> str | None:
    kind = field.type
    if kind == "long":
        if type(value) is not int:
            return "is not a whole number"
        if not -2**63 <= value < 2**63:
            return "does not fit into 64 bits"
        return "is negative" if value < 0 else None
    if kind == "boolean":
        return None if type(value) is bool else "is not a boolean"
    if kind == "object":
        return None if isinstance(value, dict) else "is not an object"
    if type(value) is not str:
        return "is not a string"
    if value == "":
        return "is an empty string"
    # Fewer than a quarter of the limit in characters cannot exceed it in bytes.
    if len(value) * 4 > KEYWORD_LIMIT:
        limit = ORIGINAL_LIMIT if field.name == "event.original" else KEYWORD_LIMIT
        if len(value.encode("utf-8", "surrogatepass")) > limit:
            return f"is longer than {limit} bytes"
    if kind == "date":
        return None if DATE.fullmatch(value) else "is no RFC 3339 time with six digits and Z"
    if kind == "ip":
        try:
            address = ipaddress.ip_address(value)
        except ValueError:
            return "is no IP address"
        # The library writes a mapped IPv4 address in hexadecimal; RFC 5952 prefers dots there.
        if isinstance(address, ipaddress.IPv6Address) and address.ipv4_mapped is None and str(address) != value:
            return f"is not in RFC 5952 form, which is {address}"
        return "has a scope" if "%" in value else None
    if not value.isascii():
        try:
            value.encode("utf-8")
        except UnicodeEncodeError:
            return "holds a lone surrogate"
    if value in ("-", "<unknown>") and field.name in ("source.domain", "destination.domain", "related.hosts"):
        return "is a placeholder"
    if (allowed := ENUMERATIONS.get(field.name)) is not None and value not in allowed:
        return "is not in the enumeration"
    if (pattern := PATTERNS.get(field.name)) is not None and not pattern.fullmatch(value):
        return f"does not match {pattern.pattern}"
    return None


def _walk(path: str, node: dict[str, Any], flat: dict[str, Any], out: list[str]) -> None:
    if not node:
        out.append(f"{path or 'the root'} is an empty object")
    out.extend(_check_order(path, tuple(node)))
    prefix = path + "." if path else ""
    for key, value in node.items():
        name = prefix + key
        field = FIELDS.get(name)
        if path == "labels":
            field = FIELDS["labels.*"]
        elif "." in key:
            out.append(f"{name}: dotted key")
        if field is None:
            if type(value) is dict and name in OBJECTS:
                _walk(name, value, flat, out)
            else:
                out.append(f"{name}: unknown field")
            continue
        flat[name] = value
        if value is None:
            out.append(f"{name} is null")
        elif field.array:
            if type(value) is not list:
                out.append(f"{name} is not an array")
                continue
            if not value:
                out.append(f"{name} is an empty array")
            for item in value:
                if (complaint := _check_scalar(field, item)) is not None:
                    out.append(f"{name} {complaint}: {str(item)[:80]!r}")
                elif field.type == "object":
                    _walk(name, item, {}, out)
            if field.type != "object" and len(set(map(str, value))) != len(value) and name != "opensmtpd.filter.report":
                out.append(f"{name} holds a value twice")
        elif (complaint := _check_scalar(field, value)) is not None:
            out.append(f"{name} {complaint}: {str(value)[:80]!r}")


def _check_event(flat: dict[str, Any], out: list[str]) -> None:
    """What the fields of a session's event must be to each other."""
    action = flat.get("event.action", "")
    outcome = flat.get("event.outcome")
    if outcome is not None and action not in OUTCOME_ALLOWED:
        out.append(f"event.outcome on {action}")
    if outcome is None and action in OUTCOME_REQUIRED:
        out.append(f"no event.outcome on {action}")
    if action == "filter-response":
        denied = flat.get("opensmtpd.filter.last.response") in ("reject", "disconnect")
        if (outcome == "failure") != denied:
            out.append(f"event.outcome {outcome} on a filter-response")
        expected = (["email", "network"], ["info", "denied"]) if denied else (["email"], ["info"])
    else:
        expected = CATEGORIES.get(action)
    if expected is not None and (flat.get("event.category"), flat.get("event.type")) != expected:
        out.append(f"event.category/type {flat.get('event.category')}/{flat.get('event.type')} on {action}")
    final = flat.get("opensmtpd.session.final") is True
    if final != (action in ENDS):
        out.append(f"opensmtpd.session.final is {final} on {action}")
    for name in ("event.end", "opensmtpd.session.close"):
        if (name in flat) != final:
            out.append(f"{name} {'missing on' if final else 'before'} the last line of a session")
    if final:
        close = flat.get("opensmtpd.session.close")
        if (outcome == "success") != (close == "quit"):
            out.append(f"event.outcome {outcome} with opensmtpd.session.close {close}")
        if CLOSE_OF_SYNTHETIC.get(action, close) != close or (close in ("evicted", "shutdown")) != (
                action in SYNTHETIC_ENDS):
            out.append(f"opensmtpd.session.close {close} on {action}")
        if flat.get("opensmtpd.session.phase") != "closed" and action not in SYNTHETIC_ENDS:
            out.append("opensmtpd.session.phase is not closed on link-disconnect")
    if "opensmtpd.tx.duration_us" in flat and action not in ("tx-commit", "tx-rollback"):
        out.append(f"opensmtpd.tx.duration_us on {action}")
    if action != "tx-rcpt" and any(name.startswith("opensmtpd.rcpt.") for name in flat):
        out.append(f"opensmtpd.rcpt on {action}")
    if flat.get("opensmtpd.tx.id") != flat.get("email.local_id"):
        out.append("email.local_id is not opensmtpd.tx.id")
    if any(name.startswith("opensmtpd.tx.") for name in flat):
        out.extend(f"{name} is missing though there is a transaction" for name in TX_REQUIRED if name not in flat)
    if not set(flat.get("opensmtpd.anomaly_new", ())) <= set(flat.get("opensmtpd.anomaly", ())) and (
            "opensmtpd.anomaly" not in flat.get("opensmtpd.truncated", ())
            and len(flat.get("opensmtpd.anomaly", ())) < 16):
        out.append("opensmtpd.anomaly_new is not a part of opensmtpd.anomaly")
    if len(flat.get("opensmtpd.session.history", "")) > HISTORY_LIMIT:
        out.append(f"opensmtpd.session.history is longer than {HISTORY_LIMIT} characters")
    if "opensmtpd.link.fcrdns" in flat and flat.get("opensmtpd.subsystem") == "smtp-out":
        out.append("opensmtpd.link.fcrdns on smtp-out")
    if ("opensmtpd.time.gap_us" in flat) == (flat.get("event.sequence") == 0) and action not in SYNTHETIC_ENDS:
        out.append("opensmtpd.time.gap_us must be on all lines of a session but the first")


def _check_record(flat: dict[str, Any], out: list[str]) -> None:
    record = flat.get("opensmtpd.record")
    if record not in KIND_OF_RECORD:
        out.append(f"opensmtpd.record is {record!r}")
        return
    out.extend(f"{name} is missing" for name in REQUIRED[record] if name not in flat)
    for name in flat:
        if name not in FIELDS and name.startswith("labels."):
            continue
        if record not in FIELDS[name].records:
            out.append(f"{name} in a record of kind {record}")
    if flat.get("event.kind") != KIND_OF_RECORD[record]:
        out.append(f"event.kind is {flat.get('event.kind')} in a record of kind {record}")
    if flat.get("event.dataset") != DATASET_OF_RECORD.get(record, "opensmtpd.session"):
        out.append(f"event.dataset is {flat.get('event.dataset')} in a record of kind {record}")
    categories, types = flat.get("event.category", []), flat.get("event.type", [])
    if isinstance(categories, list) and isinstance(types, list):
        for category in categories:
            if not TYPES_OF_CATEGORY.get(category, set()) & set(types):
                out.append(f"event.category {category} does not go with event.type {types}")
        for kind in types:
            if not any(kind in TYPES_OF_CATEGORY.get(category, ()) for category in categories):
                out.append(f"event.type {kind} does not go with event.category {categories}")
    for cut in flat.get("opensmtpd.truncated", ()):
        if cut not in FIELDS and not str(cut).startswith("labels."):
            out.append(f"opensmtpd.truncated names an unknown field: {cut}")
    if record == "event":
        _check_event(flat, out)
    elif flat.get("event.action") not in ACTIONS_OF_RECORD[record]:
        out.append(f"event.action is {flat.get('event.action')} in a record of kind {record}")
    if record == "stats":
        _check_stats(flat, out)


def _check_stats(flat: dict[str, Any], out: list[str]) -> None:
    by: dict[str, int] = {}
    for token in flat.get("opensmtpd.stats.events.by", ()):
        name, _, count = str(token).partition(":")
        if not count.isdecimal() or int(count) == 0 or name in by:
            out.append(f"opensmtpd.stats.events.by has {token}")
        else:
            by[name] = int(count)
    if sum(by.values()) != flat.get("opensmtpd.stats.events.total"):
        out.append("opensmtpd.stats.events.by does not add up to events.total")
    if flat.get("opensmtpd.logger.dropped", 0) != flat.get("opensmtpd.stats.lines.dropped"):
        out.append("opensmtpd.stats.lines.dropped is not opensmtpd.logger.dropped")
    if "opensmtpd.logger.sequence" in flat and flat["opensmtpd.logger.sequence"] + 1 != (
            flat.get("opensmtpd.stats.lines.total", 0) + flat.get("opensmtpd.stats.lines.dropped", 0)):
        out.append("opensmtpd.logger.sequence + 1 is not lines.total + lines.dropped")


def check_line(line: bytes) -> list[str]:
    """Everything that is wrong with one line (without its line feed); empty if nothing is."""
    try:
        node = parse_line(line)
    except (ValueError, RecursionError) as error:
        return [f"no valid JSON line: {error}"]
    return check_object(line, node)


def check_object(line: bytes, node: dict[str, Any]) -> list[str]:
    """As check_line, for a caller who has parsed the line already."""
    complaints = _check_bytes(line)
    flat: dict[str, Any] = {}
    _walk("", node, flat, complaints)
    _check_record(flat, complaints)
    if flat.get("opensmtpd.record") == "meta" and len(line) < META_SIZE:
        complaints.append(f"a meta record of only {len(line)} bytes")
    return complaints


def check_lines(lines: Iterable[bytes]) -> list[tuple[int, str]]:
    """Complaints with line numbers over a whole stream."""
    return [(number, complaint) for number, line in enumerate(lines, 1)
            for complaint in check_line(line.removesuffix(b"\n"))]


def main(names: list[str]) -> int:
    wrong = total = 0
    for name in names or ["-"]:
        with sys.stdin.buffer if name == "-" else open(name, "rb") as file:
            for number, line in enumerate(file, 1):
                total += 1
                complaints = check_line(line.removesuffix(b"\n"))
                if not line.endswith(b"\n"):
                    complaints.append("no line feed at its end")
                for complaint in complaints:
                    wrong += 1
                    if wrong <= COMPLAINTS_SHOWN:
                        print(f"{name}:{number}: {complaint}")
    print(f"{total} lines, {wrong} complaints")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
