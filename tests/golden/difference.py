# SPDX-License-Identifier: ISC
"""Shows how an output differs from the expected one: the first different line, field by field."""

import json
from typing import Any

SHOWN_FIELDS = 30


def _flatten(node: Any, path: str = "") -> dict[str, Any]:
    if not isinstance(node, dict):
        return {path: node}
    flat: dict[str, Any] = {}
    for key, value in node.items():
        flat |= _flatten(value, f"{path}.{key}" if path else key)
    return flat


def _fields(expected: bytes, actual: bytes) -> list[str]:
    try:
        old, new = _flatten(json.loads(expected)), _flatten(json.loads(actual))
    except ValueError:
        return [f"- {expected!r}", f"+ {actual!r}"]
    shown = [f"  event.action: {new.get('event.action')}, event.sequence: {new.get('event.sequence')}"]
    for name in dict.fromkeys([*old, *new]):
        if name not in new or (name in old and old[name] != new[name]):
            shown.append(f"- {name}: {json.dumps(old[name], ensure_ascii=False)}")
        if name not in old or (name in new and old[name] != new[name]):
            shown.append(f"+ {name}: {json.dumps(new[name], ensure_ascii=False)}")
    if len(shown) == 1:
        shown.append("  same fields; another order or spelling:")
        shown += [f"- {expected!r}", f"+ {actual!r}"]
    if len(shown) > SHOWN_FIELDS:
        shown[SHOWN_FIELDS:] = [f"  … and {len(shown) - SHOWN_FIELDS} more"]
    return shown


def describe(expected: bytes, actual: bytes) -> list[str]:
    """Nothing if they are equal."""
    if expected == actual:
        return []
    old, new = expected.splitlines(), actual.splitlines()
    different = sum(one != other for one, other in zip(old, new))
    shown = [f"{different} of {min(len(old), len(new))} lines differ; {len(old)} expected, {len(new)} came"]
    for number, (one, other) in enumerate(zip(old, new), 1):
        if one != other:
            return [*shown, f"line {number}:", *_fields(one, other)]
    if len(new) > len(old):
        return [*shown, f"first surplus line: {new[len(old)].decode('utf-8', 'replace')[:400]}"]
    if len(old) > len(new):
        return [*shown, f"first missing line: {old[len(new)].decode('utf-8', 'replace')[:400]}"]
    return [*shown, "only line ends differ"]
