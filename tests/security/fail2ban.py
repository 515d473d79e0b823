# SPDX-License-Identifier: ISC
"""Debian's fail2ban with the shipped filter and jails, in the foreground. A ban is a line in a file."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

from script.lib.checkout import ROOT

CONTRIB = ROOT / "contrib/fail2ban"
JAILS = {"auth": "filter-jsonlog-auth", "recipients": "filter-jsonlog-recipients", "junk": "filter-jsonlog-junk"}

ACTION = """[Definition]
actionban = printf '%%s %%s\\n' '<name>' '<ip>' >>{bans}
actionunban =
"""

# The rest of a jail is as it is shipped.
OVERRIDES = """[DEFAULT]
usedns = no
backend = polling
[sshd]
enabled = false
"""


class Fail2ban:
    """Reads one log from its beginning. `program` is where Debian's package was unpacked."""

    def __init__(self, program: Path, folder: Path, log: Path) -> None:
        self.folder = folder
        self.bans_file = folder / "bans"
        config = folder / "fail2ban"
        shutil.copytree(program / "etc/fail2ban", config)
        for kind in ("filter.d", "jail.d"):
            shutil.copy(CONTRIB / kind / "filter-jsonlog.conf", config / kind)
        overrides = OVERRIDES + "".join(f"[{jail}]\nlogpath = {log}\naction = ban-file\n" for jail in JAILS.values())
        (config / "jail.local").write_text(overrides, encoding="utf-8")
        (config / "action.d/ban-file.conf").write_text(ACTION.format(bans=self.bans_file), encoding="utf-8")
        (config / "fail2ban.local").write_text(
            f"[Definition]\ndbfile = None\nsocket = {folder}/socket\npidfile = {folder}/pid\nlogtarget = {folder}/log\n",
            encoding="utf-8")
        self.environment = {**os.environ, "PYTHONPATH": str(program / "usr/lib/python3/dist-packages")}
        self.command = ["/usr/bin/python3", str(program / "usr/bin/fail2ban-server"), "-c", str(config),
                        "-s", f"{folder}/socket", "-p", f"{folder}/pid"]

    def __enter__(self) -> Fail2ban:
        self.process = subprocess.Popen([*self.command, "-f", "start"], env=self.environment,
                                        stdout=subprocess.DEVNULL, stderr=subprocess.STDOUT)
        return self

    def __exit__(self, *_: object) -> None:
        self.process.terminate()
        self.process.wait(timeout=60)

    def bans(self) -> set[tuple[str, str]]:
        """Pairs of kind and address."""
        if not self.bans_file.exists():
            return set()
        text = self.bans_file.read_text(encoding="utf-8")
        kinds = {jail: kind for kind, jail in JAILS.items()}
        return {(kinds[jail], address) for jail, address in (line.split(" ") for line in text.splitlines())}

    def has_ended(self) -> bool:
        return self.process.poll() is not None

    def said(self) -> str:
        log = self.folder / "log"
        return log.read_text(encoding="utf-8") if log.exists() else "nothing"
