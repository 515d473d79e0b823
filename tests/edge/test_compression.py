# SPDX-License-Identifier: ISC
"""Rotated files are packed when they are old enough, and whatever happens on the way no line is lost."""

import gzip
import os
import re
import signal
import subprocess
from pathlib import Path

from script.lib.checkout import ROOT
from script.lib.waiting import wait_until
from tests.lib import program
from tests.lib.program import EdgeTest, Filter
from tests.lib.recordings import TRANSCRIPTS

TRANSCRIPT = TRANSCRIPTS[0].read_bytes()
STREAM = TRANSCRIPT + b"".join(line for line in TRANSCRIPT.splitlines(keepends=True)
                               if line.startswith(b"report|")) * 4
SIZE = "200K"


def unpacked(path: Path) -> bytes:
    if path.suffix == ".gz":
        return gzip.decompress(path.read_bytes())
    if path.suffix == ".zst":
        return subprocess.run(["zstd", "-q", "-d", "-c", path], stdout=subprocess.PIPE, check=True).stdout
    return path.read_bytes()


class Compression(EdgeTest):
    def files(self) -> list[Path]:
        return sorted(self.folder.glob("events-*.json*"))

    def packed(self) -> list[Path]:
        return [path for path in self.files() if path.suffix in (".gz", ".zst")]

    def plain(self) -> list[Path]:
        return [path for path in self.files() if path.suffix == ".json"]

    def sequences(self) -> list[int]:
        return [record["opensmtpd"]["logger"]["sequence"] for path in [*self.files(), self.file]
                for record in program.records(unpacked(path))]

    def options(self, how: str, *more: str) -> list[str]:
        return [*self.output, "--rotate-size", SIZE, "--keep", "0", "--compress", how, *more]

    def test_all_but_the_newest_are_packed_and_no_line_is_lost(self) -> None:
        for how, suffix in (("zstd", ".zst"), ("gzip", ".gz")):
            with self.subTest(how), Filter(*self.options(how)) as running:
                running.start().send(STREAM)
                wait_until("two plain files", lambda: len(self.packed()) > 5 and len(self.plain()) == 2)
                self.assertEqual(running.end(), (0, b"", b""))
                self.assertEqual({path.suffix for path in self.packed()}, {suffix})
                self.assertEqual(self.plain(), self.files()[-2:])
                self.assertEqual(self.sequences(), list(range(len(self.sequences()))))
            for path in [*self.files(), self.file]:
                path.unlink()

    def test_so_many_of_the_newest_stay_plain(self) -> None:
        with Filter(*self.options("zstd", "--compress-after", "0")) as running:
            running.start().send(STREAM)
            wait_until("no plain file", lambda: len(self.packed()) > 5 and not self.plain())
            running.end()

    def test_a_packed_file_keeps_the_mode_and_the_time_of_the_plain_one(self) -> None:
        old = self.folder / "events-20200101T000000Z.json"
        old.write_bytes(b"{}\n")
        old.chmod(0o640)
        os.utime(old, (1_500_000_000, 1_500_000_000))
        with Filter(*self.options("zstd", "--compress-after", "0")) as running:
            running.start()
            wait_until("the packed file", lambda: self.packed() and not self.plain())
            running.end()
        status = self.packed()[0].stat()
        self.assertEqual((status.st_mode & 0o777, status.st_mtime), (0o640, 1_500_000_000))
        self.assertEqual(unpacked(self.packed()[0]), b"{}\n")

    def test_what_a_killed_packer_left_is_removed_and_other_files_are_not(self) -> None:
        left = self.folder / "events-20200101T000000Z.json.zst.unfinished"
        stranger = self.folder / "events-20200101T000000Z.json.zst.mine"
        left.write_bytes(b"half")
        stranger.write_bytes(b"mine")
        with Filter(*self.options("zstd")) as running:
            running.start()
            wait_until("the leftover to go", lambda: not left.exists())
            running.end()
        self.assertEqual(stranger.read_bytes(), b"mine")

    def test_a_kill_at_any_moment_loses_nothing(self) -> None:
        text = program.run("replay", "-", stdin=STREAM).stdout
        for number in range(20):
            old = self.folder / f"events-20200101T0000{number:02}Z.json"
            old.write_bytes(text)
            with Filter(*self.options("zstd", "--compress-after", "0")) as running:
                running.start()
                unfinished = self.folder / (old.name + ".zst.unfinished")
                wait_until("the packing to begin", lambda: unfinished.exists() or not old.exists())
                running.process.send_signal(signal.SIGKILL)
                running.process.wait()
            whole = [path for path in self.files() if path.name in (old.name, old.name + ".zst")]
            self.assertTrue(whole)
            for path in whole:
                self.assertEqual(unpacked(path), text)
        with Filter(*self.options("zstd", "--compress-after", "0")) as running:
            running.start()
            wait_until("all to be packed", lambda: not [path for path in self.plain() if "2020" in path.name])
            running.end()
        self.assertEqual([path.name for path in self.folder.iterdir() if path.suffix == ".unfinished"], [])
        self.assertEqual(len([path for path in self.packed() if "2020" in path.name]), 20)

    def test_kept_bytes_are_those_on_the_disk(self) -> None:
        text = program.run("replay", "-", stdin=STREAM).stdout
        packed = gzip.compress(text)
        for number in range(9):
            (self.folder / f"events-20200101T0000{number:02}Z.json.gz").write_bytes(packed)
        most = 5 * len(packed) + 1
        self.assertGreater(len(text), most)
        with Filter(*self.options("zstd", "--keep-bytes", str(most))) as running:
            running.start()
            running.end()
        self.assertEqual([path.name[20:22] for path in self.packed()], ["04", "05", "06", "07", "08"])

    def test_a_file_that_cannot_be_packed_stays_and_is_told_once(self) -> None:
        old = self.folder / "events-20200101T000000Z.json"
        old.write_bytes(b"{}\n")
        (self.folder / (old.name + ".zst.unfinished")).mkdir()
        with Filter(*self.options("zstd", "--compress-after", "0")) as running:
            self.assertIn("cannot be packed", running.start().read_diagnostic())
            running.send(STREAM)
            self.assertNotIn(b"cannot be packed", running.end()[2])
        self.assertEqual(old.read_bytes(), b"{}\n")

    def test_shippers_look_at_no_packed_file(self) -> None:
        for path in (ROOT / "contrib").rglob("*"):
            if path.is_file():
                for pattern in re.findall(r"[\w/.-]*events[\w*-]*\.json\*?", path.read_text(encoding="utf-8")):
                    self.assertFalse(pattern.endswith("*"), f"{path}: {pattern}")


if __name__ == "__main__":
    program.main()
