# SPDX-License-Identifier: ISC
"""Several engines that are one cluster, each a process of its own: one can die, the others go on."""

from __future__ import annotations

import signal
from contextlib import ExitStack
from typing import Any

from script.lib.elk.engine import Engine, EngineError, free_port
from script.lib.waiting import wait_until


class Cluster:
    def __init__(self, engine: str, nodes: int = 3) -> None:
        names = [f"node{number}" for number in range(1, nodes + 1)]
        ports = {name: str(free_port()) for name in names}
        manager = "master" if engine.startswith("elasticsearch") else "cluster_manager"
        self.nodes = {
            name: Engine(
                engine,
                {
                    "node.name": name,
                    "transport.port": ports[name],
                    "discovery.type": "zen",
                    "discovery.seed_hosts": ",".join(f"127.0.0.1:{port}" for port in ports.values()),
                    f"cluster.initial_{manager}_nodes": ",".join(names),
                },
                most_memory="512m",
            )
            for name in names
        }
        self.dead: set[str] = set()
        self._open = ExitStack()

    def __enter__(self) -> Cluster:
        with ExitStack() as opening:
            for node in self.nodes.values():
                opening.push(node)
                node.launch()
            for node in self.nodes.values():
                node.wait()
            wait_until("all nodes are in the cluster", lambda: self.is_whole("green"), 60)
            self._open = opening.pop_all()
        return self

    def __exit__(self, *_: object) -> None:
        self._open.close()

    @property
    def engine(self) -> Engine:
        """A node that lives."""
        return next(node for name, node in self.nodes.items() if name not in self.dead)

    def is_whole(self, *states: str) -> bool:
        """Whether every living node is in, no dead one, under a manager, and the state is one of these."""
        try:
            health = self.engine.get("/_cluster/health?master_timeout=1s")
        except EngineError:
            return False
        living = len(self.nodes) - len(self.dead)
        return health["status"] in states and health["number_of_nodes"] == living

    def manager(self) -> str:
        """The name of the node that the others have elected."""
        state = self.engine.get("/_cluster/state/master_node,nodes")
        return str(state["nodes"][state["master_node"]]["name"])

    def primaries(self, name: str, index: str) -> int:
        """How many shards of the index take their documents first on this node."""
        shards: Any = self.engine.get(f"/_cat/shards/{index}?format=json")
        return sum(shard["prirep"] == "p" and shard["node"] == name for shard in shards)

    def kill(self, name: str) -> None:
        self.nodes[name].stop(signal.SIGKILL)
        self.dead.add(name)

    def revive(self, name: str) -> None:
        self.nodes[name].start()
        self.dead.remove(name)
