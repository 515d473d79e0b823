#!/usr/bin/env python3
# SPDX-License-Identifier: ISC
"""The checks hang on the field table: with any one field renamed in it, recorded lines fail."""

import unittest

import check
from field_table import ROOT, read_fields, schema

# Of these kinds of record there are recorded lines.
RECORDED = {"event", "anomaly"}


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


def line_of_each_field() -> dict[str, bytes]:
    """A recorded line for every field that some recorded line has."""
    found: dict[str, bytes] = {}
    for path in sorted((ROOT / "tests/golden").glob("*/out")):
        for line in path.read_bytes().splitlines():
            if line.startswith(b"{"):
                for name in names_in("", check.parse_line(line)):
                    found.setdefault(name, line)
    return found


class Rename(unittest.TestCase):
    def setUp(self) -> None:
        self.lines = line_of_each_field()
        self.table = schema("fields")
        self.addCleanup(check.use, read_fields(self.table))

    def test_every_field_stands_in_a_recorded_line(self) -> None:
        expected = {field.name for field in check.FIELDS.values() if field.records & RECORDED}
        self.assertEqual(expected - self.lines.keys(), set())
        self.assertEqual(self.lines.keys() - expected, set())

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
