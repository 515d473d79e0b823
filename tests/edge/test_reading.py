# SPDX-License-Identifier: ISC
"""explain, trace and summary: what they show of the recordings stands in shown/, and summary's numbers are held against
a count of the lines that is made here. With APPROVE=1 shown/ is written anew."""

import collections
import gzip
import json
import os
import re
import subprocess
from pathlib import Path
from typing import Any, Iterator

from script.lib.checkout import ROOT
from script.lib.waiting import wait_until
from tests.lib import program
from tests.lib.program import EdgeTest
from tests.lib.recordings import TRANSCRIPTS

SHOWN = ROOT / "tests/edge/shown"
ENVIRONMENT = {**os.environ, "COLUMNS": "100", "NO_COLOR": "1"}
HOSTILE = "\x1b[31m\x07\x9b2J\u202eevil\u2066\x7f"


def run(*arguments: str, stdin: bytes = b"") -> subprocess.CompletedProcess[bytes]:
    return program.run(*arguments, stdin=stdin, env=ENVIRONMENT)


def lines_of(*options: str) -> list[dict[str, Any]]:
    """Of all recordings."""
    return program.records(program.run("replay", *options, *map(str, TRANSCRIPTS)).stdout)


def nearest_rank(values: list[int], percent: int) -> int:
    return sorted(values)[-(-len(values) * percent // 100) - 1]


class Expected:
    """The counting rule, in a few lines of another language."""

    def __init__(self, lines: list[dict[str, Any]]) -> None:
        self.lines = [line for line in lines if line["opensmtpd"]["record"] == "event"]

    def of(self, action: str, direction: str) -> Iterator[dict[str, Any]]:
        for line in self.lines:
            if line["event"]["action"] == action and line["opensmtpd"]["subsystem"] == "smtp-" + direction:
                yield line

    def ends(self, direction: str) -> list[dict[str, Any]]:
        return [line for line in self.lines
                if line["opensmtpd"]["session"]["final"] and line["opensmtpd"]["subsystem"] == "smtp-" + direction]

    def refusals(self, direction: str) -> list[dict[str, Any]]:
        return [line for line in self.of("protocol-server", direction)
                if line["opensmtpd"]["last"]["reply"]["complete"]
                and line["opensmtpd"]["last"]["reply"].get("class") in (4, 5)]

    def recipients(self, direction: str, status: str) -> int:
        return sum(line["opensmtpd"].get("rcpt", {}).get("status") == status
                   and "bogus-result" not in line["opensmtpd"].get("anomaly_new", [])
                   for line in self.of("tx-rcpt", direction))


class Summary(EdgeTest):
    def summary(self, *options: str) -> dict[str, Any]:
        log = program.run("replay", *options, *map(str, TRANSCRIPTS)).stdout
        return json.loads(run("summary", "--json", "-", stdin=log).stdout)

    def test_equals_a_count_of_the_lines(self) -> None:
        lines = lines_of()
        expected = Expected(lines)
        found = self.summary()
        self.assertEqual(found["lines"], len(lines))
        for way in ("in", "out"):
            ends = expected.ends(way)
            closes = collections.Counter(line["opensmtpd"]["session"]["close"] for line in ends)
            self.assertEqual(found["sessions"][way], len(ends))
            self.assertEqual(found["sessions"]["tls"][way], sum(line["tls"]["established"] for line in ends))
            self.assertEqual({name: n for name, n in found["sessions"]["close"][way].items() if n}, closes)
            commits = list(expected.of("tx-commit", way))
            self.assertEqual(found["messages"][way], {
                "count": len(commits), "bytes": sum(line["opensmtpd"]["tx"].get("size", 0) for line in commits)})
            self.assertEqual(found["recipients"][way],
                             {status: expected.recipients(way, status) for status in ("ok", "tempfail", "permfail")})
            classes = collections.Counter(line["opensmtpd"]["last"]["reply"]["class"] for line in expected.refusals(way))
            self.assertEqual(found["refusals"][way], {"4xx": classes[4], "5xx": classes[5]})
        logins = collections.Counter(line["opensmtpd"]["auth"]["result"] for line in expected.lines
                                     if line["event"]["action"] == "link-auth")
        self.assertEqual(found["logins"], {result: logins[result] for result in ("pass", "fail", "error")})
        answers = [line["opensmtpd"]["filter"]["last"] for line in expected.of("filter-response", "in")]
        self.assertEqual({name: n for name, n in found["filters"]["answers"].items() if n},
                         collections.Counter(answer["response"] for answer in answers))
        for phase, numbers in found["filters"]["phase"].items():
            times = [answer["latency_us"] for answer in answers if answer["phase"] == phase]
            self.assertEqual(numbers, {"count": len(times), "median_us": nearest_rank(times, 50),
                                       "p99_us": nearest_rank(times, 99), "max_us": max(times)})
        self.assertEqual(found["anomalies"], collections.Counter(
            token for line in expected.lines for token in line["opensmtpd"].get("anomaly_new", [])))
        self.assertEqual(found["lost"], {"dropped": 0, "missing": 0, "invalid": 0})
        reasons = collections.Counter(
            f"{line['opensmtpd']['last']['reply']['code']} {line['opensmtpd']['last']['reply']['text']}"
            for way in ("in", "out") for line in expected.refusals(way))
        self.assertEqual(found["top"]["refused"][0]["count"], reasons.most_common(1)[0][1])

    def test_is_the_same_of_every_selection_of_lines(self) -> None:
        whole = self.summary()
        for selection in (["counted"], ["counted", "--whole", "refused"]):
            with self.subTest(selection):
                found = self.summary("--lines", *selection)
                for name in ("sessions", "messages", "recipients", "refusals", "logins", "anomalies", "top"):
                    self.assertEqual(found[name], whole[name], name)
                self.assertEqual(found["filters"]["answers"], whole["filters"]["answers"])
        ends = self.summary("--lines", "ends")
        for name in ("sessions", "messages", "recipients", "refusals"):
            self.assertEqual(ends[name], whole[name], name)
        self.assertEqual(ends["filters"]["answers"], whole["filters"]["answers"])

    def test_a_line_taken_out_is_missing(self) -> None:
        log = program.run("replay", str(TRANSCRIPTS[0])).stdout.splitlines(keepends=True)
        found = json.loads(run("summary", "--json", "-", stdin=b"".join(log[:50] + log[53:] + [b"nonsense\n"])).stdout)
        self.assertEqual(found["lost"], {"dropped": 0, "missing": 3, "invalid": 1})

    def test_only_what_is_in_the_time_is_counted(self) -> None:
        found = json.loads(run("summary", "--json", "--since", "2026-11-21T00:30:00Z", *map(str, TRANSCRIPTS)).stdout)
        self.assertEqual(found["from"][:16], "2026-11-21T00:36")


class Shown(EdgeTest):
    def compare(self, name: str, text: bytes) -> None:
        path = SHOWN / name
        if os.environ.get("APPROVE") == "1":
            path.write_bytes(text)
        self.assertEqual(text.decode(), path.read_text(encoding="utf-8"))

    def test_every_session_of_the_recordings(self) -> None:
        for stream in TRANSCRIPTS:
            with self.subTest(stream):
                shown = run("explain", "--utc", "--last", "1000", str(stream))
                self.assertEqual((shown.returncode, shown.stderr), (0, b""))
                self.compare(f"explain-{stream.parent.name}.txt", shown.stdout)

    def test_every_message_of_the_recordings(self) -> None:
        shown = run("trace", "--utc", "--last", "1000", *map(str, TRANSCRIPTS))
        self.assertEqual(shown.returncode, 0)
        self.compare("trace.txt", shown.stdout)

    def test_no_line_is_wider_than_the_terminal(self) -> None:
        for columns in (80, 100, 200):
            for words in (["explain", "--last", "1000"], ["trace", "--last", "1000"], ["summary"]):
                with self.subTest((columns, words)):
                    in_ink, plain = (program.run(*words, "--color", color, *map(str, TRANSCRIPTS),
                                                 env={**os.environ, "COLUMNS": str(columns)}).stdout.decode()
                                     for color in ("always", "never"))
                    self.assertEqual(re.sub(r"\x1b\[\d*m", "", in_ink), plain)
                    too_wide = [line for line in plain.splitlines() if len(line) > columns and " " in line.strip()]
                    self.assertEqual(too_wide, [])

    def test_a_summary_of_the_recordings(self) -> None:
        self.compare("summary.txt", run("summary", "--utc", *map(str, TRANSCRIPTS)).stdout)


class Explain(EdgeTest):
    def test_a_recording_and_its_log_packed_or_not_are_shown_alike(self) -> None:
        stream = str(TRANSCRIPTS[1])
        log = program.run("replay", stream).stdout
        packed = self.folder / "log.gz"
        packed.write_bytes(gzip.compress(log))
        shown = run("explain", "--last", "9", stream).stdout
        self.assertEqual(run("explain", "--last", "9", "-", stdin=log).stdout, shown)
        self.assertEqual(run("explain", "--last", "9", str(packed)).stdout, shown)
        in_syslog = b"".join(b"Nov 21 00:16:40 vm filter-jsonlog[1]: @cee: " + line
                             for line in log.splitlines(keepends=True))
        self.assertEqual(run("explain", "--last", "9", "-", stdin=b"\xef\xbb\xbf" + in_syslog).stdout, shown)

    def test_a_folder_stands_for_the_logs_in_it_in_the_order_of_their_time(self) -> None:
        for name, stream in (("a.json", TRANSCRIPTS[0]), ("b.json", TRANSCRIPTS[1])):
            (self.folder / name).write_bytes(program.run("replay", str(stream)).stdout)
        (self.folder / "notes.txt").write_text("nothing")
        both = run("explain", "--last", "1000", str(self.folder))
        self.assertEqual((both.returncode, both.stderr), (0, b""))
        self.assertEqual(both.stdout, run("explain", "--last", "1000", str(TRANSCRIPTS[1]), str(TRANSCRIPTS[0])).stdout)

    def test_json_is_the_last_line_with_the_dialogue(self) -> None:
        lines = {line["event"]["id"]: line for stream in TRANSCRIPTS
                 for line in program.records(program.run("replay", str(stream)).stdout)}
        for line in run("explain", "--json", "--failed", *map(str, TRANSCRIPTS)).stdout.splitlines():
            session = json.loads(line)
            dialogue = session.pop("dialogue")
            last = lines[session["event"]["id"]]
            del session["opensmtpd"]["logger"], last["opensmtpd"]["logger"]  # of another run
            self.assertEqual(session, last)
            self.assertTrue(dialogue)
            self.assertTrue(all({"ms", "kind", "text"} <= entry.keys() for entry in dialogue))

    def test_sessions_are_found_by_what_was_asked(self) -> None:
        def found(*which: str) -> set[str]:
            output = run("explain", "--json", *which, *map(str, TRANSCRIPTS)).stdout
            return {json.loads(line)["opensmtpd"]["session"]["id"] for line in output.splitlines()}

        ends = [line for line in lines_of() if line["opensmtpd"]["session"]["final"]]
        everything = {line["opensmtpd"]["session"]["id"] for line in ends}
        self.assertEqual(found("--last", "1000"), everything)
        self.assertEqual(found("--session", "53d780c857"), {"53d780c857e25095"})
        self.assertEqual(found("--client", "::/0"), {line["opensmtpd"]["session"]["id"] for line in ends
                                                     if line["network"].get("type") == "ipv6"})
        self.assertIn("53d780c857e25095", found("--address", "*@LOCAL.test"))
        self.assertTrue(found("--user", "carol") < everything)
        self.assertTrue(found("--slow", "2s") < found("--slow", "1ms") <= everything)
        self.assertEqual(len(found()), 1)
        self.assertEqual(run("explain", "--session", "ffff", str(TRANSCRIPTS[0])).returncode, 1)

    def test_a_whole_session_is_shown_in_the_order_of_its_events(self) -> None:
        which = ("explain", "--session", "53d780c857e25095", "-")
        whole = program.run("replay", "--lines", "counted", "--whole", "refused", str(TRANSCRIPTS[0])).stdout
        everything = program.run("replay", str(TRANSCRIPTS[0])).stdout
        self.assertEqual(run(*which, stdin=whole).stdout, run(*which, stdin=everything).stdout)

    def test_what_is_not_in_the_log_is_told(self) -> None:
        log = program.run("replay", "--lines", "counted", str(TRANSCRIPTS[0])).stdout
        shown = run("explain", "--session", "53d780c857e25095", "-", stdin=log).stdout
        self.assertRegex(shown, rb"log +\d+ of its \d+ events are not in the log")

    def test_nothing_raw_reaches_a_terminal(self) -> None:
        stream = self.folder / "stream"
        hostile = HOSTILE.encode()
        stream.write_bytes(program.HANDSHAKE + program.connect() + program.report("link-identify", "EHLO", HOSTILE) +
                           b"report|0.7|1795219878.453076|smtp-in|protocol-client|53d780c857e25095|NOOP " + hostile +
                           b"\xff\n" + program.report("link-auth", "fail", HOSTILE) +
                           program.report("tx-begin", "00000001") + program.report("tx-mail", "00000001", "ok", HOSTILE) +
                           program.report("tx-rcpt", "00000001", "ok", HOSTILE) + program.report("tx-commit", "00000001", "1"))
        for command in (["explain"], ["trace", "--last", "9"], ["trace", "00000001"], ["summary"]):
            with self.subTest(command):
                shown = run(*command, str(stream))
                self.assertEqual(shown.returncode, 0)
                text = (shown.stdout + shown.stderr).decode("utf-8")
                self.assertEqual(re.findall("[\x00-\x09\x0b-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069]", text), [])

    def test_a_closed_pipe_ends_quietly(self) -> None:
        for command in (["explain", "--last", "1000"], ["trace", "--last", "1000"], ["summary"]):
            process = subprocess.Popen([program.BINARY, *command, *map(str, TRANSCRIPTS)], stdout=subprocess.PIPE,
                                       stderr=subprocess.PIPE)
            assert process.stdout is not None and process.stderr is not None
            process.stdout.close()
            self.assertEqual(process.stderr.read(), b"")
            process.stderr.close()
            process.wait(program.DEADLINE_S)

    def test_wrong_options_and_missing_files(self) -> None:
        for words in (["explain"], ["explain", "--slow", "x", "f"], ["explain", "--client", "x", "f"],
                      ["explain", "--since", "yesterday", "f"], ["explain", "--color", "red", "f"], ["trace"], ["trace", "id"],
                      ["summary", "--by", "week", "f"], ["summary", "/nonexistent"], ["explain", "/nonexistent"],
                      ["trace", "00000001", "/nonexistent"]):
            with self.subTest(words):
                result = run(*words)
                self.assertEqual((result.returncode, result.stdout, result.stderr.count(b"\n")), (2, b"", 1))

    def test_lines_that_are_none_are_counted(self) -> None:
        shown = run("explain", "-", stdin=b"nonsense\n{}\n" + b"x" * 20_000_000 + b"\n")
        self.assertEqual((shown.returncode, shown.stdout), (1, b""))
        self.assertEqual(shown.stderr, b"filter-jsonlog: 3 lines are neither of a log nor reports\n")


class Headers(EdgeTest):
    """What syslog daemons write before a line is no part of it."""

    HEADERS = (b"Nov 21 00:16:40 mx filter-jsonlog[1]: ", b"2026-11-21T00:16:40+00:00 mx filter-jsonlog[1]: @cee: ",
               b"<22>1 2026-11-21T00:16:40Z mx filter-jsonlog 1 - - ")

    def test_a_log_and_a_recording_are_read_alike_with_and_without_them(self) -> None:
        recording = TRANSCRIPTS[0].read_bytes()
        log = program.run("replay", str(TRANSCRIPTS[0])).stdout
        message = next(line["opensmtpd"]["tx"]["id"] for line in program.records(log)
                       if line["event"]["action"] == "tx-commit")
        for words in (["explain"], ["trace", message], ["summary"], ["verify"]):
            for name, content in (("log", log), ("recording", recording)):
                path = self.folder / name
                path.write_bytes(content)
                plain = run(*words, str(path))
                self.assertEqual((plain.returncode, plain.stderr), (0, b""))
                for header in self.HEADERS:
                    with self.subTest((words, name, header)):
                        path.write_bytes(b"".join(header + line for line in content.splitlines(keepends=True)))
                        read = run(*words, str(path))
                        self.assertEqual((read.returncode, read.stderr), (0, b""))
                        self.assertEqual(read.stdout, plain.stdout)


class Follow(EdgeTest):
    def setUp(self) -> None:
        super().setUp()
        log = program.run("replay", str(TRANSCRIPTS[0])).stdout.splitlines(keepends=True)
        self.ends = [line for line in log if b'"final":true' in line]
        self.others = [line for line in log if b'"final":true' not in line]
        self.file.write_bytes(self.ends[0] + b"".join(self.others[:5]))
        self.process = subprocess.Popen([program.BINARY, "explain", "--follow", str(self.file)], env=ENVIRONMENT,
                                        stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        self.addCleanup(self.stop)
        wait_until("the file to be open", lambda: str(self.file) in self.open_files())

    def stop(self) -> None:
        self.process.kill()
        self.process.communicate()

    def open_files(self) -> set[str]:
        folder = Path(f"/proc/{self.process.pid}/fd")
        return {os.readlink(entry) for entry in folder.iterdir() if entry.is_symlink()}

    def read(self) -> bytes:
        assert self.process.stdout is not None
        return self.process.stdout.readline()

    def append(self, *lines: bytes) -> None:
        with self.file.open("ab") as file:
            file.write(b"".join(lines))

    def test_a_line_for_each_session_that_ends_across_rotation_and_a_cut(self) -> None:
        self.append(*self.others[5:9], self.ends[1][:100])
        self.append(self.ends[1][100:])
        self.assertIn(b" in  ", self.read())
        self.file.rename(self.folder / "events-old.json")
        self.append(self.ends[2])
        self.read()
        self.file.write_bytes(b"")
        self.append(b"nonsense\n", self.ends[3])
        self.assertRegex(self.read(), rb"^\d\d:\d\d:\d\d (in |out) ")

    def test_ends_when_nobody_reads(self) -> None:
        assert self.process.stdout is not None and self.process.stderr is not None
        self.process.stdout.close()
        self.assertEqual(self.process.wait(program.DEADLINE_S), 0)
        self.assertEqual(self.process.stderr.read(), b"")
        self.process.stdout = None


class Trace(EdgeTest):
    def test_every_try_of_a_message_over_several_sessions_and_files(self) -> None:
        def report(at: int, side: str, event: str, session: int, *more: str) -> str:
            return "|".join(["report", "0.7", f"1795219{at:03}.000000", side, event, f"{session:016x}", *more]) + "\n"

        def attempt(at: int, session: int, status: str, reply: str) -> str:
            out = "smtp-out"
            return (report(at, out, "link-connect", session, "mx.example.com", "pass", "192.0.2.1:1", "198.51.100.7:25") +
                    report(at, out, "tx-begin", session, "aabbccdd") +
                    report(at, out, "tx-mail", session, "aabbccdd", "ok", "alice@example.net") +
                    report(at, out, "protocol-client", session, "RCPT TO:<bob@example.com>") +
                    report(at, out, "protocol-server", session, reply) +
                    (report(at, out, "tx-rollback", session, "aabbccdd") if status != "ok" else "") +
                    report(at, out, "tx-rcpt", session, "aabbccdd", status, "bob@example.com") +
                    (report(at, out, "protocol-client", session, ".") +
                     report(at, out, "protocol-server", session, "250 2.0.0 queued as 4A1B") +
                     report(at, out, "tx-commit", session, "aabbccdd", "500") if status == "ok" else "") +
                    report(at, out, "link-disconnect", session))

        way_in = (report(1, "smtp-in", "link-connect", 1, "client.example", "pass", "192.0.2.9:1", "192.0.2.1:25") +
                  report(1, "smtp-in", "link-auth", 1, "pass", "carol") +
                  report(1, "smtp-in", "tx-begin", 1, "aabbccdd") +
                  report(1, "smtp-in", "tx-mail", 1, "aabbccdd", "ok", "alice@example.net") +
                  report(1, "smtp-in", "tx-rcpt", 1, "aabbccdd", "ok", "bob@example.com") +
                  report(1, "smtp-in", "tx-commit", 1, "aabbccdd", "432") + report(1, "smtp-in", "link-disconnect", 1))
        stream = ("config|ready\n" + way_in + attempt(3, 2, "tempfail", "451 4.7.1 try again") +
                  attempt(603, 3, "ok", "250 2.1.5 ok")).encode()
        lines = run("replay", "-", stdin=stream).stdout.splitlines(keepends=True)
        files = []
        for number, piece in enumerate((lines[20:], lines[:12], lines[12:20])):
            files.append(str(self.folder / str(number)))
            Path(files[-1]).write_bytes(b"".join(piece))
        way = json.loads(run("trace", "--json", "aabbccdd", *files).stdout)
        self.assertEqual((way["id"], way["from"], way["size"]), ("aabbccdd", "alice@example.net", 432))
        self.assertEqual(way["origin"]["user"], "carol")
        self.assertEqual([recipient["address"] for recipient in way["recipients"]], ["bob@example.com"])
        self.assertEqual(way["recipients"][0]["result"], "delivered")
        self.assertEqual([(one["status"], one["code"], one["delay_us"] // 1_000_000)
                          for one in way["recipients"][0]["attempts"]], [("deferred", 451, 2), ("delivered", 250, 602)])
        text = run("trace", "--utc", "aabbccdd", *files).stdout
        self.assertIn(b"DELIVERED", text)
        self.assertIn(b"451 4.7.1 try again", text)


if __name__ == "__main__":
    program.main()
