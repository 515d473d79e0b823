# SPDX-License-Identifier: ISC
"""A test that no list names is never run, and nothing else would tell."""

import unittest
from pathlib import Path

TESTS = Path(__file__).resolve().parent.parent


class Lists(unittest.TestCase):
    def test_every_test_file_is_named_by_the_build(self) -> None:
        files = [*TESTS.glob("*/test_*.[cp]*"), *TESTS.glob("*/fuzz_*.cpp")]
        self.assertGreater(len(files), 50)
        for path in files:
            with self.subTest(path.relative_to(TESTS)):
                build = (path.parent / "meson.build").read_text(encoding="utf-8")
                name = path.stem.removeprefix("test_").removeprefix("fuzz_")
                self.assertTrue(any(f"'{word}'" in build for word in (path.name, name)), "in no list")


if __name__ == "__main__":
    unittest.main()
