# SPDX-License-Identifier: ISC
"""A golden case: a folder with the files in, why and out, and perhaps args and expect."""

import json
import re
import shlex
import subprocess
from pathlib import Path
from typing import Any

from tests.golden import expectation
from tests.lib import check
from tests.lib.recordings import GOLDEN

TIMEOUT_S = 60
SHOWN_COMPLAINTS = 8
# The version of the program stands in every line; a release must not touch every case.
VERSION = re.compile(rb'("logger":\{"version":)"[^"]*"')


class Case:
    """One folder. Reads its files when asked; run() starts the program on it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.name = folder.name

    @property
    def args(self) -> list[str]:
        path = self.folder / "args"
        return shlex.split(path.read_text(encoding="utf-8")) if path.exists() else []

    @property
    def expected(self) -> bytes | None:
        path = self.folder / "out"
        return path.read_bytes() if path.exists() else None

    @property
    def expectations(self) -> list[expectation.Expectation]:
        path = self.folder / "expect"
        return expectation.parse(path.read_text(encoding="utf-8")) if path.exists() else []

    def writes_json(self) -> bool:
        return not any(word in self.args for word in ("raw", "kv"))

    def run(self, binary: str) -> tuple[bytes, list[str]]:
        """The output with its version masked, and what is wrong with the run itself."""
        result = subprocess.run([binary, "replay", *self.args, str(self.folder / "in")], stdin=subprocess.DEVNULL,
                                capture_output=True, timeout=TIMEOUT_S, check=False)
        complaints = []
        if result.returncode != 0:
            said = result.stderr.decode("utf-8", "replace").strip()
            complaints.append(f"exit status {result.returncode}: {said[-500:]}")
        if result.stdout and not result.stdout.endswith(b"\n"):
            complaints.append("the output does not end with a line feed")
        return VERSION.sub(rb'\1"@VERSION@"', result.stdout), complaints

    def check(self, output: bytes) -> list[str]:
        """Complaints of the schema checker and of the expectations, bytes of `out` left aside."""
        complaints = []
        if not (self.folder / "why").is_file():
            complaints.append("there is no file why")
        lines = output.split(b"\n")[:-1]
        records: list[dict[str, Any]] = []
        if self.writes_json():
            against_schema = [f"line {number}: {complaint}" for number, complaint in check.check_lines(lines)]
            complaints += against_schema[:SHOWN_COMPLAINTS]
            if len(against_schema) > SHOWN_COMPLAINTS:
                complaints.append(f"… and {len(against_schema) - SHOWN_COMPLAINTS} more against the schema")
            try:
                records = [json.loads(line) for line in lines]
            except ValueError as error:
                return [*complaints, f"not JSON: {error}"]
        try:
            wanted = self.expectations
        except expectation.BadExpectation as error:
            return [*complaints, f"expect: {error}"]
        found = (expectation.check(one, lines, records) for one in wanted)
        return complaints + [f"expect: {complaint}" for complaint in found if complaint is not None]


def find(names: list[str]) -> list[Case]:
    """The cases of these names, or all; a name without a folder is an error."""
    if names:
        for name in names:
            if not (GOLDEN / name / "in").is_file():
                raise SystemExit(f"there is no case {name}")
        return [Case(GOLDEN / name) for name in names]
    return [Case(path.parent) for path in sorted(GOLDEN.glob("*/in"))]
