# SPDX-License-Identifier: ISC
"""Rotation by size and by time: every line is in one file, in the order of the names, and nothing else is touched."""

import os
import shutil
import signal
import subprocess
import time
import unittest
from pathlib import Path
from typing import Any

from script.lib.checkout import ROOT
from script.lib.waiting import wait_until
from tests.lib import program
from tests.lib.program import EdgeTest, Filter, connect, report
from tests.lib.recordings import TRANSCRIPTS

NOBODY = 65534
SIZE = 100 * 1024
LONG_AGO = time.time() - 3 * 24 * 3600
TRANSCRIPT = TRANSCRIPTS[0].read_bytes()


class RotationTest(EdgeTest):
    def rotated(self) -> list[Path]:
        return sorted(self.folder.glob("events-*.json"))

    def sequences(self) -> list[int]:
        """Of all lines in all files."""
        return [record["opensmtpd"]["logger"]["sequence"] for path in [*self.rotated(), self.file]
                for record in program.records(path.read_bytes())]

    def run_filter(self, *options: str, stream: bytes = TRANSCRIPT, **more: Any) -> bytes:
        result = program.run(*self.output, *options, stdin=stream, **more)
        self.assertEqual(result.returncode, 0, result.stderr)
        return result.stderr


class Size(RotationTest):
    def test_under_load_every_line_is_in_one_file(self) -> None:
        stream = TRANSCRIPT + b"".join(line for line in TRANSCRIPT.splitlines(keepends=True)
                                       if line.startswith(b"report|")) * 4
        self.assertEqual(self.run_filter("--rotate-size", str(SIZE), "--keep", "0", stream=stream), b"")
        self.assertGreater(len(self.rotated()), 50)
        self.assertEqual(self.sequences(), list(range(len(self.sequences()))))
        written = b"".join(path.read_bytes() for path in [*self.rotated(), self.file])
        self.assertTrue(program.without_own_records(written) == program.run("replay", "-", stdin=stream).stdout)

    def test_no_file_is_larger(self) -> None:
        self.run_filter("--rotate-size", str(SIZE), "--keep", "0")
        for path in self.rotated():
            self.assertLessEqual(path.stat().st_size, SIZE)
            self.assertGreater(path.stat().st_size, SIZE - 5000)

    def test_a_line_longer_than_a_file_has_one_of_its_own(self) -> None:
        recipients = b"".join(report("tx-rcpt", "00000001", "ok", f"{number:0>60}@example.org")
                              for number in range(1000))
        self.run_filter("--rotate-size", "16K", "--detail", "full", "--keep", "0",
                        stream=program.HANDSHAKE + connect() + report("tx-begin", "00000001") + recipients)
        self.assertEqual(self.sequences(), list(range(len(self.sequences()))))
        self.assertGreater(max(path.stat().st_size for path in self.rotated()), 32 * 1024)

    def test_each_file_begins_with_a_meta_record_that_names_the_one_before(self) -> None:
        self.run_filter("--rotate-size", str(SIZE), "--keep", "0")
        files = [*self.rotated(), self.file]
        last = None
        for before, path in zip([None, *files], files):
            lines = program.all_records(path.read_bytes())
            meta = lines[0]["opensmtpd"]["meta"]
            self.assertEqual(lines[0]["event"]["action"], "file-start" if before else "logger-start")
            self.assertEqual(meta.get("previous_file"), str(before) if before else None)
            self.assertEqual(meta.get("previous_sequence"), last)
            last = lines[-1]["opensmtpd"]["logger"]["sequence"]

    def test_of_no_size_never_rotates(self) -> None:
        self.run_filter("--rotate-size", "0")
        self.assertEqual(self.rotated(), [])

    def test_a_full_file_of_an_earlier_process_is_rotated_first(self) -> None:
        self.run_filter("--rotate-size", "0")
        size = self.file.stat().st_size
        self.run_filter("--rotate-size", str(SIZE), stream=program.HANDSHAKE)
        self.assertEqual([path.stat().st_size for path in self.rotated()], [size])
        meta = program.all_records(self.file.read_bytes())[0]
        self.assertEqual(meta["event"]["action"], "logger-start")
        self.assertEqual(meta["opensmtpd"]["meta"]["previous_file"], str(self.rotated()[0]))

    def test_a_replay_does_not_rotate(self) -> None:
        with open(self.file, "wb") as file:
            file.truncate(200 << 20)
            file.seek(0, os.SEEK_END)
            file.write(b"\n")
        stream = self.folder / "stream"
        stream.write_bytes(TRANSCRIPT)
        self.assertEqual(program.run("replay", *self.output, str(stream)).returncode, 0)
        self.assertEqual(self.rotated(), [])


