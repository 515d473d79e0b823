# SPDX-License-Identifier: ISC
"""python3 -m tests.elk.test_filestream BINARY: the configurations for a newer Filebeat, with the newest that can be
built. It takes no engine without Elastic's licence, so its events go to a file. Exit status 77
where it cannot be built, 1 where a check fails."""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from collections import Counter
from pathlib import Path

from script.lib.elk.documents import differences, name_of
from script.lib.line import Line, get
from script.lib.waiting import wait_until
from tests.elk import traffic
from tests.elk.check_filebeat import ADDED, CONFIGURATIONS, CUT, WHERE_THE_LOG_IS
from tests.elk.filebeat import FILESTREAM, Filebeat
from tests.lib.checks import Checks

EVENTS = 3000
WHERE_SYSLOG_IS = "/var/log/mail.log"
ELSEWHERE = ("-E", "output.elasticsearch.enabled=false", "-E", "output.file.filename=events")
SYSLOG = (
    "Nov 21 10:44:55 mx1 filter-jsonlog[123]: ",
    "Nov  1 00:00:00 mx1 filter-jsonlog: ",
    "2026-11-21T10:44:55.123456+01:00 mx1 filter-jsonlog[123]: ",
    "Nov 21 10:44:55 mx1 filter-jsonlog[123]: @cee: ",
)
OTHERS = "Nov 21 10:44:55 mx1 smtpd[99]: 53d780e9000000e7 smtp connected address=192.0.2.9\n"


def make_lines(folder: Path, binary: str) -> list[str]:
    with (folder / "stream").open("wb") as stream:
        traffic.write(stream, EVENTS)
    command = [binary, "replay", "--host", "mail.test", str(folder / "stream")]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    return done.stdout.splitlines(keepends=True)


def events(folder: Path) -> list[Line]:
    return [json.loads(text) for path in folder.glob("events*") for text in path.open()]


def shipped_lines(folder: Path) -> int:
    return sum(path.read_bytes().count(b"\n") for path in folder.glob("events*"))


def compare(checks: Checks, texts: list[str], shipped: list[Line]) -> None:
    lines = {name_of(line): line for line in map(json.loads, texts)}
    seen = Counter(map(name_of, shipped))
    checks.equal("each line once", seen, Counter(lines.keys()))
    ids = {get(event, "event.id"): get(event, "@metadata._id") for event in shipped}
    ids.pop(None, None)
    checks.equal("the document's id is the event.id", {k for k, v in ids.items() if k != v}, set())
    added = ADDED | CUT
    different = {}
    for event in shipped:
        event.pop("@metadata")
        found = differences(lines.get(name_of(event), {}), event)
        if others := found.keys() - added:
            different[name_of(event)] = {name: found[name] for name in others}
    checks.equal("an event is what was written, and where Filebeat read it", different, {})


def check_file(checks: Checks, folder: Path, texts: list[str]) -> None:
    """The log grows and is renamed twice while Filebeat reads it."""
    log, out = folder / "events.json", folder / "out"
    places = {WHERE_THE_LOG_IS: f"{log}*"}
    filebeat = Filebeat(
        FILESTREAM, CONFIGURATIONS / "filebeat.yml", places, *ELSEWHERE, "-E", f"output.file.path={out}"
    )
    third = len(texts) // 3
    log.write_text("".join(texts[:third]))
    with filebeat:
        for start in (third, 2 * third):
            wait_until("Filebeat ships", lambda: shipped_lines(out) >= start, 60)
            log.rename(f"{log}.{start}")
            end = start + third if start < 2 * third else len(texts)
            log.write_text("".join(texts[start:end]))
        wait_until("Filebeat ships everything", lambda: filebeat.has_shipped(log), 60)
    compare(checks, texts, events(out))
    filebeat.remove()


def check_syslog(checks: Checks, folder: Path, texts: list[str]) -> None:
    log, out = folder / "mail.log", folder / "syslog"
    with log.open("w") as file:
        for number, text in enumerate(texts):
            file.write(OTHERS + SYSLOG[number % len(SYSLOG)] + text)
    places = {WHERE_SYSLOG_IS: str(log)}
    filebeat = Filebeat(
        FILESTREAM,
        CONFIGURATIONS / "filebeat-syslog.yml",
        places,
        *ELSEWHERE,
        "-E",
        f"output.file.path={out}",
    )
    with filebeat:
        wait_until("Filebeat ships everything", lambda: filebeat.has_shipped(log), 60)
    compare(checks, texts, events(out))
    filebeat.remove()


def main(binary: str) -> int:
    checks = Checks()
    with tempfile.TemporaryDirectory(prefix="filter-jsonlog-filestream.") as temporary:
        texts = make_lines(Path(temporary), binary)
        checks.subject = "filebeat.yml, the file renamed twice"
        check_file(checks, Path(temporary), texts)
        checks.subject = "filebeat-syslog.yml"
        check_syslog(checks, Path(temporary), texts)
    print(f"Filebeat {FILESTREAM}: {checks.passed} checks passed, {len(checks.failed)} failed")
    return 1 if checks.failed else 0


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit("usage: python3 -m tests.elk.test_filestream BINARY")
    sys.exit(main(sys.argv[1]))
