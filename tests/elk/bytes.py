# SPDX-License-Identifier: ISC
"""python3 -m tests.elk.bytes BINARY [--engine NAME] [--events N] [--live N] [--template FILE]... [--detail D]...
[--lines L]... [--variants]: what a line costs on disk, in the log file and in the index after a force merge, for each
detail and selection of lines. Several templates are compared; with --variants the shipped one with itself, changed in
one point each."""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
from collections import Counter
from itertools import product
from pathlib import Path
from typing import Any

from script.lib.checkout import ROOT
from script.lib.elk.documents import count, ship
from script.lib.elk.engine import OPENSEARCH, Engine
from tests.elk import traffic
from tests.elk.variants import variants

TEMPLATE = ROOT / "contrib/elasticsearch/index-template.json"
INDEX = "opensmtpd-bytes"
KINDS = {
    "source": ("fdt", "fdx", "fdm"),
    "doc values": ("dvd", "dvm"),
    "points": ("kdd", "kdi", "kdm", "dim", "dii"),
    "terms": ("tim", "tip", "tmd", "doc", "pos", "pay"),
}


def size_of(engine: Engine, index: str) -> int:
    size: int = engine.get(f"/{index}/_stats/store")["_all"]["primaries"]["store"]["size_in_bytes"]
    return size


def measure(engine: Engine, template: dict[str, Any], log: Path) -> tuple[int, Counter[str]]:
    """Documents, and bytes by kind of Lucene's files, of the merged index; in all also before."""
    settings = template["template"]["settings"]["index"]
    settings["number_of_replicas"] = 0
    settings.pop("auto_expand_replicas", None)
    settings["store"] = {"stats_refresh_interval": "0s"}  # sizes as they are, not as they were
    engine.put("/_index_template/opensmtpd", template)
    refused = [answer for answer in ship(engine, log, INDEX) if answer["status"] != 201]
    if refused:
        sys.exit(f"{len(refused)} documents were refused; the first: {refused[0]}")
    engine.post(f"/{INDEX}/_flush")
    before = size_of(engine, INDEX)
    engine.post(f"/{INDEX}/_forcemerge?max_num_segments=1&flush=true")
    documents = count(engine, INDEX)
    stats = engine.get(f"/{INDEX}/_stats/segments,store?include_segment_file_sizes=true")
    primaries = stats["_all"]["primaries"]
    sizes: Counter[str] = Counter(before=before, total=primaries["store"]["size_in_bytes"])
    kind_of = {ending: kind for kind, endings in KINDS.items() for ending in endings}
    for ending, size in primaries["segments"]["file_sizes"].items():
        sizes[kind_of.get(ending, "other")] += size["size_in_bytes"]
    engine.delete(f"/{INDEX}")
    return documents, sizes


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("binary")
    parser.add_argument("--engine", default=OPENSEARCH)
    parser.add_argument("--events", type=int, default=30_000)
    parser.add_argument("--live", type=int, default=traffic.LIVE, help="sessions at a time")
    parser.add_argument("--template", action="append", type=Path)
    parser.add_argument("--detail", action="append")
    parser.add_argument("--lines", action="append")
    parser.add_argument("--variants", action="store_true")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="filter-jsonlog-bytes.") as temporary:
        stream = Path(temporary) / "stream"
        with stream.open("wb") as out:
            traffic.write(out, options.events, most_live=options.live)
        logs = {}
        for detail, lines in product(options.detail or ["compact", "standard", "full"], options.lines or ["all"]):
            name = f"{detail}, {lines}"
            logs[name] = Path(temporary) / f"{detail}-{lines}.json"
            with logs[name].open("wb") as out:
                command = [options.binary, "replay", "--detail", detail, "--lines", lines, stream]
                subprocess.run(command, stdout=out, check=True)
        with Engine(options.engine) as engine:
            paths = options.template or [TEMPLATE]
            templates = {path.stem: json.loads(path.read_text()) for path in paths}
            if options.variants:
                templates = variants(json.loads(TEMPLATE.read_text()))
            print_table(engine, templates, logs)
    return 0


def print_table(engine: Engine, templates: dict[str, dict[str, Any]], logs: dict[str, Path]) -> None:
    print(f"{engine.name}, bytes per line after a force merge to one segment\n")
    kinds = [*KINDS, "other"]
    print("template | detail, lines | lines | JSON | before | index | of JSON | " + " | ".join(kinds))
    print(" | ".join(["---"] * (7 + len(kinds))))
    for name, template in templates.items():
        for selection, log in logs.items():
            documents, sizes = measure(engine, template, log)
            written = log.stat().st_size
            cells = [name, selection, str(documents), f"{written / documents:.0f}"]
            cells += [f"{sizes['before'] / documents:.0f}"]
            cells += [f"{sizes['total'] / documents:.0f}", f"{100 * sizes['total'] / written:.1f} %"]
            cells += [f"{sizes[kind] / documents:.0f}" for kind in kinds]
            print(" | ".join(cells), flush=True)


if __name__ == "__main__":
    sys.exit(main())
