# SPDX-License-Identifier: ISC
"""A real search engine on loopback, with a data folder of its own: nothing is left when it stops.
Elasticsearch and OpenSearch answer to the same calls."""

from __future__ import annotations

import json
import shutil
import signal
import socket
import subprocess
import tempfile
import urllib.error
import urllib.request
from pathlib import Path
from typing import Any

from script.lib.parts import part
from script.lib.waiting import wait_until

OPENSEARCH = "opensearch-2.19.1"
ELASTICSEARCH = "elasticsearch-oss-7.10.2"
JAVA = "java -Xms512m -XX:TieredStopAtLevel=1 -XX:+UseSerialGC".split()

Answer = dict[str, Any]


class EngineError(Exception):
    def __init__(self, status: int, text: str) -> None:
        super().__init__(f"HTTP {status}: {text[:2000]}")
        self.status = status


class Engine:
    """The data survive stop() and start(), and go when the `with` block ends."""

    def __init__(
        self, name: str, settings: dict[str, str] | None = None, most_memory: str = "1g"
    ) -> None:
        self.name = name
        self.most_memory = most_memory
        self.program = part("engine", name)
        self.folder = Path(tempfile.mkdtemp(prefix="filter-jsonlog-engine."))
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        manager = "master" if name.startswith("elasticsearch") else "cluster_manager"
        self.settings = {
            "network.host": "127.0.0.1",
            "http.port": str(self.port),
            "transport.port": str(free_port()),
            "discovery.type": "single-node",
            "node.roles": f"{manager},data,ingest",
            "cluster.routing.allocation.disk.threshold_enabled": "false",
            **(settings or {}),
        }
        self._node: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> Engine:
        try:
            self.start()
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        self.stop(signal.SIGKILL)
        shutil.rmtree(self.folder, ignore_errors=True)

    def start(self) -> None:
        self.launch()
        self.wait()

    def launch(self) -> None:
        options = [f"{name}={value}" for name, value in self.settings.items()]
        classes = f"{self.program}:{self.program}/lib/*"
        with (self.folder / "log").open("ab") as log:
            self._node = subprocess.Popen(
                ["nice", "-n", "15", *JAVA, f"-Xmx{self.most_memory}", "-cp", classes]
                + ["Node", str(self.folder), *options],
                stdin=subprocess.PIPE,
                stdout=log,
                stderr=log,
                cwd=self.folder,
                start_new_session=True,
            )

    def wait(self) -> None:
        wait_until(f"{self.name} is ready", self._is_ready, seconds=120)

    def stop(self, how: signal.Signals = signal.SIGTERM) -> None:
        if self._node:
            self._node.send_signal(how)
            self._node.wait(60)
            if self._node.stdin:
                self._node.stdin.close()
            self._node = None

    def _is_ready(self) -> bool:
        if self._node and self._node.poll() is not None:
            log = (self.folder / "log").read_text(errors="replace")
            raise RuntimeError(f"{self.name} did not start:\n{log[-3000:]}")
        try:
            health = self.get("/_cluster/health")
        except (EngineError, OSError):
            return False
        return health["status"] in ("green", "yellow")

    def request(self, method: str, path: str, body: Any = None) -> Answer:
        """The engine's answer. A body of text or bytes goes as it is (`_bulk`), any other as JSON."""
        if body is None or isinstance(body, (bytes, str)):
            data = body.encode() if isinstance(body, str) else body
        else:
            data = json.dumps(body).encode()
        kind = "application/x-ndjson" if isinstance(body, (bytes, str)) else "application/json"
        request = urllib.request.Request(
            self.url + path, data, {"Content-Type": kind} if data is not None else {}, method=method
        )
        try:
            with urllib.request.urlopen(request, timeout=120) as answer:
                parsed: Answer = json.load(answer)
                return parsed
        except urllib.error.HTTPError as error:
            raise EngineError(error.code, error.read().decode(errors="replace")) from None

    def get(self, path: str, body: Any = None) -> Answer:
        return self.request("GET", path, body)

    def put(self, path: str, body: Any = None) -> Answer:
        return self.request("PUT", path, body)

    def post(self, path: str, body: Any = None) -> Answer:
        return self.request("POST", path, body)

    def delete(self, path: str) -> Answer:
        return self.request("DELETE", path)

    def accept_old_clients(self) -> None:
        """OpenSearch then says to be Elasticsearch 7.10.2, which Filebeat before 7.13 asks for."""
        if self.name.startswith("opensearch"):
            setting = {"compatibility.override_main_response_version": True}
            self.put("/_cluster/settings", {"persistent": setting})


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
