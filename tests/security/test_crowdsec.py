# SPDX-License-Identifier: ISC
"""test_crowdsec.py BINARY RECORDER [ATTACKERS NORMAL_SESSIONS]: the trial with Debian's CrowdSec, which reads a
log to its end."""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

sys.dont_write_bytecode = True
import trial  # noqa: E402
from crowdsec import CrowdSec  # noqa: E402


class CrowdSecTrial(trial.Trial):
    def bans(self, log: Path) -> set[tuple[str, str]]:
        with tempfile.TemporaryDirectory() as folder:
            engine = CrowdSec(trial.program, Path(folder))
            engine.read(log)
            return engine.bans()


if __name__ == "__main__":
    trial.main("crowdsec")
