# SPDX-License-Identifier: ISC
"""python3 -m tests.security.test_crowdsec BINARY RECORDER [ATTACKERS NORMAL_SESSIONS]: the trial with Debian's
CrowdSec, which reads a log to its end."""

from __future__ import annotations

import tempfile
from pathlib import Path

from tests.security import trial
from tests.security.crowdsec import CrowdSec


class CrowdSecTrial(trial.Trial):
    def bans(self, log: Path) -> set[tuple[str, str]]:
        with tempfile.TemporaryDirectory() as folder:
            engine = CrowdSec(trial.program, Path(folder))
            engine.read(log)
            return engine.bans()


if __name__ == "__main__":
    trial.main("crowdsec")
