# SPDX-License-Identifier: ISC
"""The checks hang on the field table: with any one field renamed in it, lines fail that the program
wrote."""

import subprocess
import tempfile
import unittest
from collections.abc import Iterator
from pathlib import Path

from script.lib.checkout import ROOT
from tests.lib import check
from tests.lib.field_table import TIMEOUT_S, program, read_fields, schema

GOLDEN = ROOT / "tests/golden"


def names_in(path: str, node: dict[str, object]) -> set[str]:
    names = set()
    for key, value in node.items():
        name = "labels.*" if path == "labels." else path + key
        if isinstance(value, dict):
            names |= names_in(name + ".", value)
            continue
        names.add(name)
        if isinstance(value, list):
            for item in value:
                if isinstance(item, dict):
                    names |= names_in(name + ".", item)
    return names


def recorded_lines() -> Iterator[bytes]:
    """What replay makes of recorded streams: events and anomalies."""
    for path in sorted(GOLDEN.glob("*/out")):
        yield from (line for line in path.read_bytes().splitlines() if line.startswith(b"{"))


def logged_lines() -> Iterator[bytes]:
    """What the filter writes into a file that it rotates, and that has a torn end when it starts
    again: events, and the records of the logger itself."""
    with tempfile.TemporaryDirectory(prefix="filter-jsonlog-rename.") as folder:
        log = Path(folder) / "events.json"
        for _ in range(2):
            with log.open("ab") as file, (GOLDEN / "transcript-7.8.0p1-tls-auth/in").open("rb") as reports:
                file.write(b'{"@timestamp":"20' if file.tell() else b"")
                file.flush()
                subprocess.run([program(), "--file", log, "--rotate-size", "700K"], stdin=reports,
                               capture_output=True, timeout=TIMEOUT_S, check=True)
        for path in sorted(Path(folder).iterdir()):
            yield from path.read_bytes().splitlines()


def line_of_each_field() -> dict[str, bytes]:
    """A line for every field that some line has."""
    found: dict[str, bytes] = {}
    for line in (*recorded_lines(), *logged_lines()):
        for name in names_in("", check.parse_line(line)):
            found.setdefault(name, line)
    return found


class Rename(unittest.TestCase):
    def setUp(self) -> None:
        self.lines = line_of_each_field()
        self.table = schema("fields")
        self.addCleanup(check.use, read_fields(self.table))

    def test_every_field_of_the_table_stands_in_a_line_and_no_other(self) -> None:
        self.assertEqual(self.lines.keys(), check.FIELDS.keys())

    def test_of_any_field_is_noticed(self) -> None:
        for name, line in self.lines.items():
            with self.subTest(name):
                self.assertEqual(check.check_line(line), [])
                renamed = name.replace("labels", "label") if name.endswith("*") else name + "_x"
                check.use(read_fields(self.table.replace(f"\n{name},", f"\n{renamed},")))
                complaints = check.check_line(line)
                check.use(read_fields(self.table))
                self.assertTrue(any("unknown field" in complaint for complaint in complaints), complaints)


if __name__ == "__main__":
    unittest.main()
