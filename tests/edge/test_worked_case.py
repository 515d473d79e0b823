# SPDX-License-Identifier: ISC
"""The commands in doc/debugging-filters.md give what stands there below them."""

import os
import re
import shlex
import subprocess
import unittest

from script.lib.checkout import ROOT
from tests.lib import program

DOCUMENT = ROOT / "doc/debugging-filters.md"
BLOCK = re.compile(r"^```console\n\$ filter-jsonlog (?P<command>[^\n]*)\n(?P<output>.*?)^```$", re.MULTILINE | re.DOTALL)


class WorkedCase(unittest.TestCase):
    def test_every_command_gives_the_output_that_is_shown(self) -> None:
        blocks = list(BLOCK.finditer(DOCUMENT.read_text(encoding="utf-8")))
        self.assertGreater(len(blocks), 3)
        for block in blocks:
            with self.subTest(block["command"]):
                result = subprocess.run([program.BINARY, *shlex.split(block["command"])], cwd=DOCUMENT.parent, text=True,
                                        capture_output=True, check=False, env={**os.environ, "TZ": "UTC", "COLUMNS": "80"})
                self.assertEqual((result.returncode, result.stderr), (0, ""))
                self.assertEqual(result.stdout, block["output"])


if __name__ == "__main__":
    program.main()
