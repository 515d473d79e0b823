# SPDX-License-Identifier: ISC
"""Files that gzip or zstd packed are read like others; what is damaged in them is told."""

import gzip
import subprocess
import tempfile
import unittest
from pathlib import Path
from typing import Callable

from tests.lib import program
from tests.lib.recordings import TRANSCRIPTS


def zstd(data: bytes) -> bytes:
    return subprocess.run(["zstd", "-q", "-c"], input=data, stdout=subprocess.PIPE, check=True).stdout


PACKERS: dict[str, Callable[[bytes], bytes]] = {".gz": gzip.compress, ".zst": zstd}


class Packed(unittest.TestCase):
    def setUp(self) -> None:
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name)
        self.stream = TRANSCRIPTS[0].read_bytes()
        self.log = program.run("replay", str(TRANSCRIPTS[0])).stdout

    def write(self, name: str, data: bytes) -> str:
        path = self.folder / name
        path.write_bytes(data)
        return str(path)

    def test_replay_reads_them_by_their_first_bytes(self) -> None:
        for pack in PACKERS.values():
            with self.subTest(pack):
                packed = pack(self.stream)
                self.assertEqual(program.run("replay", self.write("a-name-that-says-nothing", packed)).stdout, self.log)
                self.assertEqual(program.run("replay", "-", stdin=packed).stdout, self.log)

    def test_pieces_packed_one_by_one_are_one_text(self) -> None:
        middle = len(self.stream) // 2
        for pack in PACKERS.values():
            with self.subTest(pack):
                packed = pack(self.stream[:middle]) + pack(b"") + pack(self.stream[middle:])
                self.assertEqual(program.run("replay", self.write("log", packed)).stdout, self.log)

    def test_verify_reads_them_among_others(self) -> None:
        lines = self.log.splitlines(keepends=True)
        third = len(lines) // 3
        files = [self.write("events.json", b"".join(lines[2 * third:])),
                 self.write("events-2.json.gz", gzip.compress(b"".join(lines[third:2 * third]))),
                 self.write("events-1.json.zst", zstd(b"".join(lines[:third])))]
        result = program.run("verify", *files)
        self.assertEqual((result.returncode, result.stderr), (0, b""))

    def test_verify_reads_folders_and_lines_with_a_header_of_syslog(self) -> None:
        lines = self.log.splitlines(keepends=True)
        self.write("events.json", b"".join(lines[200:]))
        self.write("events-1.json.gz", gzip.compress(b"".join(lines[:200])))
        self.write("readme.txt", b"nothing")
        result = program.run("verify", str(self.folder))
        self.assertEqual((result.returncode, result.stderr), (0, b""))
        for header in (b"Nov 21 00:16:40 mx filter-jsonlog[1]: ", b"<22>Nov 21 00:16:40 filter-jsonlog[1]: @cee: "):
            with self.subTest(header):
                log = b"\xef\xbb\xbf" + b"".join(header + line for line in lines)
                result = program.run("verify", "-", stdin=log)
                self.assertEqual((result.returncode, result.stderr), (0, b""))
        self.assertEqual(program.run("verify", "-", stdin=b"nonsense" + self.log).returncode, 1)

    def test_a_damaged_file_is_told_and_the_next_one_is_read(self) -> None:
        for suffix, pack in PACKERS.items():
            packed = pack(self.stream)
            flipped = bytearray(packed)
            flipped[len(packed) // 2] ^= 0xff
            for damaged in (packed[:len(packed) // 2], bytes(flipped), packed + b"x" * 10):
                with self.subTest(suffix):
                    path = self.write("stream" + suffix, damaged)
                    result = program.run("replay", path, str(TRANSCRIPTS[1]))
                    self.assertEqual(result.returncode, 1)
                    self.assertEqual(result.stderr.count(b"\n"), 1, result.stderr)
                    self.assertIn(path.encode() + b": damaged", result.stderr)
                    self.assertTrue(result.stdout.endswith(program.run("replay", str(TRANSCRIPTS[1])).stdout[-200:]))

    def test_verify_says_up_to_where_a_damaged_log_could_be_read(self) -> None:
        for suffix, pack in PACKERS.items():
            with self.subTest(suffix):
                packed = pack(self.log)
                path = self.write("log" + suffix, packed[:len(packed) // 2])
                result = program.run("verify", path)
                self.assertEqual(result.returncode, 1)
                self.assertRegex(result.stderr, path.encode() + rb":\d+: damaged, or it ends too early")

    def test_a_file_of_less_than_a_magic_number_is_text(self) -> None:
        for text in (b"", b"x", b"xy\n", b"\x1f"):
            with self.subTest(text):
                self.assertEqual(program.run("replay", self.write("log", text)).returncode, 0)

    def test_what_only_begins_as_if_packed_is_damaged(self) -> None:
        for text in (b"\x1f\x8b", b"\x1f\x8bnonsense", b"\x28\xb5\x2f\xfd", b"\x28\xb5\x2f\xfdnonsense" * 100):
            with self.subTest(text[:8]):
                result = program.run("replay", self.write("log", text))
                self.assertEqual((result.returncode, result.stdout), (1, b""))


if __name__ == "__main__":
    program.main()
