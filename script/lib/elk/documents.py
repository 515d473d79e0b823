# SPDX-License-Identifier: ISC
"""The lines of a log file as documents of an engine: sent by `_bulk`, read back, compared."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, Iterator

from script.lib.elk.engine import Engine, EngineError
from script.lib.line import Line, get

ALL = "opensmtpd-*"
LINES_A_REQUEST = 500


def read_lines(path: Path) -> list[Line]:
    return [json.loads(text) for text in path.read_bytes().splitlines()]


def name_of(line: Line) -> str:
    """The event.id; what tells apart the records of the logger itself, which have none."""
    if name := get(line, "event.id"):
        return str(name)
    process, run = get(line, "process.pid"), get(line, "opensmtpd.logger.run")
    time = str(get(line, "@timestamp"))[:23]
    return f"{get(line, 'event.action')} {process} {run} {time}"


def index_of(line: Line) -> str:
    return "opensmtpd-" + str(get(line, "@timestamp"))[:10].replace("-", ".")


def ship(engine: Engine, path: Path, index: str = "", parameters: str = "") -> list[Any]:
    """Sends every line of the file as it stands there, with its name as the document's id; gives the
    engine's answer to each. `index` takes the place of the day's own one."""
    answers: list[Any] = []
    requests: list[bytes] = []
    for text in path.read_bytes().splitlines():
        line = json.loads(text)
        action = {"_index": index or index_of(line), "_id": name_of(line)}
        requests += [json.dumps({"create": action}).encode(), text]
    for start in range(0, len(requests), 2 * LINES_A_REQUEST):
        body = b"\n".join(requests[start : start + 2 * LINES_A_REQUEST]) + b"\n"
        answers += [item["create"] for item in engine.post(f"/_bulk{parameters}", body)["items"]]
    engine.post(f"/{index or ALL}/_refresh")
    return answers


def stored(engine: Engine, index: str = ALL, query: Any = None) -> Iterator[Line]:
    """Every document: `_id`, `_index`, `_source`."""
    engine.post(f"/{index}/_refresh")
    body = {"size": 1000, "sort": ["_doc"], "query": query or {"match_all": {}}}
    page = engine.post(f"/{index}/_search?scroll=1m", body)
    while page["hits"]["hits"]:
        yield from page["hits"]["hits"]
        following = {"scroll": "1m", "scroll_id": page["_scroll_id"]}
        page = engine.post("/_search/scroll", following)


def count(engine: Engine, index: str = ALL) -> int:
    engine.post(f"/{index}/_refresh")
    number: int = engine.get(f"/{index}/_count")["count"]
    return number


def has(engine: Engine, documents: int) -> bool:
    """Whether so many documents are there; an engine or an index that is just coming has none."""
    try:
        return count(engine) >= documents
    except EngineError:
        return False


def flat(value: Any, name: str = "") -> Iterator[tuple[str, Any]]:
    """Dotted names and values of a document; a list is one value."""
    if isinstance(value, dict):
        for key, member in value.items():
            yield from flat(member, f"{name}.{key}" if name else key)
    else:
        yield name, value


def differences(line: Line, document: Line) -> dict[str, tuple[Any, Any]]:
    """What differs between a line and the document made from it: name, what was written, what the
    engine has; None where there is nothing."""
    written, kept = dict(flat(line)), dict(flat(document))
    return {
        name: (written.get(name), kept.get(name))
        for name in sorted(written.keys() | kept.keys())
        if written.get(name) != kept.get(name)
    }


def fields_of(engine: Engine, index: str = ALL) -> dict[str, set[str]]:
    """The types that each field of the index or the indices has; more than one is a conflict."""
    types: dict[str, set[str]] = {}
    for mapping in engine.get(f"/{index}/_mapping").values():
        for name, kind in _mapped(mapping["mappings"].get("properties", {})):
            types.setdefault(name, set()).add(kind)
    return types


def _mapped(properties: dict[str, Any], prefix: str = "") -> Iterator[tuple[str, str]]:
    for name, mapping in properties.items():
        if "properties" in mapping:
            yield from _mapped(mapping["properties"], f"{prefix}{name}.")
        else:
            yield prefix + name, mapping.get("type", "object")