class Time(RotationTest):
    def make_old(self) -> bytes:
        self.run_filter(stream=program.HANDSHAKE + connect())
        os.utime(self.file, (LONG_AGO, LONG_AGO))
        return self.file.read_bytes()

    def test_a_file_of_an_earlier_hour_or_day_is_rotated(self) -> None:
        for period in ("hourly", "daily"):
            with self.subTest(period):
                old = self.make_old()
                self.run_filter("--rotate-time", period, stream=program.HANDSHAKE + connect())
                rotated = self.rotated()
                self.assertEqual([path.read_bytes() for path in rotated], [old])
                self.assertEqual(len(program.records(self.file.read_bytes())), 2)
                rotated[0].unlink()
                self.file.unlink()

    def test_a_file_of_this_hour_is_not(self) -> None:
        while time.time() % 3600 > 3590:  # the next one is about to begin
            time.sleep(1)
        for _ in range(2):
            self.run_filter("--rotate-time", "hourly", stream=program.HANDSHAKE + connect())
        self.assertEqual(self.rotated(), [])

    def test_by_time_and_by_size(self) -> None:
        self.make_old()
        self.run_filter("--rotate-time", "daily", "--rotate-size", str(SIZE), "--keep", "0")
        self.assertGreater(len(self.rotated()), 3)
        self.assertEqual(self.sequences()[2:], list(range(len(self.sequences()) - 2)))

    def test_without_it_an_old_file_is_continued(self) -> None:
        self.make_old()
        self.run_filter(stream=program.HANDSHAKE + connect())
        self.assertEqual(self.rotated(), [])


class Keep(RotationTest):
    def test_keeps_the_newest(self) -> None:
        self.run_filter("--rotate-size", str(SIZE), "--keep", "3")
        self.assertEqual(len(self.rotated()), 3)
        numbers = self.sequences()
        self.assertEqual(numbers, list(range(numbers[0], numbers[0] + len(numbers))))
        self.assertEqual(numbers[-1], len(program.run("replay", "-", stdin=TRANSCRIPT).stdout.splitlines()) - 1)

    def test_keeps_ten_unless_told_otherwise(self) -> None:
        self.run_filter("--rotate-size", str(SIZE))
        self.assertEqual(len(self.rotated()), 10)

    def test_keeps_so_many_bytes(self) -> None:
        self.run_filter("--rotate-size", str(SIZE), "--keep-bytes", str(5 * SIZE))
        self.assertEqual(len(self.rotated()), 5)
        self.assertLessEqual(sum(path.stat().st_size for path in self.rotated()), 5 * SIZE)

    def test_deletes_nothing_else(self) -> None:
        others = [self.folder / name for name in
                  ("events-20200101T000000Z.json.gz", "events-20200101.json", "events-2020.json", "events.json.1",
                   "other-20200101T000000Z.json", "events-20200101T000000Z.jsonx", "events-20200101T000000Z_1.json")]
        for other in others:
            other.write_text("precious")
        (self.folder / "events-20200101T000001Z.json").mkdir()
        (self.folder / "events-20200101T000002Z.json").symlink_to(others[0])
        (self.folder / "events-20200101T000003Z.json").write_text("{}\n")  # looks like ours
        self.run_filter("--rotate-size", str(SIZE), "--keep", "1")
        names = {path.name for path in self.folder.iterdir()}
        self.assertLessEqual({other.name for other in others}, names)
        self.assertLessEqual({"events-20200101T000001Z.json", "events-20200101T000002Z.json"}, names)
        self.assertNotIn("events-20200101T000003Z.json", names)
        self.assertEqual(len([path for path in self.rotated() if path.name.startswith("events-2") and "2020" not in
                              path.name]), 1)

    def test_what_is_too_much_goes_at_the_start(self) -> None:
        self.run_filter("--rotate-size", str(SIZE), "--keep", "5")
        self.run_filter("--rotate-size", str(SIZE), "--keep", "2", stream=program.HANDSHAKE)
        self.assertEqual(len(self.rotated()), 2)


