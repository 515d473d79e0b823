# SPDX-License-Identifier: ISC
"""The program's own table of fields, from `filter-jsonlog schema --fields`.

The program is the one that $FILTER_JSONLOG names; without it, that of the build folder `build`.
"""

import csv
import io
import os
import subprocess
from pathlib import Path
from typing import NamedTuple

from script.lib.checkout import ROOT

TIMEOUT_S = 60


class Field(NamedTuple):
    """One row of the table."""

    name: str
    type: str
    indexed: str
    array: bool
    records: frozenset[str]
    required: frozenset[str]
    since: str = ""  # the version of the schema

    @property
    def searched(self) -> bool:
        return self.indexed in ("yes", "search")

    @property
    def charted(self) -> bool:
        return self.indexed in ("yes", "aggregate")


def program() -> Path:
    path = Path(os.environ.get("FILTER_JSONLOG", ROOT / "build/src/filter-jsonlog"))
    if not path.is_file():
        raise FileNotFoundError(f"{path} is not there: build the program, or let FILTER_JSONLOG name it")
    return path


def schema(form: str) -> str:
    """What `filter-jsonlog schema --FORM` prints."""
    done = subprocess.run([program(), "schema", f"--{form}"], stdin=subprocess.DEVNULL, capture_output=True,
                          timeout=TIMEOUT_S, check=True)
    return done.stdout.decode()


def read_fields(text: str | None = None) -> dict[str, Field]:
    """The rows by name, in the order of the line."""
    fields: dict[str, Field] = {}
    for row in csv.DictReader(io.StringIO(schema("fields") if text is None else text)):
        name = row["name"]
        if name in fields:
            raise ValueError(f"{name} twice")
        fields[name] = Field(name, row["type"], row["indexed"], row["list"] == "yes",
                             frozenset(row["records"].split()), frozenset(row["always"].split()), row["since"])
    return fields
