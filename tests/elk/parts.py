# SPDX-License-Identifier: ISC
"""The real parts of the tests: scripts fetch or build them once, into the user's cache folder."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
SKIPPED = 77

sys.path.insert(0, str(ROOT / "tests/e2e"))

from private_machine import wait_until  # noqa: E402,F401


def part(script: str, name: str) -> Path:
    """The path that `script/lib/SCRIPT NAME` prints. Where the part cannot be had the test ends as
    skipped; with CI=true as failed."""
    return part_if_any(script, name) or sys.exit(SKIPPED)


def part_if_any(script: str, name: str) -> Path | None:
    """The same for a part that the test can do without, but not with CI=true."""
    made = subprocess.run([ROOT / "script/lib" / script, name], stdout=subprocess.PIPE, text=True)
    if made.returncode == SKIPPED and os.environ.get("CI") != "true":
        return None
    if made.returncode:
        sys.exit(1)
    return Path(made.stdout.strip())
