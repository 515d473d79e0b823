# SPDX-License-Identifier: ISC
"""--syslog: lines as datagrams to a socket, which is there, full, gone, or of the wrong kind."""

import errno
import json
import os
import re
import signal
import socket
from pathlib import Path

from tests.lib import program
from tests.lib.program import EdgeTest, Filter, connect, report
from tests.lib.recordings import TRANSCRIPTS

DATAGRAM = re.compile(rb"<22>[A-Z][a-z]{2} [ 1-3][0-9] \d\d:\d\d:\d\d filter-jsonlog\[(\d+)\]: (\{.*\})", re.DOTALL)
OWN_RECORD = re.compile(rb'"record":"(meta|stats)"')
LONGEST_PAYLOAD = 8000
WHAT_DAEMONS_TAKE = 8192


class Daemon:
    """The other side of a socket."""

    def __init__(self, path: Path, kind: int = socket.SOCK_DGRAM) -> None:
        path.unlink(missing_ok=True)
        self.socket = socket.socket(socket.AF_UNIX, kind)
        self.socket.bind(str(path))
        self.socket.settimeout(program.DEADLINE_S)

    def receive_any(self) -> bytes:
        return self.socket.recv(1 << 20)

    def receive(self) -> bytes:
        """The next datagram that is not about the log itself."""
        while OWN_RECORD.search(datagram := self.receive_any()):
            pass
        return datagram

    def receive_record(self) -> tuple[int, dict]:
        """The process that a datagram names, and its payload."""
        datagram = self.receive()
        match = DATAGRAM.fullmatch(datagram)
        assert match, datagram
        return int(match[1]), json.loads(match[2])

    def close(self) -> None:
        self.socket.close()


