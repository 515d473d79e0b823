# SPDX-License-Identifier: ISC
"""python3 -m tests.bench.stopped BINARY STREAM: 300 MB of reports while the output stands still, against the same to
/dev/null.

The output is a FIFO that nobody reads, a full file system or a stopped rsyslog. It comes back when the last report has
been read; then every line of that run has to be there or to be counted as dropped.
"""

from __future__ import annotations

import fcntl
import json
import os
import re
import struct
import subprocess
import sys
import tempfile
import termios
import time
from collections.abc import Callable
from pathlib import Path

from script.lib.smtpd import private_machine
from tests.syslog.account import Account
from tests.syslog.chain import last_line
from tests.syslog.daemons import Rsyslog

REPORT_BYTES = 300_000_000


class Stream:
    """A recorded stream, as often as it takes."""

    def __init__(self, path: str) -> None:
        self.file = open(path, "rb")
        self.handshake = b""
        while not self.handshake.endswith(b"config|ready\n"):
            self.handshake += self.file.readline()
        self.begin = self.file.tell()
        reports = sum(1 for _ in self.file)
        self.end = self.file.tell()
        self.times = -(-REPORT_BYTES // (self.end - self.begin))
        self.reports = self.times * reports

    def feed(self, pipe: int) -> float:
        """Seconds until the other end has read all of it."""
        begin = time.perf_counter()
        for _ in range(self.times):
            at = self.begin
            while at < self.end:
                at += os.splice(self.file.fileno(), pipe, self.end - at, offset_src=at)
        while struct.unpack("i", fcntl.ioctl(pipe, termios.FIONREAD, bytes(4)))[0]:
            time.sleep(0.001)
        return time.perf_counter() - begin


class Filter:
    def __init__(self, binary: str, *output: str | Path) -> None:
        self.process = subprocess.Popen([binary, *output, "--stats-interval", "0"], stdin=subprocess.PIPE,
                                        stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        assert self.process.stdin and self.process.stdout and self.process.stderr
        self.stdin, self.stdout, self.stderr = self.process.stdin, self.process.stdout, self.process.stderr

    def drain(self, stream: Stream) -> float:
        self.stdin.write(stream.handshake)
        self.stdin.flush()
        while self.stdout.readline() != b"register|ready\n":
            pass
        return stream.feed(self.stdin.fileno())

    def wait_until_it_writes_again(self) -> None:
        while b": writing again, " not in self.stderr.readline():
            pass

    def peak_kib(self) -> int:
        status = Path(f"/proc/{self.process.pid}/status").read_text()
        return int(re.findall(r"VmHWM:\s*(\d+) kB", status)[0])

    def end(self) -> None:
        self.stdin.close()
        said = self.stderr.read()
        assert (self.process.wait(), said) == (0, b""), said


def to_null(binary: str, stream: Stream) -> float:
    filter_ = Filter(binary, "--file", "/dev/null")
    seconds = filter_.drain(stream)
    filter_.end()
    return seconds


class Fifo:
    name = "a FIFO nobody reads"

    def __init__(self, folder: Path) -> None:
        fifo, self.events = folder / "fifo", folder / "events.json"
        os.mkfifo(fifo)
        self.reader = os.open(fifo, os.O_RDONLY | os.O_NONBLOCK)
        self.arguments = ("--file", fifo)

    def stop(self) -> None:
        pass

    def come_back(self) -> None:
        os.set_blocking(self.reader, True)
        with self.events.open("wb") as events:
            self.cat = subprocess.Popen(["cat"], stdin=self.reader, stdout=events)

    def close(self) -> None:
        os.close(self.reader)
        self.cat.wait()


class FullFileSystem:
    name = "a full file system"

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        private_machine.mount(folder, "-t", "tmpfs", "-o", "size=1m", "private")
        self.events = folder / "events.json"
        self.arguments = ("--file", self.events, "--rotate-size", "0")

    def stop(self) -> None:
        """A write that succeeds in part is what fills it."""

    def come_back(self) -> None:
        subprocess.run(["mount", "-o", "remount,size=1g", self.folder], check=True)

    def close(self) -> None:
        pass


class StoppedDaemon:
    name = "a stopped rsyslog"

    def __init__(self, folder: Path) -> None:
        self.daemon = Rsyslog(folder)
        self.daemon.start()
        self.events = self.daemon.file
        self.arguments = ("--syslog", "--syslog-socket", self.daemon.socket)

    def stop(self) -> None:
        self.daemon.suspend()

    def come_back(self) -> None:
        self.daemon.resume()

    def close(self) -> None:
        self.daemon.stop()


def measure(binary: str, stream: Stream, output: Fifo | FullFileSystem | StoppedDaemon) -> None:
    null = to_null(binary, stream)
    filter_ = Filter(binary, *output.arguments)
    output.stop()
    seconds = filter_.drain(stream)
    output.come_back()
    filter_.wait_until_it_writes_again()
    peak = filter_.peak_kib()
    filter_.end()
    output.close()
    account = Account(output.events)
    closing = json.loads(last_line(output.events))["opensmtpd"]["stats"]
    adds_up = (account.closed and not account.undeclared and closing["events"]["total"] == stream.reports
               and closing["lines"]["total"] == account.received == account.made - account.dropped)
    print(f"{output.name}: drained in {seconds:.2f} s, /dev/null in {null:.2f} s, speed ratio {null / seconds:.2f},"
          f" peak {peak / 1024:.0f} MiB")
    print(f"  {stream.reports} reports, {account.made} lines: {account.received} arrived, {account.dropped} declared as"
          f" dropped, {'adds up' if adds_up else 'DOES NOT ADD UP'}", flush=True)


def main(binary: str, path: str) -> None:
    stream = Stream(path)
    outputs: list[Callable[[Path], Fifo | FullFileSystem | StoppedDaemon]] = [Fifo, FullFileSystem, StoppedDaemon]
    for make in outputs:
        with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
            measure(binary, stream, make(Path(folder)))


if __name__ == "__main__":
    main(*sys.argv[1:])
