# SPDX-License-Identifier: ISC
"""The part of JSON Schema 2020-12 that doc/event.schema.json uses; any other keyword is an error."""

import ipaddress
import re
from collections.abc import Iterator
from typing import Any

TYPES = {"object": dict, "array": list, "string": str, "integer": int, "boolean": bool}
ANNOTATIONS = {"$schema", "title", "description"}
DATE_TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)")


def _is_address(text: str, version: int) -> bool:
    try:
        return ipaddress.ip_address(text).version == version
    except ValueError:
        return False


FORMATS = {
    "date-time": lambda text: DATE_TIME.fullmatch(text) is not None,
    "ipv4": lambda text: _is_address(text, 4),
    "ipv6": lambda text: _is_address(text, 6),
}
LIMITS = {
    "minItems": (list, lambda value, limit: len(value) >= limit),
    "minLength": (str, lambda value, limit: len(value) >= limit),
    "maxLength": (str, lambda value, limit: len(value) <= limit),
    "minimum": (int, lambda value, limit: value >= limit),
    "maximum": (int, lambda value, limit: value <= limit),
    "format": (str, lambda value, name: FORMATS[name](value)),
}


def errors(schema: dict[str, Any], value: Any, path: str = "") -> Iterator[str]:
    """What of the value is against the schema."""
    here = path or "the line"
    for keyword, rule in schema.items():
        if keyword == "type":
            if not isinstance(value, TYPES[rule]) or (rule == "integer" and isinstance(value, bool)):
                yield f"{here} is no {rule}"
        elif keyword == "const":
            if value != rule:
                yield f"{here} is not {rule}"
        elif keyword in LIMITS:
            kind, holds = LIMITS[keyword]
            if isinstance(value, kind) and not holds(value, rule):
                yield f"{here}: {keyword} {rule}"
        elif keyword == "required":
            if isinstance(value, dict):
                yield from (f"{here} has no {key}" for key in rule if key not in value)
        elif keyword == "properties":
            if isinstance(value, dict):
                for key in rule.keys() & value.keys():
                    yield from errors(rule[key], value[key], f"{path}.{key}".lstrip("."))
        elif keyword == "additionalProperties":
            yield from _additional(schema, value, path)
        elif keyword == "items":
            if isinstance(value, list):
                for item in value:
                    yield from errors(rule, item, path + "[]")
        elif keyword == "anyOf":
            if all(any(True for _ in errors(one, value, path)) for one in rule):
                yield f"{here}: none of {rule}"
        elif keyword == "allOf":
            for one in rule:
                yield from errors(one, value, path)
        elif keyword == "if":
            if not any(True for _ in errors(rule, value, path)):
                yield from errors(schema["then"], value, path)
        elif keyword != "then" and keyword not in ANNOTATIONS:
            raise ValueError(f"keyword {keyword} at {here}")


def _additional(schema: dict[str, Any], value: Any, path: str) -> Iterator[str]:
    if not isinstance(value, dict):
        return
    for key in value.keys() - schema.get("properties", {}).keys():
        rule = schema["additionalProperties"]
        if rule is False:
            yield f"{path}.{key}".lstrip(".") + " is unknown"
        else:
            yield from errors(rule, value[key], f"{path}.{key}".lstrip("."))
