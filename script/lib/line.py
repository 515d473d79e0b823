# SPDX-License-Identifier: ISC
"""A line of the log, read back."""

from typing import Any

Line = dict[str, Any]


def get(line: Line, name: str) -> Any:
    """The value of a dotted field name; None where the line has no such field."""
    value: Any = line
    for key in name.split("."):
        value = value.get(key) if isinstance(value, dict) else None
    return value
