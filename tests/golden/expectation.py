# SPDX-License-Identifier: ISC
"""Hand-written expectations of a case: one statement per line of its `expect` file.

    LINE FIELD OP [VALUE]     7 opensmtpd.tx.rcpt.count = 2
    lines = N                 how many lines come out
    bytes <= N                no line is longer, its line feed not counted

LINE is a line number from 1, or from the end (-1), or * for every line, or an event.action, with the
ordinal after a # if it is not the first one (tx-rcpt#2; tx-rcpt#-1 is the last, tx-rcpt#* every one).
OP is =, !=, <=, absent, present, contains (an item of a list, or a part of a string) or lacks. VALUE is JSON.
Blank lines and lines that begin with # are for people.
"""

import json
import re
from typing import Any, NamedTuple

ABSENT = object()
WITH_VALUE = ("=", "!=", "<=", "contains", "lacks")
WITHOUT_VALUE = ("absent", "present")


class Expectation(NamedTuple):
    """One line of an expect file."""

    text: str
    where: str
    field: str
    operator: str
    value: Any


class BadExpectation(ValueError):
    """An expect file that cannot be read as described above."""


def parse(text: str) -> list[Expectation]:
    expectations = []
    for line in text.splitlines():
        line = line.strip()
        if not line or line.startswith("#"):
            continue
        if match := re.fullmatch(r"(lines|bytes) (=|<=) (\d+)", line):
            expectations.append(Expectation(line, "", match[1], match[2], int(match[3])))
            continue
        parts = line.split(" ", 3)
        if len(parts) == 3 and parts[2] in WITHOUT_VALUE:
            expectations.append(Expectation(line, parts[0], parts[1], parts[2], None))
        elif len(parts) == 4 and parts[2] in WITH_VALUE:
            try:
                value = json.loads(parts[3])
            except ValueError as error:
                raise BadExpectation(f"{line!r}: the value is not JSON: {error}") from error
            expectations.append(Expectation(line, parts[0], parts[1], parts[2], value))
        else:
            raise BadExpectation(f"cannot read {line!r}")
    return expectations


def _lookup(record: dict[str, Any], field: str) -> Any:
    node: Any = record
    for key in field.split("."):
        if not isinstance(node, dict) or key not in node:
            return ABSENT
        node = node[key]
    return node


def _select(records: list[dict[str, Any]], where: str) -> list[dict[str, Any]]:
    if where == "*":
        return records
    if re.fullmatch(r"-?\d+", where):
        number = int(where)
        index = number - 1 if number > 0 else number
        chosen = records
    else:
        action, _, ordinal = where.partition("#")
        chosen = [record for record in records if _lookup(record, "event.action") == action]
        if ordinal == "*":
            return chosen
        number = int(ordinal or 1)
        index = number - 1 if number > 0 else number
    return [chosen[index]] if -len(chosen) <= index < len(chosen) else []


def _holds(found: Any, operator: str, value: Any) -> bool:
    if operator == "absent":
        return found is ABSENT
    if found is ABSENT:
        return operator in ("lacks", "!=")
    match operator:
        case "present":
            return True
        case "=":
            return type(found) is type(value) and found == value
        case "!=":
            return found != value
        case "<=":
            return found <= value
        case "contains":
            return value in found
        case _:
            return value not in found


def check(expectation: Expectation, lines: list[bytes], records: list[dict[str, Any]]) -> str | None:
    """What is wrong, or nothing."""
    if expectation.field == "lines":
        return None if len(lines) == expectation.value else f"{expectation.text}: {len(lines)} lines"
    if expectation.field == "bytes":
        longest = max(map(len, lines), default=0)
        return None if longest <= expectation.value else f"{expectation.text}: a line of {longest} bytes"
    chosen = _select(records, expectation.where)
    if not chosen:
        return f"{expectation.text}: there is no such line"
    for record in chosen:
        found = _lookup(record, expectation.field)
        if not _holds(found, expectation.operator, expectation.value):
            shown = "absent" if found is ABSENT else json.dumps(found, ensure_ascii=False)
            return f"{expectation.text}: it is {shown} (line {records.index(record) + 1})"
    return None
