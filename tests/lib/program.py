# SPDX-License-Identifier: ISC
"""The real program as smtpd runs it: pipes on descriptors 0 to 2. Waits are for events, with a deadline."""

import json
import os
import select
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path
from typing import Any

from script.lib.waiting import wait_until

BINARY = ""  # set by main()
DEADLINE_S = 30
HANDSHAKE = b"config|smtpd-version|7.8.0-portable\nconfig|subsystem|smtp-in\nconfig|ready\n"
SESSION = "53d780c857e25095"


def report(event: str, *params: str, session: str = SESSION) -> bytes:
    """A report line of smtp-in."""
    return "|".join(["report", "0.7", "1795219878.453076", "smtp-in", event, session, *params]).encode() + b"\n"


def connect(session: str = SESSION) -> bytes:
    return report("link-connect", "a.example", "pass", "192.0.2.9:1", "192.0.2.1:25", session=session)


def all_records(output: bytes) -> list[dict[str, Any]]:
    return [json.loads(line) for line in output.splitlines()]


def without_own_records(output: bytes) -> bytes:
    """Without the lines that the log writes about itself."""
    return b"".join(line for line in output.splitlines(keepends=True)
                    if b'"record":"meta"' not in line and b'"record":"stats"' not in line)


def records(output: bytes) -> list[dict[str, Any]]:
    return all_records(without_own_records(output))


def run(*arguments: str, stdin: bytes = b"", **more: Any) -> subprocess.CompletedProcess[bytes]:
    return subprocess.run([BINARY, *arguments], input=stdin, capture_output=True, timeout=DEADLINE_S, check=False,
                          **more)


class Filter:
    """A filter that is running."""

    def __init__(self, *arguments: str, **more: Any) -> None:
        self.process = subprocess.Popen([BINARY, *arguments], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                        stderr=subprocess.PIPE, **more)

    def send(self, data: bytes) -> None:
        assert self.process.stdin is not None
        self.process.stdin.write(data)
        self.process.stdin.flush()

    def read_registration(self) -> bytes:
        """What it answers to the handshake."""
        assert self.process.stdout is not None
        answer = b""
        while not answer.endswith(b"register|ready\n"):
            ready, _, _ = select.select([self.process.stdout], [], [], DEADLINE_S)
            data = os.read(self.process.stdout.fileno(), 4096) if ready else b""
            if not data:
                raise AssertionError(f"no registration, only {answer!r}")
            answer += data
        return answer

    def read_diagnostic(self) -> str:
        """The next line on standard error, without its LF."""
        assert self.process.stderr is not None
        return self.process.stderr.readline().decode().rstrip("\n")

    def start(self) -> "Filter":
        """Through the handshake."""
        self.send(HANDSHAKE)
        self.read_registration()
        return self

    def end(self) -> tuple[int, bytes, bytes]:
        """End of input: the exit status, and what stood on stdout and stderr."""
        out, err = self.process.communicate(timeout=DEADLINE_S)
        return self.process.returncode, out, err

    def __enter__(self) -> "Filter":
        return self

    def __exit__(self, *_: object) -> None:
        if self.process.poll() is None:
            self.process.kill()
        for stream in (self.process.stdin, self.process.stdout, self.process.stderr):
            if stream is not None and not stream.closed:
                try:
                    stream.close()
                except BrokenPipeError:
                    pass
        self.process.wait()


class EdgeTest(unittest.TestCase):
    """Has a folder of its own, and a path for the output in it."""

    def setUp(self) -> None:
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name)
        self.file = self.folder / "events.json"
        self.output = ("--file", str(self.file))

    def wait_for_lines(self, count: int, path: Path | None = None) -> list[dict[str, Any]]:
        """Until there are so many, those of the log itself not counted."""
        path = path or self.file
        wait_until(f"{count} lines in {path}", lambda: path.exists() and without_own_records(path.read_bytes()).count(b"\n") >= count)
        return records(path.read_bytes())


def main() -> None:
    """TEST BINARY [unittest's options]"""
    global BINARY
    BINARY = str(Path(sys.argv.pop(1)).resolve())
    unittest.main()
