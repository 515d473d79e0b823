# SPDX-License-Identifier: ISC
"""Files that cannot be opened, written or found again: the filter goes on, and says so once."""

import os
import stat

from script.lib.waiting import wait_until
from tests.lib import program
from tests.lib.program import EdgeTest, Filter, connect, report
from tests.lib.recordings import TRANSCRIPTS


class Output(EdgeTest):
    def test_file_mode_is_0640(self) -> None:
        before = os.umask(0o022)
        self.addCleanup(os.umask, before)
        program.run(*self.output, stdin=program.HANDSHAKE)
        self.assertEqual(stat.S_IMODE(self.file.stat().st_mode), 0o640)

    def test_lines_are_there_while_the_filter_waits(self) -> None:
        with Filter(*self.output) as running:
            running.start().send(connect())
            self.assertEqual(self.wait_for_lines(1)[0]["event"]["action"], "link-connect")

    def test_an_existing_file_is_continued(self) -> None:
        self.file.write_bytes(b"{}\n")
        program.run(*self.output, stdin=program.HANDSHAKE + connect())
        self.assertTrue(self.file.read_bytes().startswith(b"{}\n{\"@timestamp\""))

    def test_strict_refuses_a_file_that_cannot_be_opened(self) -> None:
        result = program.run("--strict", "--file", str(self.folder / "missing" / "x"), stdin=program.HANDSHAKE)
        self.assertEqual((result.returncode, result.stdout), (2, b""))
        self.assertEqual(result.stderr.count(b"\n"), 1, result.stderr)

    def test_without_strict_it_waits_for_the_folder(self) -> None:
        path = self.folder / "later" / "events.json"
        with Filter("--file", str(path)) as running:
            running.start().send(connect())
            path.parent.mkdir()
            self.assertEqual(self.wait_for_lines(1, path)[0]["opensmtpd"]["logger"]["dropped"], 0)
            running.send(report("timeout"))
            status, out, err = running.end()
        self.assertEqual((status, out), (0, b""))
        self.assertEqual(len(program.records(path.read_bytes())), 3)
        self.assertLessEqual(err.count(b"\n"), 2, err)

    def test_a_full_disk_stops_nothing(self) -> None:
        stream = program.HANDSHAKE + TRANSCRIPTS[0].read_bytes() * 20
        result = program.run("--file", "/dev/full", stdin=stream)
        self.assertEqual(result.returncode, 0)
        self.assertEqual(result.stdout, b"register|report|smtp-in|*\nregister|ready\n")
        self.assertEqual(result.stderr.count(b"No space left"), 1, result.stderr)

    def test_a_null_device_takes_everything(self) -> None:
        result = program.run("--file", "/dev/null", stdin=program.HANDSHAKE + connect())
        self.assertEqual((result.returncode, result.stderr), (0, b""))

    def test_a_fifo_that_nobody_reads_does_not_hang(self) -> None:
        os.mkfifo(self.file)
        result = program.run(*self.output, stdin=program.HANDSHAKE + connect())
        self.assertEqual(result.returncode, 0)

    def test_a_killed_process_leaves_whole_lines_but_the_last(self) -> None:
        with Filter(*self.output) as running:
            running.start().send(connect() + report("timeout") * 5000)
            wait_until("output", lambda: self.file.exists() and self.file.stat().st_size > 100_000)
            running.process.kill()
            running.process.wait()
            whole = self.file.read_bytes().split(b"\n")[:-1]
        self.assertGreater(len(program.records(b"\n".join(whole))), 10)


if __name__ == "__main__":
    program.main()
