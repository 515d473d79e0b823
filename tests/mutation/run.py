# SPDX-License-Identifier: ISC
"""Feeds mutated lines to the real program: python3 -m tests.mutation.run BINARY [SEED [LINES]]

In filter mode and in replay: one valid JSON line per input line, besides the ends that the
program writes for sessions itself, exit status 0, nothing on standard output but the
registration, and no planted secret anywhere, in any format.
"""

import json
import subprocess
import sys
import tempfile
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from pathlib import Path

from tests.lib import check
from tests.mutation import secret, stream

WORKERS = 2
TIMEOUT_S = 50
SHOWN = 10
REGISTRATION = b"register|report|smtp-in|*\nregister|report|smtp-out|*\nregister|ready\n"
SYNTHETIC = ("session-shutdown", "session-evicted")
RUNS = ("json", "json --original", "json --detail full --max-line 8000", "raw", "kv")
CHECKED = "json --original"  # every line against the schema
SAMPLED = "json --detail full --max-line 8000"  # every tenth, and the length of all
SAMPLE_STEP = 10
LINE_BUDGET = 8000


class Run:
    """One run of the program over the stream, and what it left behind."""

    def __init__(self, binary: str, source: Path, options: str, target: Path | None) -> None:
        self.name = f"{'filter' if target else 'replay'} --format {options}"
        words = ["--format", *options.split()]
        command = [binary, "replay", *words, str(source)]
        if target:
            command = [binary, "--file", str(target), "--rotate-size", "0", *words]
        with open(source, "rb") as stdin:
            result = subprocess.run(command, stdin=stdin if target else subprocess.DEVNULL, capture_output=True,
                                    timeout=TIMEOUT_S, check=False)
        self.complaints: list[str] = []
        if result.returncode != 0:
            self.complaints.append(f"exit status {result.returncode}: {result.stderr[-400:]!r}")
        self.output = result.stdout
        if target:
            if result.stdout != REGISTRATION:
                self.complaints.append(f"standard output holds {result.stdout[:400]!r}")
            self.output = target.read_bytes() if target.exists() else b""
        if not self.output:
            self.complaints.append("nothing came out")
        for leak in secret.leaks(self.output):
            self.complaints.append(f"a secret in the output: {leak!r}")
        for leak in secret.leaks(result.stderr):
            self.complaints.append(f"a secret on standard error: {leak!r}")

    def lines(self) -> list[bytes]:
        if self.output and not self.output.endswith(b"\n"):
            self.complaints.append("the output does not end with a line feed")
        return self.output.split(b"\n")[:-1]


class Part:
    """What one worker found in its share of the lines."""

    def __init__(self) -> None:
        self.complaints: list[str] = []
        self.reports = 0
        self.synthetic = 0
        self.sequences: list[tuple[str, int]] = []


def examine(lines: list[bytes], offset: int) -> Part:
    part = Part()
    for number, line in enumerate(lines, offset + 1):
        try:
            record = check.parse_line(line)
        except (ValueError, RecursionError) as error:
            part.complaints.append(f"line {number}: no valid JSON line: {error}: {line[:300]!r}")
            continue
        for complaint in check.check_object(line, record):
            part.complaints.append(f"line {number}: {complaint}: {line[:300]!r}")
        kind = record.get("opensmtpd", {}).get("record")
        if kind in ("event", "anomaly"):
            synthetic = record.get("event", {}).get("action") in SYNTHETIC
            part.synthetic += synthetic
            part.reports += not synthetic
            logger = record["opensmtpd"].get("logger", {})
            part.sequences.append((logger.get("run", ""), logger.get("sequence", -1)))
    return part


def examine_all(lines: list[bytes], expected: int) -> tuple[list[str], str]:
    """Complaints about the JSON lines of one run, and a summary."""
    half = len(lines) // WORKERS + 1
    starts = range(0, len(lines), half)
    with ProcessPoolExecutor(WORKERS) as pool:
        parts = list(pool.map(examine, [lines[start:start + half] for start in starts], starts))
    complaints = [complaint for part in parts for complaint in part.complaints]
    reports, synthetic = sum(part.reports for part in parts), sum(part.synthetic for part in parts)
    if reports != expected:
        complaints.append(f"{expected} lines went in, {reports} records came out")
    last: dict[str, int] = {}
    for part in parts:
        for run, sequence in part.sequences:
            # Before its first report a process has run 0, and goes on counting after it.
            before = last.setdefault(run, last.pop("0", -1))
            if sequence != before + 1:
                complaints.append(f"run {run}: sequence {sequence} after {before}")
            last[run] = sequence
    return complaints, f"{expected} lines in, {reports} records and {synthetic} session ends out"


def apart(lines: list[bytes]) -> tuple[list[bytes], list[bytes]]:
    """The records of events, which a replay writes too, and the program's own ones."""
    own, rest = [], []
    for line in lines:
        is_own = (b'"meta"' in line or b'"stats"' in line) and (
            json.loads(line)["opensmtpd"]["record"] in ("meta", "stats"))
        (own if is_own else rest).append(line)
    return rest, own


def compare(live: Run, replay: Run) -> None:
    """A replay gives the bytes of the live file, but for the program's own records."""
    events, own = apart(live.lines())
    replayed = replay.lines()
    if events != replayed:
        at = next((number for number, (one, other) in enumerate(zip(events, replayed), 1) if one != other), 0)
        live.complaints.append(f"{len(events)} records, {len(replayed)} replayed, first difference at {at}")
    live.complaints += [f"own record: {complaint}: {line[:300]!r}" for line in own
                        for complaint in check.check_line(line)]


def report(run: Run) -> bool:
    for complaint in run.complaints[:SHOWN]:
        print(f"FAIL {run.name}: {complaint}")
    if len(run.complaints) > SHOWN:
        print(f"FAIL {run.name}: … and {len(run.complaints) - SHOWN} more")
    return bool(run.complaints)


def main(arguments: list[str]) -> int:
    if not arguments or arguments[0].startswith("-"):
        print(__doc__, file=sys.stderr)
        return 2
    binary, *numbers = arguments
    seed, line_count = [*map(int, numbers), *(1, 60_000)[len(numbers):]]
    made = stream.make(seed, line_count)
    failed = False
    with tempfile.TemporaryDirectory() as folder, ThreadPoolExecutor(WORKERS) as pool:
        source, target = Path(folder) / "stream", Path(folder) / "events"
        source.write_bytes(made.data)
        for options in RUNS:
            target.unlink(missing_ok=True)
            live, replay = pool.map(lambda path: Run(binary, source, options, path), (target, None))
            if options.startswith("json"):
                compare(live, replay)
                if options == CHECKED:
                    complaints, summary = examine_all(replay.lines(), made.lines)
                    replay.complaints += complaints
                    print(f"{replay.name}: {summary}")
                elif options == SAMPLED:
                    lines = replay.lines()
                    replay.complaints += examine(lines[::SAMPLE_STEP], 0).complaints
                    replay.complaints += [f"a line of {len(line)} bytes: {line[:200]!r}" for line in lines
                                          if len(line) > LINE_BUDGET]
            failed |= report(live)
            failed |= report(replay)
    print(f"seed {seed}: {'failed' if failed else 'passed'}")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
