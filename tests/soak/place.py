# SPDX-License-Identifier: ISC
"""A small disk of our own, with the log's folder, and what becomes of its files."""

from __future__ import annotations

import ctypes
import os
import shutil
import subprocess
from concurrent.futures import Executor, Future
from dataclasses import dataclass, field
from pathlib import Path

from tests.soak.account import Account
from tests.soak.reading import Reading, read_file

NEW_MOUNT_TABLE = 0x20000
FILE = "events.json"


def mount_privately(folder: Path, megabytes: int) -> bool:
    """A tmpfs that only this process and its children see; in a plain chroot, where others see it, unmount it."""
    libc = ctypes.CDLL(None, use_errno=True)
    if os.geteuid() != 0 or libc.unshare(NEW_MOUNT_TABLE) != 0:
        return False
    subprocess.run(["mount", "--make-rprivate", "/"], stderr=subprocess.DEVNULL)
    mount = ["mount", "-t", "tmpfs", "-o", f"size={megabytes}m,mode=755", "soak", str(folder)]
    return subprocess.run(mount, stderr=subprocess.DEVNULL).returncode == 0


def open_files(pid: int) -> set[tuple[int, int]]:
    """Device and inode of all that a process has open; nothing of one that has ended."""
    found = set()
    folder = f"/proc/{pid}/fd"
    try:
        for name in os.listdir(folder):
            try:
                status = os.stat(f"{folder}/{name}")
            except FileNotFoundError:
                continue
            found.add((status.st_dev, status.st_ino))
    except (FileNotFoundError, PermissionError, ProcessLookupError):
        pass
    return found


@dataclass
class Place:
    root: Path
    readers: Executor
    account: Account = field(default_factory=Account)
    keeping: Path | None = None  # where what has been read goes, instead of being deleted
    full: bool = False
    kept: list[int] = field(default_factory=list)  # descriptors of files that were removed
    at_work: list[tuple[Future[Reading], Path | int]] = field(default_factory=list)
    number: int = 0

    def __post_init__(self) -> None:
        self.log = self.root / "log"
        self.moved = self.root / "moved"
        self.done = self.root / "done"
        self.pipe = self.root / "pipe"
        for folder in (self.log, self.moved, self.done, self.pipe):
            folder.mkdir()
        self.file = self.log / FILE
        self.balloon = self.root / "balloon"

    def new_name(self) -> str:
        self.number += 1
        return f"{self.number:06}.json"

    # --- Faults ---

    def fill(self, rest: int) -> None:
        """All but that many bytes."""
        self.full = True
        status = os.statvfs(self.root)
        with open(self.balloon, "wb") as balloon:
            try:
                os.posix_fallocate(balloon.fileno(), 0, max(1, status.f_bavail * status.f_bsize - rest))
            except OSError:  # the filter was faster
                pass

    def free(self) -> None:
        self.balloon.unlink(missing_ok=True)
        self.full = False

    def move_file(self) -> None:
        try:
            self.file.rename(self.moved / self.new_name())
        except FileNotFoundError:
            pass

    def move_folder(self) -> None:
        self.log.rename(self.moved / self.new_name())

    def remove_folder(self) -> None:
        """The lines in it are lost for its user; here they stay to be read. The filter must stand still meanwhile."""
        for path in self.log.iterdir():
            self.kept.append(os.open(path, os.O_RDONLY))
            path.unlink()
        self.log.rmdir()

    def make_folder(self) -> None:
        self.log.mkdir()

    # --- What is left behind is read ---

    def collect(self, *writers: int) -> None:
        """Files that these processes do not write any more. Listed first: one that is open later was made later."""
        files = [path for path in (*self.log.glob("*"), *self.moved.glob("**/*"), *self.pipe.glob("x*"))
                 if path.is_file() and path != self.file]
        in_use: set[tuple[int, int]] = set().union(*(open_files(writer) for writer in writers))
        for path in files:
            status = path.stat()
            if (status.st_dev, status.st_ino) in in_use:
                continue
            target = self.done / self.new_name()
            path.rename(target)
            self.read(target, str(target), has_meta=path.parent != self.pipe)
        for descriptor in list(self.kept):
            status = os.fstat(descriptor)
            if (status.st_dev, status.st_ino) not in in_use:
                self.kept.remove(descriptor)
                self.read(descriptor, f"/proc/{os.getpid()}/fd/{descriptor}", has_meta=True)
        self.take_readings(wait=False)

    def collect_file(self) -> None:
        """The log itself, when its process has ended."""
        self.move_file()
        self.collect()

    def read(self, what: Path | int, path: str, has_meta: bool) -> None:
        self.at_work.append((self.readers.submit(read_file, path, has_meta), what))

    def take_readings(self, wait: bool) -> None:
        """What has been read goes; but not from a disk that is to be full."""
        while self.at_work and not self.full and (wait or self.at_work[0][0].done()):
            future, what = self.at_work.pop(0)
            self.account.enter(future.result())
            if isinstance(what, int):
                if self.keeping is not None:
                    shutil.copyfile(f"/proc/self/fd/{what}", self.keeping / self.new_name())
                os.close(what)
            elif self.keeping is not None:
                what.rename(self.keeping / what.name)
            else:
                what.unlink()
