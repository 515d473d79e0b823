# SPDX-License-Identifier: ISC
"""python3 -m tests.elk.test_cluster BINARY [OPTION OF install.sh]...: three mail hosts ship into a cluster of three
engines, whose elected manager dies while documents flow. Exit status 77 where that cannot be had, 1
where a check fails."""

from __future__ import annotations

import subprocess
import sys
import tempfile
import time
from collections import Counter
from contextlib import ExitStack
from pathlib import Path

from script.lib.elk.documents import ALL, count, has, name_of, stored
from script.lib.elk.engine import OPENSEARCH
from script.lib.line import get
from script.lib.parts import part
from script.lib.waiting import wait_until
from tests.elk.cluster import Cluster
from tests.elk.filebeat import INTO_ENGINES
from tests.elk.mail_host import MailHost
from tests.elk.stage import INSTALL
from tests.lib.checks import Checks

HOSTS = 3
EVENTS = 5000
"""Of each host: enough to be shipping still when the first ones have arrived."""
SHARDS = ["--shards", "3"]
"""So that every node, also the elected one, has documents to lose."""
SECONDS = 120

Names = Counter[tuple[str, str]]
"""Host and event."""


def install(cluster: Cluster, *options: str) -> None:
    subprocess.run([INSTALL, "--url", cluster.engine.url, *options], check=True, stdout=subprocess.DEVNULL)


def written(hosts: list[MailHost]) -> Names:
    return Counter((host.name, name_of(line)) for host in hosts for line in host.lines())


def arrived(cluster: Cluster) -> Names:
    documents = (hit["_source"] for hit in stored(cluster.engine))
    return Counter((str(get(one, "host.name")), name_of(one)) for one in documents)


def of(names: Names, host: MailHost) -> int:
    return sum(number for (name, _), number in names.items() if name == host.name)


def lose_the_manager(checks: Checks, cluster: Cluster, hosts: list[MailHost]) -> str:
    """While every host ships; tells how long nothing arrived. Gives the name of the dead node."""
    wait_until("the first documents are there", lambda: has(cluster.engine, HOSTS), SECONDS)
    # What was written before its replica was ready is on one node only.
    wait_until("their replicas are ready", lambda: cluster.is_whole("green"), SECONDS)
    manager = cluster.manager()
    primaries = cluster.primaries(manager, ALL)
    checks.true("the elected manager takes documents itself", primaries > 0)
    lines = sum(host.log.read_bytes().count(b"\n") for host in hosts)
    cluster.kill(manager)
    died = time.monotonic()
    wait_until("replicas take the place of what died", lambda: cluster.is_whole("yellow"), SECONDS)
    replaced = time.monotonic()
    left = count(cluster.engine)
    checks.true("it dies while documents flow", left < lines, f"{left} of {lines} were there")
    wait_until("documents arrive again", lambda: has(cluster.engine, left + 1), SECONDS)
    print(
        f"{manager} died, the manager, with {primaries} primaries: {left} of {lines} documents there,"
        f" {replaced - died:.1f} s to its replacement, {time.monotonic() - died:.1f} s to new documents"
    )
    return manager


def check_documents(checks: Checks, cluster: Cluster, hosts: list[MailHost]) -> None:
    lines, documents = written(hosts), arrived(cluster)
    for host in hosts:
        checks.equal(f"{host.name}: each line is one document", of(documents, host), of(lines, host))
        print(f"{host.name}: {of(lines, host)} lines, {of(documents, host)} documents")
    checks.equal("no line is missing", sum((lines - documents).values()), 0)
    checks.equal("no line is there twice, nothing else is there", sum((documents - lines).values()), 0)


def check_names(checks: Checks, hosts: list[MailHost]) -> None:
    ids = [{get(line, "event.id") for line in host.lines()} - {None} for host in hosts]
    checks.equal("no two hosts have an event.id in common", len(set.union(*ids)), sum(map(len, ids)))


def main(binary: str, *options: str) -> int:
    part("filebeat", INTO_ENGINES)
    checks = Checks()
    with ExitStack() as open_parts:
        folder = open_parts.enter_context(tempfile.TemporaryDirectory(prefix="filter-jsonlog-cluster."))
        cluster = open_parts.enter_context(Cluster(OPENSEARCH))
        cluster.engine.accept_old_clients()
        install(cluster, *SHARDS, *options)
        nodes = list(cluster.nodes.values())
        hosts = [MailHost(number, EVENTS, binary, Path(folder), nodes) for number in range(1, HOSTS + 1)]
        for host in hosts:
            open_parts.enter_context(host)

        checks.subject = "one node dies"
        dead = lose_the_manager(checks, cluster, hosts)
        for host in hosts:
            host.finish()
        for host in hosts:
            wait_until(f"{host.name} ships everything", host.has_shipped, SECONDS)
        check_documents(checks, cluster, hosts)
        check_names(checks, hosts)

        checks.subject = "it comes back"
        cluster.revive(dead)
        wait_until("every shard has its replica again", lambda: cluster.is_whole("green"), SECONDS)
        check_documents(checks, cluster, hosts)
    print(f"cluster: {checks.passed} checks passed, {len(checks.failed)} failed")
    return 1 if checks.failed else 0


if __name__ == "__main__":
    if len(sys.argv) < 2:
        sys.exit("usage: python3 -m tests.elk.test_cluster BINARY [OPTION OF install.sh]...")
    sys.exit(main(*sys.argv[1:]))
