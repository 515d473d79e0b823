# SPDX-License-Identifier: ISC
"""A test that no list names is never run, and nothing else would tell."""

import unittest

from script.lib.checkout import ROOT

TESTS = ROOT / "tests"


class Lists(unittest.TestCase):
    def test_every_test_file_is_named_by_the_build(self) -> None:
        files = [*TESTS.glob("*/test_*.[cp]*"), *TESTS.glob("*/fuzz_*.cpp")]
        self.assertGreater(len(files), 50)
        for path in files:
            with self.subTest(path.relative_to(TESTS)):
                build = (path.parent / "meson.build").read_text(encoding="utf-8")
                name = path.stem.removeprefix("test_").removeprefix("fuzz_")
                self.assertRegex(build, rf"['.](test_|fuzz_)?{name}(\.cpp)?'")


if __name__ == "__main__":
    unittest.main()
