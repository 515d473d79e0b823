# SPDX-License-Identifier: ISC
"""The real parts of the tests: scripts fetch or build them once, into the user's cache folder."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import NoReturn

from script.lib.checkout import ROOT

SKIPPED = 77


def skip(reason: str) -> NoReturn:
    """Ends the test as skipped; with CI=true as failed."""
    print(reason, file=sys.stderr)
    sys.exit(1 if os.environ.get("CI") == "true" else SKIPPED)


def part(script: str, name: str) -> Path:
    """The path that `script/lib/SCRIPT NAME` prints. The test is skipped where the part cannot be had."""
    return part_if_any(script, name) or sys.exit(SKIPPED)


def part_if_any(script: str, name: str) -> Path | None:
    """The same for a part that the test can do without, but not with CI=true."""
    made = subprocess.run([ROOT / "script/lib" / script, name], stdout=subprocess.PIPE, text=True)
    if made.returncode == SKIPPED and os.environ.get("CI") != "true":
        return None
    if made.returncode:
        sys.exit(1)
    return Path(made.stdout.strip())


def library_path(tree: Path) -> str:
    """The folders of the libraries of an unpacked part."""
    return ":".join(sorted({str(library.parent) for library in tree.rglob("*.so*")}))
