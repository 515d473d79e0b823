# SPDX-License-Identifier: ISC
"""The lines as they stand in the file, sent by `_bulk`."""

from __future__ import annotations

from script.lib.elk.documents import ALL, count, fields_of, ship
from tests.elk.stage import Stage


def check_bulk(stage: Stage) -> None:
    checks, engine = stage.checks, stage.engine
    lines = stage.lines()
    answers = ship(engine, stage.log)
    rejected = [answer for answer in answers if answer["status"] != 201]
    checks.equal("no document is rejected", rejected, [])
    checks.equal("each line is one document", count(engine), len(lines))
    checks.equal("a document is what was written", stage.compare(lines, set()), {})
    check_mappings(stage)
    again = ship(engine, stage.log)
    checks.equal(
        "shipped again, every document is there already", {one["status"] for one in again}, {409}
    )
    checks.equal("and none is added", count(engine), len(lines))


def check_mappings(
    stage: Stage,
    added: set[str] = frozenset(),  # type: ignore[assignment]
    kind: str = "",
) -> None:
    """The template knows every field; no field has two types. `kind` is as of template_fields."""
    fields = fields_of(stage.engine)
    template = template_fields(stage, kind)
    stage.checks.equal(
        "no field has two types", {name for name, types in fields.items() if len(types) > 1}, set()
    )
    unknown = {name for name in fields.keys() - template if name not in added}
    stage.checks.equal("the template knows every field", unknown, set())


def template_fields(stage: Stage, kind: str = "") -> set[str]:
    """The fields of an index, or with `_data_stream/` of a data stream, that holds nothing yet."""
    empty = ALL.replace("*", "empty")
    stage.engine.put(f"/{kind}{empty}")
    fields = set(fields_of(stage.engine, empty))
    stage.engine.delete(f"/{kind}{empty}")
    return fields
