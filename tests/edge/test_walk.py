# SPDX-License-Identifier: ISC
"""Dependencies point one way: limits <- report <- session <- session_table; session + report <- snapshot."""

import re
import unittest
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
INCLUDE = re.compile(r'^#include [<"]([^>"]+)[>"]', re.MULTILINE)
PROGRAM = {"confinement", "descriptor", "diagnostics", "event_log", "file_sink", "file_tail", "filter", "log_file",
           "main", "option_checks", "options", "output", "queued_sink", "replay", "rotated_files", "rotation",
           "syslog_header", "syslog_sink", "verify", "version"}  # what stands on the library
BANNED = re.compile(r"spdlog|CLI|fstream|iostream|cstdio|unistd\.h|filesystem|thread|mutex|ctime|signal")
CLOCK = re.compile(r"_clock\b|gettimeofday|\btime\(nullptr\)|\blocaltime")


def include_graph() -> dict[str, set[str]]:
    """Everything that a file of a stem includes, headers of other stems followed."""
    direct: dict[str, set[str]] = {}
    for path in [*ROOT.glob("include/jsonlog/*.hpp"), *ROOT.glob("src/*.[ch]pp")]:
        found = INCLUDE.findall(path.read_text(encoding="utf-8"))
        direct.setdefault(path.stem, set()).update(found)
    return direct


DIRECT = include_graph()
HEADERS = {path.stem: set(INCLUDE.findall(path.read_text(encoding="utf-8")))
           for path in [*ROOT.glob("include/jsonlog/*.hpp"), *ROOT.glob("src/*.hpp")]}


def stems(names: set[str]) -> set[str]:
    return {Path(name).stem for name in names if Path(name).stem in DIRECT and name.endswith(".hpp")}


def reachable(stem: str) -> set[str]:
    """The stems of our own headers that a stage depends on, itself left out."""
    found: set[str] = set()
    todo = list(stems(DIRECT[stem]))
    while todo:
        one = todo.pop()
        if one not in found:
            found.add(one)
            todo += stems(HEADERS.get(one, set()))
    return found - {stem}


class Walk(unittest.TestCase):
    def assert_knows_none_of(self, stem: str, *others: str) -> None:
        self.assertIn(stem, DIRECT)
        self.assertEqual(reachable(stem) & set(others), set(), stem)

    def test_stages_know_only_what_stands_before_them(self) -> None:
        order = ("limits", "report", "session", "session_table", "pipeline")
        for at, stem in enumerate(order):
            self.assert_knows_none_of(stem, *order[at + 1:], "snapshot" if stem != "pipeline" else "filter")
        self.assert_knows_none_of("snapshot", "pipeline", "line_reader")
        self.assertEqual(reachable("limits"), set())

    def test_small_nouns_know_no_stage(self) -> None:
        stages = ("report", "session", "session_table", "snapshot", "pipeline")
        for stem in ("text", "text_buffer", "time_text", "address", "command", "reply", "history", "unique_list",
                     "transaction", "handshake", "line_reader", "anomaly"):
            self.assert_knows_none_of(stem, *stages)

    def test_the_library_has_no_output_no_clock_and_no_thread(self) -> None:
        for stem, names in DIRECT.items():
            if stem in PROGRAM:
                continue
            with self.subTest(stem):
                self.assertEqual([name for name in names if BANNED.search(name)], [])
                self.assertEqual(stems(names) & PROGRAM, set())
                for path in [*ROOT.glob(f"include/jsonlog/{stem}.hpp"), *ROOT.glob(f"src/{stem}.[ch]pp")]:
                    self.assertIsNone(CLOCK.search(path.read_text(encoding="utf-8")), path)

    def test_outputs_and_diagnostics_know_no_smtp(self) -> None:
        smtp = {"report", "session", "session_table", "snapshot", "handshake", "command", "reply", "transaction"}
        for stem in ("confinement", "diagnostics", "event_log", "file_sink", "queued_sink", "syslog_header",
                     "syslog_sink"):
            self.assertEqual(stems(DIRECT[stem]) & smtp, set())

    def test_the_graph_is_read_at_all(self) -> None:
        self.assertIn("report", reachable("session"))
        self.assertIn("session", reachable("session_table"))
        self.assertTrue({"session", "report"} <= reachable("snapshot"))


if __name__ == "__main__":
    unittest.main()
