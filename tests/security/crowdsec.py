# SPDX-License-Identifier: ISC
"""Debian's CrowdSec with the shipped parser and scenarios, without its hub and its central service."""

from __future__ import annotations

import shutil
import socket
import sqlite3
import subprocess
from contextlib import closing
from pathlib import Path

from script.lib.checkout import ROOT

CONTRIB = ROOT / "contrib/crowdsec"
SCENARIOS = {"filter-jsonlog/failed-logins": "auth", "filter-jsonlog/refused-recipients": "recipients",
             "filter-jsonlog/junk": "junk"}
# What the package's own parser of plain files and times is called.
STOCK = ("parsers/s00-raw/crowdsecurity/syslog-logs.yaml", "parsers/s02-enrich/crowdsecurity/dateparse-enrich.yaml")

CONFIG = """common: {{daemonize: false, log_media: stdout, log_level: warning, working_dir: .}}
config_paths: {{config_dir: {folder}/etc, data_dir: {folder}/data, hub_dir: {folder}/hub, index_path: {folder}/hub/.index.json,
  simulation_path: {folder}/etc/simulation.yaml, notification_dir: {folder}/etc/notifications, plugin_dir: {folder}/plugins}}
crowdsec_service: {{acquisition_path: {folder}/etc/acquis.yaml, parser_routines: 1}}
db_config: {{type: sqlite, db_path: {folder}/data/crowdsec.db}}
api:
  client: {{credentials_path: {folder}/etc/credentials.yaml}}
  server: {{listen_uri: '127.0.0.1:{port}', profiles_path: {folder}/etc/profiles.yaml, log_level: warning}}
prometheus: {{enabled: false}}
"""


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class CrowdSec:
    """An engine of its own in a folder. `program` is where Debian's package was unpacked."""

    def __init__(self, program: Path, folder: Path) -> None:
        self.program, self.folder = program, folder
        etc = folder / "etc"
        shutil.copytree(program / "etc/crowdsec", etc)
        shutil.copytree(program / "usr/share/crowdsec/hub", folder / "hub")
        for name in ("data", "plugins", "etc/notifications", "etc/postoverflows"):
            (folder / name).mkdir(exist_ok=True)
        shutil.copytree(CONTRIB / "parsers", etc / "parsers", dirs_exist_ok=True)
        shutil.copytree(CONTRIB / "scenarios", etc / "scenarios", dirs_exist_ok=True)
        for path in STOCK:
            stage = path.split("/")[1]
            (etc / "parsers" / stage).mkdir(exist_ok=True)
            shutil.copy(folder / "hub" / path, etc / "parsers" / stage)
        port = free_port()
        (etc / "acquis.yaml").write_text("", encoding="utf-8")
        (etc / "credentials.yaml").write_text(f"url: http://127.0.0.1:{port}\n", encoding="utf-8")
        (etc / "config.yaml").write_text(CONFIG.format(folder=folder, port=port), encoding="utf-8")
        self._run("cscli", "machines", "add", "test", "--password", "test", "--force", "-f", str(etc / "credentials.yaml"))

    def _run(self, tool: str, *arguments: str) -> None:
        command = [str(self.program / "usr/bin" / tool), "-c", str(self.folder / "etc/config.yaml"), *arguments]
        result = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, timeout=240)
        if result.returncode:
            raise AssertionError(f"{tool} ended with {result.returncode}: {result.stdout[-2000:]}")

    def read(self, log: Path) -> None:
        """To its end; by the times in the log, however fast."""
        self._run("crowdsec", "-dsn", f"file://{log}", "-type", "filter-jsonlog")

    def bans(self) -> set[tuple[str, str]]:
        """Pairs of kind and address."""
        with closing(sqlite3.connect(self.folder / "data/crowdsec.db")) as database:
            rows = database.execute("SELECT scenario, value FROM decisions WHERE type = 'ban'").fetchall()
        return {(SCENARIOS[scenario], address) for scenario, address in rows}
