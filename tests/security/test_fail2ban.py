# SPDX-License-Identifier: ISC
"""python3 -m tests.security.test_fail2ban BINARY RECORDER [ATTACKERS NORMAL_SESSIONS]: the trial with Debian's
fail2ban."""

from __future__ import annotations

import tempfile
import time
from pathlib import Path

from tests.security import trial
from tests.security.attacks import SENTINEL
from tests.security.fail2ban import JAILS, Fail2ban

DEADLINE_S = 240


class Fail2banTrial(trial.Trial):
    def bans(self, log: Path) -> set[tuple[str, str]]:
        ends = {(kind, SENTINEL) for kind in JAILS}
        deadline = time.monotonic() + DEADLINE_S
        with tempfile.TemporaryDirectory() as folder, Fail2ban(trial.program, Path(folder), log) as server:
            while not ends <= server.bans():
                if server.has_ended() or time.monotonic() > deadline:
                    self.fail(f"fail2ban did not come to the end: {server.said()[-2000:]}")
                time.sleep(0.1)
            return server.bans()


if __name__ == "__main__":
    trial.main("fail2ban")
