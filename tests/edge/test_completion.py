# SPDX-License-Identifier: ISC
"""The completions, loaded into the shells that they are for."""

import os
import shutil
import subprocess
import sys
import unittest
from pathlib import Path

BASH, ZSH, FISH = (str(Path(argument).resolve()) for argument in sys.argv[1:4])
del sys.argv[1:4]


def completed_by_bash(*words: str) -> set[str]:
    program = """
        source "$1"; shift
        COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1))
        _filter_jsonlog
        printf '%s\\n' "${COMPREPLY[@]}"
    """
    result = subprocess.run(["bash", "-uc", program, "bash", BASH, "filter-jsonlog", *words], check=True, capture_output=True, text=True)
    return set(result.stdout.split())


def completed_by_fish(line: str) -> set[str]:
    result = subprocess.run(["fish", "--no-config", "-c", 'source $argv[1]; complete -C $argv[2]', FISH, "filter-jsonlog " + line],
                            check=True, capture_output=True, text=True)
    return {found.split("\t")[0] for found in result.stdout.splitlines()}


class Completion(unittest.TestCase):
    def needs(self, shell: str) -> None:
        if shutil.which(shell) is None and "CI" not in os.environ:
            self.skipTest(f"no {shell} here")

    def test_bash_completes_commands_options_and_their_words(self) -> None:
        self.assertLess({"explain", "trace", "--file", "--lines"}, completed_by_bash(""))
        self.assertEqual(completed_by_bash("--li"), {"--lines"})
        self.assertEqual(completed_by_bash("--lines", ""), {"all", "counted", "ends"})
        self.assertEqual(completed_by_bash("explain", "--se"), {"--session"})
        self.assertNotIn("--lines", completed_by_bash("explain", "--"))

    def test_bash_completes_files_of_the_reading_commands(self) -> None:
        folder = Path(BASH).parent
        self.assertIn(BASH, completed_by_bash("verify", str(folder) + "/"))

    def test_fish_completes_commands_options_and_their_words(self) -> None:
        self.needs("fish")
        self.assertLess({"explain", "trace"}, completed_by_fish(""))
        self.assertEqual(completed_by_fish("--detai"), {"--detail"})
        self.assertEqual(completed_by_fish("--format "), {"json", "raw", "kv"})
        self.assertEqual(completed_by_fish("explain --sess"), {"--session"})

    def test_zsh_loads_them(self) -> None:
        self.needs("zsh")
        program = 'autoload -Uz compinit; compinit -u -D; source "$1"; print -r -- "$_comps[filter-jsonlog]"'
        result = subprocess.run(["zsh", "-f", "-c", program, "zsh", ZSH], check=True, capture_output=True, text=True)
        self.assertEqual((result.stdout, result.stderr), ("_filter_jsonlog\n", ""))


if __name__ == "__main__":
    unittest.main()
