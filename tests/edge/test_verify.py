# SPDX-License-Identifier: ISC
"""Logs of the real program are found whole; damaged ones are found damaged, in the same words each time."""

import json
import os
import subprocess
from pathlib import Path
from typing import Any

from tests.lib import program
from tests.lib.program import EdgeTest, Filter, connect, report
from tests.lib.recordings import GOLDEN, TRANSCRIPTS

MEMORY_KIB = 512 << 10  # the sanitizers need most of it


def replay(*arguments: str) -> bytes:
    """The log of a replay."""
    return program.run("replay", *arguments).stdout


class Verify(EdgeTest):
    def setUp(self) -> None:
        super().setUp()
        self.log = replay(str(TRANSCRIPTS[0])).splitlines(keepends=True)
        self.files = 0

    def write(self, *parts: bytes) -> str:
        """A new file of these bytes."""
        self.files += 1
        path = self.folder / f"log{self.files}"
        path.write_bytes(b"".join(parts))
        return str(path)

    def verify(self, *files: str, stdin: bytes = b"") -> tuple[int, dict[str, Any], str]:
        """Exit status, the JSON verdict without what there is none of, and the problems."""
        result = program.run("verify", "--json", *files, stdin=stdin)
        verdict = json.loads(result.stdout)
        self.assertEqual(result.stdout.count(b"\n"), 1)
        told = verdict.pop("verdict")
        self.assertEqual(told, "ok" if result.returncode == 0 else "bad")
        return result.returncode, {key: value for key, value in verdict.items() if value}, result.stderr.decode()

    def assert_good(self, *files: str, **more: Any) -> dict[str, Any]:
        status, verdict, problems = self.verify(*files, **more)
        self.assertEqual((status, problems), (0, ""), verdict)
        return verdict

    def assert_problems(self, files: list[str], *told: str, **counts: int) -> None:
        """These counts are not 0 and all other problems are; standard error tells these."""
        status, verdict, problems = self.verify(*files)
        for usual in ("files", "lines", "runs", "sessions", "open"):
            verdict.pop(usual, None)
        self.assertEqual((status, verdict), (1, counts), problems)
        for text in told:
            self.assertIn(text, problems)

    def test_the_log_of_every_recording_is_good(self) -> None:
        cases = [case for case in sorted(GOLDEN.iterdir()) if (case / "in").exists()]
        self.assertGreater(len(cases), 100)
        for case in cases:
            arguments = (case / "args").read_text().split() if (case / "args").exists() else []
            if "--format" in arguments:
                continue
            with self.subTest(case.name):
                log = replay(*arguments, str(case / "in"))
                verdict = self.assert_good(self.write(log))
                self.assertEqual(verdict.get("lines", 0), log.count(b"\n"))
                self.assertNotIn("open", verdict)

    def test_a_recording_is_as_good_as_its_log(self) -> None:
        self.assertGreater(len(TRANSCRIPTS), 1)
        for recording in TRANSCRIPTS:
            with self.subTest(recording.parent.name):
                self.assertEqual(self.assert_good(str(recording)), self.assert_good(self.write(replay(str(recording)))))

    def test_a_recording_and_its_log_are_the_same_lines_twice(self) -> None:
        recording = str(TRANSCRIPTS[0])
        log = replay(recording)
        self.assert_problems([self.write(log), recording], duplicate=log.count(b"\n"))

    def test_the_verdict_is_one_sentence(self) -> None:
        good = program.run("verify", self.write(*self.log))
        self.assertRegex(good.stdout, rb"\Aok: [\d,]+ lines, \d+ sessions, 0 lost, 0 duplicate\n\Z")
        self.assertEqual((good.returncode, good.stderr), (0, b""))
        bad = program.run("verify", self.write(*self.log[:100], b"x\n", *self.log[99:-2], b"{"))
        self.assertRegex(bad.stdout, rb"\Abad: [\d,]+ lines, \d+ sessions \(1 still open\), 0 lost, 1 duplicate, "
                                     rb"1 invalid, 1 torn at the end of a file\n\Z")
        self.assertEqual(bad.returncode, 1)
        self.assertEqual(program.run("verify", self.write(b"hello\n")).stdout,
                         b"bad: 1 line, 0 sessions, 0 lost, 0 duplicate, 1 invalid\n")

    def test_an_empty_log_is_good(self) -> None:
        self.assertEqual(self.assert_good(self.write()), {"files": 1})

    def test_evicted_sessions_have_an_end(self) -> None:
        for most in ("1", "2", "3"):
            verdict = self.assert_good(self.write(replay("--max-sessions", most, *map(str, TRANSCRIPTS))))
            self.assertEqual(verdict["runs"], len(TRANSCRIPTS))

    def test_a_selection_of_lines_is_whole_and_a_line_taken_out_is_missed(self) -> None:
        for selection in (("counted",), ("ends",), ("counted", "--whole", "refused,login-failed"),
                          ("ends", "--whole", "lost,slow=500ms"), ("ends", "--whole", "sample=30%")):
            with self.subTest(selection):
                log = self.write(replay("--lines", *selection, *map(str, TRANSCRIPTS)))
                self.assert_good(log)
                lines = Path(log).read_bytes().splitlines(keepends=True)
                self.assert_problems([self.write(*lines[:20], *lines[21:])], lost=1)

    def test_as_many_sessions_are_followed_as_may_be(self) -> None:
        for most in ("1", "3"):
            log = self.write(replay("--max-sessions", most, *map(str, TRANSCRIPTS)))
            self.assertEqual(program.run("verify", "--max-sessions", most, log).returncode, 0)
        two_open = self.write(replay(self.write(program.HANDSHAKE, connect(), connect(session="1122334455667788"))))
        self.assertEqual(program.run("verify", "--max-sessions", "2", two_open).stderr, b"")
        self.assertIn(b"too many open sessions", program.run("verify", "--max-sessions", "1", two_open).stderr)

    def test_records_before_the_first_report_belong_to_the_run(self) -> None:
        stream = self.write(b"nonsense\n" * 3, program.HANDSHAKE, b"nonsense\n", connect())
        log = self.write(replay(stream))
        self.assertEqual(self.assert_good(log), {"files": 1, "lines": 6, "runs": 1, "sessions": 1})
        lines = Path(log).read_bytes().splitlines(keepends=True)
        self.assert_problems([self.write(*lines[:3], *lines[4:])], lost=1)

    def test_recordings_behind_each_other_are_several_runs(self) -> None:
        verdict = self.assert_good(self.write(replay(*map(str, sorted(TRANSCRIPTS, reverse=True)))))
        self.assertEqual(verdict["runs"], len(TRANSCRIPTS))

    def test_a_log_that_is_being_written_has_open_sessions(self) -> None:
        with Filter(*self.output) as running:
            running.start().send(connect() + report("timeout"))
            self.wait_for_lines(2)
            self.assertEqual(self.assert_good(str(self.file))["open"], 1)
            running.end()
        self.assertNotIn("open", self.assert_good(str(self.file)))

    def test_sessions_that_a_kill_left_open_have_no_end(self) -> None:
        with Filter(*self.output) as running:
            running.start().send(connect())
            self.wait_for_lines(1)
            running.process.kill()
        later = connect().replace(b"1795219878", b"1795219879")
        program.run(*self.output, stdin=program.HANDSHAKE + later)
        status, verdict, problems = self.verify(str(self.file))
        self.assertEqual((status, verdict["unended"]), (1, 1))
        self.assertIn(f"session {program.SESSION} has no end", problems)

    def test_lost_lines_are_found(self) -> None:
        log = self.log
        self.assert_problems([self.write(*log[:50], *log[51:])], "log1:51: record 50 of run ", lost=1)
        self.assert_problems([self.write(*log[:50], *log[60:])], "records 50 to 59 of run ", lost=10)
        self.assert_problems([self.write(*log[::2])], lost=(len(log) - 1) // 2)

    def test_what_comes_before_the_log_is_not_missed(self) -> None:
        self.assert_good(self.write(*self.log[50:]))

    def test_but_a_second_run_must_have_its_begin(self) -> None:
        second = replay(str(TRANSCRIPTS[1])).splitlines(keepends=True)
        self.assert_problems([self.write(*self.log, *second[3:])], "records 0 to 2 of run ", lost=3)

    def test_doubled_lines_are_found(self) -> None:
        log = self.log
        self.assert_problems([self.write(*log[:51], *log[50:])], "log1:52: record 50 of run ", duplicate=1)
        self.assert_problems([self.write(*log), self.write(*log)], duplicate=len(log))

    def test_a_torn_line_is_found(self) -> None:
        whole = b"".join(self.log)
        self.assert_problems([self.write(whole[:-1])], f"log1:{len(self.log)}: ", torn=1)
        for size in (1, 100, len(self.log[-1]) - 1):
            last = len(whole) - len(self.log[-1])
            self.assert_problems([self.write(whole[:last + size])], torn=1)

    def test_a_torn_line_that_was_continued_is_invalid(self) -> None:
        log = self.log
        self.assert_problems([self.write(*log[:50], log[50][:100], *log[51:])], invalid=1, lost=2)

    def test_damaged_lines_are_found_and_their_records_missed(self) -> None:
        line = self.log[50]
        for damaged in (b"\n", b"\0" * 100 + b"\n", line.replace(b"smtp-", b"smtp\xff"), line.replace(b"{", b"[", 1),
                        line.replace(b'"dropped":0', b'"dropped":NaN'), line[:-1] + b",\n", line[:-1] + b"\0\n",
                        b"[" * 1_000_000 + b"\n", b'{"a":' * 1_000_000 + b"\n", b'"' + b"x" * 20_000_000 + b'"\n'):
            with self.subTest(damaged[:40]):
                self.assertNotEqual(damaged, line)
                self.assert_problems([self.write(*self.log[:50], damaged, *self.log[51:])], ":51: ", invalid=1, lost=1)

    def test_only_the_first_problems_are_told_and_all_are_counted(self) -> None:
        path = self.write(b"x\n" * 1000)
        status, verdict, problems = self.verify(path)
        self.assertEqual((status, verdict["invalid"]), (1, 1000))
        self.assertEqual(problems.count("\n"), 5)
        self.assertTrue(problems.startswith(f"filter-jsonlog: {path}:1: "), problems)

    def test_files_are_put_in_order(self) -> None:
        parts = [self.write(*self.log[at:at + 100]) for at in range(0, len(self.log), 100)]
        parts.append(self.write(replay(str(TRANSCRIPTS[1]))))
        parts.append(self.write(replay(str(TRANSCRIPTS[2]))))
        whole = self.assert_good(*parts)
        self.assertNotIn("late", whole)
        self.assertEqual(self.assert_good(*reversed(parts)), whole)
        self.assertEqual(self.assert_good(*parts[3:], *parts[:3]), whole)

    def test_a_missing_file_between_two_is_a_loss(self) -> None:
        parts = [self.write(*self.log[at:at + 100]) for at in range(0, len(self.log), 100)]
        self.assert_problems([parts[3], parts[0], parts[1]], f"{parts[3]}:1: records 200 to 299 ", lost=100)

    def test_a_file_before_the_first_report_comes_first(self) -> None:
        stream = self.write(b"nonsense\n" * 2, program.HANDSHAKE, connect())
        lines = replay(stream).splitlines(keepends=True)
        self.assert_good(self.write(*lines[2:]), self.write(*lines[:2]))

    def test_a_hyphen_is_standard_input_and_older_than_the_files(self) -> None:
        log = self.log
        self.assert_good("-", stdin=b"".join(log))
        verdict = self.assert_good(self.write(*log[100:]), "-", stdin=b"".join(log[:100]))
        self.assertEqual(verdict["files"], 2)
        self.assertNotIn("late", verdict)

    def test_hosts_in_one_log_have_their_own_counts(self) -> None:
        one, two = (replay("--host", name, str(TRANSCRIPTS[0])).splitlines(keepends=True) for name in ("mx1", "mx2"))
        mixed = [line for pair in zip(one, two) for line in pair]
        self.assertEqual(self.assert_good(self.write(*mixed))["runs"], 2)
        self.assert_problems([self.write(*mixed[:100], *mixed[101:])], lost=1)

    def test_a_file_that_cannot_be_read_is_no_verdict(self) -> None:
        good = self.write(*self.log)
        for path, why in ((self.folder / "missing", b"No such file"), (Path("/proc/self/mem"), b"Input/output error")):
            with self.subTest(path):
                result = program.run("verify", good, str(path))
                self.assertEqual((result.returncode, result.stdout), (2, b""))
                self.assertEqual(result.stderr.count(b"\n"), 1, result.stderr)
                self.assertIn(str(path).encode() + b": " + why, result.stderr)

    def test_memory_is_bounded_whatever_the_file_holds(self) -> None:
        path = self.folder / "hostile"
        line = '{"event":{"sequence":0,"id":"%x.1.0"},"opensmtpd":{"record":"event","logger":{"run":"%x",' \
               '"sequence":%d,"dropped":0},"session":{"final":false}}}\n'
        with path.open("w", encoding="utf-8") as file:
            for number in range(400_000):  # sessions that never end, every second record missing
                file.write(line % (number, 1, 2 * number))
            for number in range(100_000):  # runs of one record
                file.write(line % (number, number + 2, 0))
            for _ in range(1000):  # the test's own memory would count as the program's
                file.write("[" * 50_000)
            file.write("\n")
            for _ in range(1000):
                file.write('"' * 50_000)
        with subprocess.Popen([program.BINARY, "verify", "--json", str(path)], stdin=subprocess.DEVNULL,
                              stdout=subprocess.PIPE, stderr=subprocess.DEVNULL) as process:
            assert process.stdout is not None
            verdict = json.loads(process.stdout.read())
            _, status, usage = os.wait4(process.pid, 0)
            process.returncode = os.waitstatus_to_exitcode(status)
        self.assertEqual(process.returncode, 1)
        self.assertEqual(verdict["lost"], 399_999)
        self.assertGreater(verdict["not_followed"], 100_000)
        self.assertLess(usage.ru_maxrss, MEMORY_KIB)


if __name__ == "__main__":
    program.main()
