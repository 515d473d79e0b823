# SPDX-License-Identifier: ISC
"""What people read of hostile input: python3 -m tests.mutation.read BINARY [SEED [LINES]]

Mutated reports, the log made of them, that log with bytes of it changed, every input of the fuzzers and
a line of 10 MB go through explain, trace, summary and verify. Each ends with its own exit status, nothing
that a terminal obeys comes out, and what is no line of a log is told of.
"""

import json
import random
import subprocess
import sys
import tempfile
import unicodedata
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from script.lib.checkout import ROOT
from tests.mutation import stream

WORKERS = 2
TIMEOUT_S = 120
LONG_LINE = 10_000_000
CHANGED_BYTES_PER_LINE = 2
HOSTILE = [b"\x1b[2J\x1b]0;x\x07", b"\xe2\x80\xae", b"\xc2\x9b31m", b"\x7f", b"\x00", b"\r", b"\xff", b'"', b"\\", b"{", b"|"]
COMMANDS = (["explain"], ["explain", "--json"], ["explain", "--failed", "--last", "50"], ["trace", "--address", "*", "--last", "50"],
            ["trace", "--address", "*", "--json"], ["summary"], ["summary", "--json"], ["verify"], ["verify", "--json"])
STATUSES = (0, 1)


def obeyed(text: str) -> list[str]:
    """Characters that move a terminal's cursor, change its state, or the order of what is shown."""
    return [f"U+{ord(c):04X}" for c in sorted(set(text)) if c != "\n" and unicodedata.category(c) in ("Cc", "Cf", "Cs", "Zl", "Zp")]


def changed(rng: random.Random, log: bytes) -> bytes:
    lines = log.splitlines(keepends=True)
    for at, line in enumerate(lines):
        text = bytearray(line)
        for _ in range(CHANGED_BYTES_PER_LINE):
            place = rng.randrange(len(text))
            text[place:place + 1] = rng.choice(HOSTILE)
        lines[at] = bytes(text)
    return b"".join(lines)


def complaints_of(binary: str, command: list[str], source: Path) -> list[str]:
    name = f"{' '.join(command)} {source.name}"
    result = subprocess.run([binary, *command, str(source)], stdin=subprocess.DEVNULL, capture_output=True, timeout=TIMEOUT_S, check=False)
    complaints = []
    if result.returncode not in STATUSES:
        complaints.append(f"{name}: exit status {result.returncode}: {result.stderr[-300:]!r}")
    for stream_name, data in (("output", result.stdout), ("errors", result.stderr)):
        try:
            found = obeyed(data.decode())
        except UnicodeDecodeError as error:
            found = [str(error)]
        if found:
            complaints.append(f"{name}: in its {stream_name}: {found}")
    if "--json" in command:
        for line in result.stdout.splitlines():
            try:
                json.loads(line)
            except ValueError as error:
                complaints.append(f"{name}: {error}: {line[:200]!r}")
                break
    if source.name in ("changed", "long") and command[0] != "verify" and b"neither of a log nor reports" not in result.stderr:
        complaints.append(f"{name}: foreign lines are not told of: {result.stderr[-300:]!r}")
    return complaints


def main() -> int:
    binary, seed, lines = sys.argv[1], *(int(word) for word in (sys.argv[2:] + ["1", "60000"][len(sys.argv) - 2:]))
    rng = random.Random(seed)
    with tempfile.TemporaryDirectory() as folder:
        inputs = [Path(folder) / name for name in ("reports", "log", "changed", "fuzzed", "long")]
        reports, log, altered, fuzzed, long_line = inputs
        reports.write_bytes(stream.make(seed, lines).data)
        log.write_bytes(subprocess.run([binary, "replay", str(reports)], check=True, capture_output=True).stdout)
        altered.write_bytes(changed(rng, log.read_bytes()))
        fuzzed.write_bytes(b"\n".join(path.read_bytes() for path in sorted((ROOT / "tests/fuzz/corpus").glob("*/*"))))
        long_line.write_bytes(b'{"message":"' + b"\x1b[31m" * (LONG_LINE // 5) + b"\n" + log.read_bytes()[:100_000])
        jobs = [(command, source) for source in inputs for command in COMMANDS]
        with ThreadPoolExecutor(WORKERS) as pool:
            found = [line for lines in pool.map(lambda job: complaints_of(binary, *job), jobs) for line in lines]
    for line in found[:20]:
        print(line[:600])
    print(f"{len(jobs)} readings, {len(found)} complaints")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
