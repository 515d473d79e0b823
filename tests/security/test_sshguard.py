# SPDX-License-Identifier: ISC
"""python3 -m tests.security.test_sshguard BINARY RECORDER [ATTACKERS NORMAL_SESSIONS]: the trial with parser and
blocker of Debian's sshguard, which does not tell what an address is blocked for."""

from __future__ import annotations

import os
import signal
import subprocess
import threading
from pathlib import Path

from script.lib.checkout import ROOT
from tests.security import trial
from tests.security.attacks import SENTINEL

LOGREADER = ROOT / "contrib/sshguard/logreader"
DEADLINE_S = 240
# As sshguard starts them, with the numbers of the configuration that Debian ships.
CHAIN = '"$1" "$2" +1 | "$3/sshg-parser" | "$3/sshg-blocker" -a 30 -p 120 -s 1800'


class SshguardTrial(trial.Trial):
    def due(self, expected: set[tuple[str, str]]) -> set[tuple[str, str]]:
        return {("", address) for _, address in expected}

    def bans(self, log: Path) -> set[tuple[str, str]]:
        tools = str(trial.program / "usr/libexec/sshguard")
        chain = subprocess.Popen(["sh", "-c", CHAIN, "sh", str(LOGREADER), str(log), tools], stdout=subprocess.PIPE,
                                 text=True, start_new_session=True)
        overdue = threading.Timer(DEADLINE_S, os.killpg, (chain.pid, signal.SIGTERM))
        overdue.start()
        found = set()
        assert chain.stdout is not None
        for line in chain.stdout:
            word, _, rest = line.partition(" ")
            if word == "block":
                found.add(("", rest.split()[0]))
            if ("", SENTINEL) in found:
                break
        overdue.cancel()
        os.killpg(chain.pid, signal.SIGTERM)
        chain.wait()
        chain.stdout.close()
        return found


if __name__ == "__main__":
    trial.main("sshguard")