class Obstacles(RotationTest):
    def nobody(self) -> dict[str, Any]:
        """Runs as a user who may write to the file, but not to its folder."""
        self.file.touch()
        if os.geteuid() == 0:
            os.chown(self.file, NOBODY, NOBODY)
            self.folder.chmod(0o755)
            binary = self.folder / "filter-jsonlog"  # where that user may read it
            shutil.copy(program.BINARY, binary)
            self.addCleanup(setattr, program, "BINARY", program.BINARY)
            program.BINARY = str(binary)
            return {"user": NOBODY, "group": NOBODY, "extra_groups": []}
        self.folder.chmod(0o555)
        self.addCleanup(self.folder.chmod, 0o755)
        return {}

    def test_a_file_that_cannot_be_renamed_goes_on(self) -> None:
        err = self.run_filter("--rotate-size", str(SIZE), **self.nobody())
        self.assertEqual(err.count(b"\n"), 1, err)
        self.assertIn(b"cannot be rotated", err)
        self.assertEqual(self.rotated(), [])
        self.assertEqual(self.sequences(), list(range(len(self.sequences()))))

    def test_rotation_comes_when_it_can(self) -> None:
        user = self.nobody()
        with Filter(*self.output, "--rotate-size", "16K", **user) as running:
            running.start().send(connect() + report("timeout") * 100)
            self.assertIn("cannot be rotated", running.read_diagnostic())
            self.wait_for_lines(101)
            self.folder.chmod(0o755)
            if user:
                os.chown(self.folder, NOBODY, NOBODY)

            def rotates() -> bool:
                running.send(report("timeout"))
                return bool(self.rotated())

            wait_until("a rotated file", rotates)
            self.assertIn("rotated again", running.read_diagnostic())
            self.assertEqual(running.end()[0], 0)
        self.assertEqual(self.sequences(), list(range(len(self.sequences()))))

    def test_a_device_is_never_rotated(self) -> None:
        result = program.run("--file", "/dev/null", stdin=TRANSCRIPT * 100)
        self.assertEqual((result.returncode, result.stderr), (0, b""))

    def test_renames_and_signals_in_between_lose_nothing(self) -> None:
        moved = []
        with Filter(*self.output, "--rotate-size", str(SIZE), "--keep", "0") as running:
            running.start().send(connect())
            for number in range(30):
                running.send(report("timeout") * 300)
                if self.file.exists():
                    moved.append(self.folder / f"moved-{number}")
                    try:
                        self.file.rename(moved[-1])
                    except FileNotFoundError:  # it was being rotated
                        moved.pop()
                running.process.send_signal(signal.SIGHUP)
            self.assertEqual(running.end()[0], 0)
        numbers = sorted(record["opensmtpd"]["logger"]["sequence"]
                         for path in [*self.rotated(), *moved, self.file] if path.exists()
                         for record in program.records(path.read_bytes()))
        self.assertEqual(numbers, list(range(9002)))


@unittest.skipUnless(shutil.which("logrotate") or os.environ.get("CI") == "true", "no logrotate")
class Logrotate(RotationTest):
    CONFIGURATION = ROOT / "contrib/logrotate/filter-jsonlog"

    def rotate(self) -> None:
        """With our own example: the path and the user are those of the test."""
        text = self.CONFIGURATION.read_text(encoding="utf-8")
        self.assertIn("/var/log/smtpd/events.json", text)
        text = text.replace("/var/log/smtpd/events.json", str(self.file))
        text = "\n".join(line for line in text.splitlines() if not line.strip().startswith("su "))
        configuration = self.folder / "logrotate.conf"
        configuration.write_text(text, encoding="utf-8")
        configuration.chmod(0o644)
        subprocess.run(["logrotate", "--force", "--state", str(self.folder / "state"), str(configuration)],
                       check=True, capture_output=True, timeout=program.DEADLINE_S)

    def test_our_example_loses_no_line(self) -> None:
        with Filter(*self.output, "--rotate-size", "0") as running:
            running.start().send(connect())
            self.wait_for_lines(1)
            for _ in range(5):
                running.send(report("timeout") * 1000)
                wait_until("output", lambda: self.file.exists() and self.file.stat().st_size > 100_000)
                self.rotate()
            status, _, err = running.end()
        self.assertEqual((status, err), (0, b""))
        lines = b""
        for number in range(5, 0, -1):
            path = self.folder / f"events.json.{number}"
            packed = path.with_suffix(f".{number}.gz")
            lines += path.read_bytes() if path.exists() else subprocess.run(
                ["gzip", "-dc", str(packed)], capture_output=True, check=True).stdout
        lines += self.file.read_bytes() if self.file.exists() else b""
        numbers = [record["opensmtpd"]["logger"]["sequence"] for record in program.records(lines)]
        self.assertEqual(numbers, list(range(5002)))


if __name__ == "__main__":
    program.main()
