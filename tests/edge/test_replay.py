# SPDX-License-Identifier: ISC
"""A replay gives the bytes of the live file."""

import subprocess

from tests.lib import program
from tests.lib.program import EdgeTest, connect, report
from tests.lib.recordings import TRANSCRIPTS

FORMATS = [("--format", "json", "--detail", detail, *more)
           for detail in ("compact", "standard", "full") for more in ((), ("--original",))]
FORMATS += [("--format", "json", "--max-line", "6000"), ("--format", "raw"), ("--format", "kv")]


class Replay(EdgeTest):
    def test_there_are_transcripts(self) -> None:
        self.assertEqual(len(TRANSCRIPTS), 3)

    def test_equals_the_live_file(self) -> None:
        for transcript in TRANSCRIPTS:
            for options in FORMATS:
                with self.subTest(transcript=transcript.parent.name, options=options):
                    self.file.unlink(missing_ok=True)
                    live = program.run(*self.output, *options, stdin=transcript.read_bytes())
                    self.assertEqual((live.returncode, live.stderr), (0, b""))
                    replay = program.run("replay", *options, str(transcript))
                    self.assertEqual((replay.returncode, replay.stderr), (0, b""))
                    self.assertGreater(len(replay.stdout), 10_000)
                    self.assertTrue(replay.stdout == program.without_own_records(self.file.read_bytes()), "the bytes differ")

    def test_of_several_files_is_one_stream(self) -> None:
        first, second = self.folder / "1", self.folder / "2"
        first.write_bytes(program.HANDSHAKE + connect())
        second.write_bytes(report("timeout") + program.HANDSHAKE + connect())
        result = program.run("replay", str(first), str(second))
        self.assertEqual(result.returncode, 0)
        self.assertEqual([(line["event"]["action"], line["event"]["sequence"])
                          for line in program.records(result.stdout)],
                         [("link-connect", 0), ("timeout", 1), ("session-shutdown", 2),
                          ("link-connect", 0), ("session-shutdown", 1)])

    def test_a_hyphen_is_standard_input(self) -> None:
        stream = TRANSCRIPTS[0].read_bytes()
        self.assertEqual(program.run("replay", "-", stdin=stream).stdout,
                         program.run("replay", str(TRANSCRIPTS[0])).stdout)

    def test_into_a_file_is_the_same(self) -> None:
        result = program.run("replay", *self.output, str(TRANSCRIPTS[0]))
        self.assertEqual((result.returncode, result.stdout), (0, b""))
        self.assertEqual(self.file.read_bytes(), program.run("replay", str(TRANSCRIPTS[0])).stdout)

    def test_twice_gives_the_same_bytes(self) -> None:
        self.assertEqual(program.run("replay", str(TRANSCRIPTS[1])).stdout,
                         program.run("replay", str(TRANSCRIPTS[1])).stdout)

    def test_malformed_lines_are_no_failure(self) -> None:
        result = program.run("replay", "-", stdin=b"nonsense\n\0\n")
        self.assertEqual((result.returncode, result.stderr), (0, b""))
        self.assertEqual(len(program.records(result.stdout)), 2)

    def test_a_missing_or_unreadable_input_is_one_line_on_standard_error(self) -> None:
        for path in (str(self.folder / "missing"), str(self.folder)):
            with self.subTest(path):
                result = program.run("replay", path)
                self.assertNotEqual(result.returncode, 0)
                self.assertEqual(result.stderr.count(b"\n"), 1, result.stderr)
                self.assertIn(path.encode(), result.stderr)

    def test_into_a_closed_pipe_ends_quietly(self) -> None:
        process = subprocess.Popen([program.BINARY, "replay", *map(str, TRANSCRIPTS)], stdin=subprocess.DEVNULL,
                                   stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        assert process.stdout is not None and process.stderr is not None
        process.stdout.close()
        err = process.stderr.read()
        process.stderr.close()
        self.assertNotEqual(process.wait(program.DEADLINE_S), 0)
        self.assertLessEqual(err.count(b"\n"), 1, err)

    def test_a_full_disk_is_a_failure_here(self) -> None:
        with open("/dev/full", "wb") as full:
            result = subprocess.run([program.BINARY, "replay", str(TRANSCRIPTS[0])], stdin=subprocess.DEVNULL,
                                    stdout=full, stderr=subprocess.PIPE, timeout=program.DEADLINE_S, check=False)
        self.assertNotEqual(result.returncode, 0)
        self.assertEqual(result.stderr.count(b"\n"), 1, result.stderr)


if __name__ == "__main__":
    program.main()