class Syslog(EdgeTest):
    def setUp(self) -> None:
        super().setUp()
        self.path = self.folder / "log"
        self.output = ("--syslog", "--syslog-socket", str(self.path))

    def daemon(self, kind: int = socket.SOCK_DGRAM) -> Daemon:
        daemon = Daemon(self.path, kind)
        self.addCleanup(daemon.close)
        return daemon

    def test_wrong_options_are_one_line_and_nothing_is_registered(self) -> None:
        regular = self.folder / "file"
        for words in (("--syslog", "--file", str(self.file)), ("--facility", "mail"), ("--syslog-socket", "/dev/log"),
                      ("--file", str(self.file), "--cee"), ("--file", str(self.file), "--tag", "mail"),
                      ("--file", str(self.file), "--severity", "info"),
                      (*self.output, "--facility", "kern"), (*self.output, "--facility", ""),
                      (*self.output, "--facility", "LOG_MAIL"), (*self.output, "--facility", "local8"),
                      (*self.output, "--severity", "loud"), (*self.output, "--keep", "3"), (*self.output, "--tag", ""),
                      (*self.output, "--tag", "a b"), (*self.output, "--tag", "a:"), (*self.output, "--tag", "t" * 33),
                      ("--syslog", "--syslog-socket", "log"), ("--syslog", "--syslog-socket", ""),
                      ("--syslog", "--syslog-socket", str(self.folder)),
                      ("--syslog", "--syslog-socket", "/" + "x" * 200)):
            with self.subTest(words):
                result = program.run(*words, stdin=program.HANDSHAKE)
                self.assertEqual((result.returncode, result.stdout), (2, b""), result.stderr)
                self.assertRegex(result.stderr, rb"\Afilter-jsonlog: [^\n]+\n\Z")
        self.assertFalse(self.file.exists() or regular.exists() or self.path.exists())

    def test_every_facility_and_severity_has_its_number(self) -> None:
        daemon = self.daemon()
        facilities = {"auth": 4, "authpriv": 10, "cron": 9, "daemon": 3, "ftp": 11, "lpr": 6, "mail": 2, "news": 7,
                      "syslog": 5, "user": 1, "uucp": 8, **{f"local{n}": 16 + n for n in range(8)}}
        severities = ("emerg", "alert", "crit", "err", "warning", "notice", "info", "debug")
        for facility, code in facilities.items():
            for level, severity in enumerate(severities):
                if facility in ("mail", "local7") or severity == "info":
                    program.run(*self.output, "--facility", facility, "--severity", severity,
                                stdin=program.HANDSHAKE + connect())
                    self.assertTrue(daemon.receive().startswith(b"<%d>" % (code * 8 + level)), (facility, severity))
                    daemon.receive()

    def test_a_datagram_is_a_header_and_the_line_that_a_file_gets(self) -> None:
        daemon = self.daemon()
        with Filter(*self.output, "--max-line", "64K").start() as running:
            running.send(connect())
            process, record = daemon.receive_record()
            self.assertEqual(process, running.process.pid)
            self.assertEqual(running.end(), (0, b"", b""))
        program.run("--file", str(self.file), stdin=program.HANDSHAKE + connect())
        lines = program.records(self.file.read_bytes())
        self.assertEqual([record, daemon.receive_record()[1]], lines)

    def test_the_first_and_the_last_datagram_are_about_the_log(self) -> None:
        daemon = self.daemon()
        program.run(*self.output, stdin=program.HANDSHAKE + connect())
        payloads = [json.loads(daemon.receive_any().split(b"]: ", 1)[1]) for _ in range(4)]
        self.assertEqual([payload["event"]["action"] for payload in payloads],
                         ["logger-start", "link-connect", "session-shutdown", "stats"])
        self.assertEqual(payloads[3]["opensmtpd"]["stats"]["lines"], {"total": 2, "truncated": 0, "dropped": 0,
                                                               "unselected": 0})

    def test_tag_and_cookie_stand_before_the_line(self) -> None:
        daemon = self.daemon()
        program.run(*self.output, "--tag", "mx1", "--cee", stdin=program.HANDSHAKE + connect())
        self.assertRegex(daemon.receive(), rb'\A<22>.{15} mx1\[\d+\]: @cee: \{"@timestamp":')

    def test_the_options_may_come_from_a_file(self) -> None:
        daemon = self.daemon()
        config = self.folder / "config"
        config.write_text(f'syslog=true\nsyslog-socket="{self.path}"\nfacility=local3\nseverity=notice\ncee=true\n')
        result = program.run("--config", str(config), stdin=program.HANDSHAKE + connect())
        self.assertEqual((result.returncode, result.stderr), (0, b""))
        self.assertRegex(daemon.receive(), rb"\A<157>.{15} filter-jsonlog\[\d+\]: @cee: ")

    def test_a_datagram_is_never_longer_than_what_daemons_take(self) -> None:
        daemon = self.daemon()
        domain = ".".join(["d" * 60] * 4)
        with Filter(*self.output, "--cee", "--tag", "t" * 32).start() as running:
            running.send(connect() + report("tx-begin", "00000001"))
            longest = 0
            cut = False
            daemon.receive()
            daemon.receive()
            for number in range(64):
                running.send(report("tx-rcpt", "00000001", "ok", f"{number}{'l' * 60}@{number}{domain}"))
                datagram = daemon.receive()
                payload = datagram.split(b"]: @cee: ", 1)[1]
                cut = cut or "opensmtpd.session.rcpt_to" in json.loads(payload)["opensmtpd"].get("truncated", [])
                longest = max(longest, len(payload))
                self.assertLessEqual(len(payload), LONGEST_PAYLOAD)
                self.assertLessEqual(len(datagram), WHAT_DAEMONS_TAKE)
            self.assertGreater(longest, LONGEST_PAYLOAD // 2)
            self.assertEqual(running.end()[0], 0)

    def test_lines_wait_for_a_socket_that_comes_later(self) -> None:
        with Filter(*self.output).start() as running:
            running.send(connect())
            self.assertEqual(running.read_diagnostic(), f"{self.path}: No such file or directory; will try again")
            daemon = self.daemon()
            self.assertEqual(daemon.receive_record()[1]["event"]["action"], "link-connect")
            self.assertEqual(running.end(), (0, b"", f"{self.path}: writing again, 0 lines dropped\n".encode()))

    def test_a_daemon_that_comes_back_gets_the_lines_of_the_meantime(self) -> None:
        daemon = self.daemon()
        with Filter(*self.output).start() as running:
            running.send(connect())
            daemon.receive()
            daemon.close()
            for number in range(20):
                running.send(report("protocol-client", f"NOOP {number}"))
            self.assertEqual(running.read_diagnostic(), f"{self.path}: Connection refused; will try again")
            daemon = self.daemon()
            numbers = [daemon.receive_record()[1]["opensmtpd"]["last"]["command"]["line"] for _ in range(20)]
            self.assertEqual(numbers, [f"NOOP {number}" for number in range(20)])
            self.assertEqual(running.end()[0], 0)

    def test_a_full_socket_holds_up_neither_the_reader_nor_the_end(self) -> None:
        daemon = self.daemon()
        many = 2000  # more than any socket's queue holds
        with Filter(*self.output).start() as running:
            running.send(connect() + b"".join(report("protocol-client", f"NOOP {n}") for n in range(many)))
            running.process.send_signal(signal.SIGTERM)
            status, _, said = running.end()
        self.assertEqual(status, 0)
        lost = re.fullmatch(rf"{self.path}: (\d+) lines were lost at the end\n".encode(), said)
        self.assertTrue(lost, said)
        daemon.socket.setblocking(False)
        received = 0
        try:
            while daemon.receive_any():
                received += 1
        except BlockingIOError:
            pass
        self.assertEqual(received + int(lost[1]), many + 3)  # with the start, and the end of the session

    def test_strict_refuses_a_socket_that_is_not_there_or_of_the_wrong_kind(self) -> None:
        result = program.run(*self.output, "--strict", stdin=program.HANDSHAKE)
        self.assertEqual((result.returncode, result.stdout), (2, b""))
        self.path.touch()
        result = program.run(*self.output, "--strict", stdin=program.HANDSHAKE)
        self.assertEqual((result.returncode, result.stdout), (2, b""))
        self.assertIn(os.strerror(errno.ENOTSOCK).encode(), result.stderr)
        self.daemon(socket.SOCK_STREAM)
        result = program.run(*self.output, "--strict", stdin=program.HANDSHAKE)
        self.assertEqual((result.returncode, result.stdout), (2, b""))
        self.assertIn(os.strerror(91).encode(), result.stderr)  # EPROTOTYPE

    def test_a_replay_goes_there_too_and_waits_for_the_daemon(self) -> None:
        daemon = self.daemon()
        recording = TRANSCRIPTS[0]
        with Filter("replay", *self.output, "--max-line", "64K", str(recording)) as running:
            expected = program.records(program.run("replay", str(recording)).stdout)
            self.assertEqual([daemon.receive_record()[1] for _ in expected], expected)
            self.assertEqual(running.end(), (0, b"", b""))


if __name__ == "__main__":
    program.main()
