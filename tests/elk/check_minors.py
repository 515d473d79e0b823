# SPDX-License-Identifier: ISC
"""An index of schema 1.0 beside one of 1.1, as they stand beside each other after an upgrade: the
dashboards count both."""

from __future__ import annotations

import copy
import json
import subprocess
from pathlib import Path
from typing import Any, Iterable

from script.lib.elk import panels
from script.lib.elk.documents import fields_of, ship
from script.lib.line import Line, get
from tests.elk.stage import Stage
from tests.lib.field_table import read_fields

OLD, NEW, BOTH = "opensmtpd-minor-1.0", "opensmtpd-minor-1.1", "opensmtpd-minor-*"
ONE = "opensmtpd-one"
TEMPLATE = "opensmtpd-1.0"


def check_minors(stage: Stage) -> None:
    names = new_fields(stage)
    stage.checks.true("some fields are new in 1.1", len(names) > 10, names)
    install_old_template(stage, names)
    older, newer = halves(stage.lines())
    old_log = written(stage, "older", [as_of_1_0(line, names) for line in older])
    new_log = written(stage, "newer", newer)
    for log, index in ((old_log, OLD), (new_log, NEW)):
        answers = ship(stage.engine, log, index, "?pipeline=opensmtpd")
        stage.checks.equal(f"the pipeline takes every line of {index}", {answer["status"] for answer in answers}, {201})
    ship(stage.engine, stage.log, ONE)
    types = fields_of(stage.engine, BOTH)
    stage.checks.equal("the old index has no field of 1.1", names & fields_of(stage.engine, OLD).keys(), set())
    stage.checks.equal("no field has two types", [name for name, kinds in types.items() if len(kinds) > 1], [])

    both, one, new = (panels.ask(stage.engine, index) for index in (BOTH, ONE, NEW))
    asks_for_new = {name for name, panel in one.items() if asks_for(panel, names)}
    old_questions = [name for name in one if name not in asks_for_new]
    stage.checks.true("most panels ask for fields of 1.0 only", len(old_questions) > 60, len(old_questions))
    different = [name for name in old_questions if exact(both[name]) != exact(one[name])]
    stage.checks.equal(f"{len(old_questions)} panels count the lines of both", different, [])
    fewer = [name for name in asks_for_new if total(both[name]) < total(new[name])]
    stage.checks.equal(f"{len(asks_for_new)} panels about what is new count at least what 1.1 has of it", fewer, [])
    stage.engine.delete(f"/_index_template/{TEMPLATE}")


def asks_for(panel: panels.Panel, names: set[str]) -> bool:
    question = json.dumps(panel.body)
    return any(f'"{name}"' in question for name in names)


def exact(panel: panels.Panel) -> dict[panels.Key, panels.Row]:
    """Without percentiles, which an engine estimates for each index."""
    return {
        key: {number: value for number, value in row.items() if not isinstance(value, list)}
        for key, row in panel.rows.items()
    }


def total(panel: panels.Panel) -> int:
    return sum(panel.counts().values())


def new_fields(stage: Stage) -> set[str]:
    listed = subprocess.run([stage.binary, "schema", "--fields"], stdout=subprocess.PIPE, text=True, check=True).stdout
    return {name for name, field in read_fields(listed).items() if field.since == "1.1"}


def install_old_template(stage: Stage, names: set[str]) -> None:
    """What the template was before 1.1, for the old index alone."""
    [shipped] = stage.engine.get("/_index_template/opensmtpd")["index_templates"]
    template = shipped["index_template"]
    template["index_patterns"] = [OLD]
    template["priority"] = template["priority"] + 1
    for name in names:
        *way, last = name.split(".")
        mapping = template["template"]["mappings"]
        for key in way:
            mapping = mapping["properties"].get(key, {"properties": {}})
        mapping["properties"].pop(last, None)
    stage.engine.put(f"/_index_template/{TEMPLATE}", template)


def halves(lines: list[Line]) -> tuple[list[Line], list[Line]]:
    """The upgrade, in the middle of the log. The record that begins the file is of the old program."""
    middle = len(lines) // 2
    return lines[:middle], lines[middle:]


def as_of_1_0(line: Line, names: Iterable[str]) -> Line:
    old = copy.deepcopy(line)
    old["opensmtpd"]["schema"] = "1.0"
    for name in names:
        *way, last = name.split(".")
        inside: Any = get(old, ".".join(way))
        if isinstance(inside, dict):
            inside.pop(last, None)
    return old


def written(stage: Stage, name: str, lines: list[Line]) -> Path:
    path = stage.folder / f"{name}.json"
    path.write_text("".join(json.dumps(line) + "\n" for line in lines))
    return path
