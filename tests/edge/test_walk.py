# SPDX-License-Identifier: ISC
"""The rooms of src stand in the order of the walk, and each includes only what stands before it; scripts stand below
the tests."""

import re
import unittest
from pathlib import Path

from script.lib.checkout import ROOT

SRC = ROOT / "src"
INCLUDE = re.compile(r'^#include [<"]([^>"]+)[>"]', re.MULTILINE)

# From the ground up; the pipeline and main are files in src itself.
ORDER = ("text", "wire", "schema", "session", "line", "pipeline", "output", "reading", "program", "main")
LIBRARY = ORDER[:ORDER.index("pipeline") + 1]
# Rooms that stand side by side, though one comes after the other in the list.
STRANGERS = {"schema": {"wire"}, "output": {"wire", "session", "pipeline"}, "reading": {"pipeline", "output"}}

BANNED = re.compile(r"spdlog|CLI|fstream|iostream|cstdio|unistd\.h|filesystem|thread|mutex|ctime|signal")
CLOCK = re.compile(r"_clock\b|gettimeofday|\btime\(nullptr\)|\blocaltime")


def room_of(path: Path) -> str:
    """A public header belongs to the room of its source; without a source it is anybody's, below all rooms."""
    if path.parent == SRC:
        return path.stem.split("_")[0]
    if SRC in path.parents:
        return path.parent.name
    sources = list(SRC.rglob(f"{path.stem}.cpp"))
    return room_of(sources[0]) if sources else ""


def file_of(include: str) -> Path | None:
    for folder in (SRC, ROOT / "include"):
        if (folder / include).is_file():
            return folder / include
    return None


FILES = [*SRC.rglob("*.[ch]pp"), *(ROOT / "include" / "jsonlog").glob("*.hpp")]
INCLUDES = {path: INCLUDE.findall(path.read_text(encoding="utf-8")) for path in FILES}


def arrows() -> set[tuple[str, str]]:
    """Pairs of different rooms of which the first includes a header of the second."""
    found = set()
    for path, includes in INCLUDES.items():
        targets = {room_of(target) for name in includes if (target := file_of(name))}
        found |= {(room_of(path), room) for room in targets}
    return {(one, other) for one, other in found if one and other and one != other}


class Walk(unittest.TestCase):
    def test_every_folder_of_src_is_a_room(self) -> None:
        folders = {path.name for path in SRC.iterdir() if path.is_dir()}
        files = {room_of(path) for path in SRC.glob("*.cpp")}
        self.assertEqual(folders | files, set(ORDER))

    def test_a_room_includes_only_rooms_before_it(self) -> None:
        for one, other in sorted(arrows()):
            with self.subTest(f"{one} includes {other}"):
                self.assertLess(ORDER.index(other), ORDER.index(one))

    def test_rooms_side_by_side_do_not_include_each_other(self) -> None:
        for one, other in sorted(arrows()):
            with self.subTest(f"{one} includes {other}"):
                self.assertNotIn(other, STRANGERS.get(one, set()))

    def test_the_library_has_no_output_no_clock_and_no_thread(self) -> None:
        for path, includes in INCLUDES.items():
            if room_of(path) not in (*LIBRARY, ""):
                continue
            with self.subTest(path.relative_to(ROOT)):
                self.assertEqual([name for name in includes if BANNED.search(name)], [])
                self.assertIsNone(CLOCK.search(path.read_text(encoding="utf-8")))

    def test_includes_are_read_at_all(self) -> None:
        self.assertLessEqual({("session", "wire"), ("line", "session"), ("pipeline", "line"), ("program", "output"),
                              ("main", "program")}, arrows())


class Scripts(unittest.TestCase):
    def test_scripts_take_nothing_from_the_tests(self) -> None:
        modules = [*(ROOT / "script").rglob("*.py")]
        self.assertGreater(len(modules), 10)
        for path in modules:
            with self.subTest(path.relative_to(ROOT)):
                self.assertNotRegex(path.read_text(encoding="utf-8"), r"(?m)^\s*(from|import) tests\b")


if __name__ == "__main__":
    unittest.main()
