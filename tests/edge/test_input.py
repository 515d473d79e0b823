# SPDX-License-Identifier: ISC
"""Input that is long, cut, doubled or comes byte by byte."""

from tests.lib import program
from tests.lib.program import EdgeTest, Filter, connect, report


class Input(EdgeTest):
    def lines_of(self, stream: bytes) -> list[dict]:
        result = program.run(*self.output, stdin=program.HANDSHAKE + stream)
        self.assertEqual((result.returncode, result.stderr), (0, b""))
        return program.records(self.file.read_bytes())

    def test_the_last_line_needs_no_line_feed(self) -> None:
        lines = self.lines_of(connect() + report("timeout").rstrip(b"\n"))
        self.assertEqual([line["event"]["action"] for line in lines], ["link-connect", "timeout", "session-shutdown"])

    def test_no_input_at_all(self) -> None:
        result = program.run(*self.output)
        self.assertEqual((result.returncode, result.stdout, result.stderr), (0, b"", b""))
        self.assertEqual([line["event"]["action"] for line in program.all_records(self.file.read_bytes())],
                         ["logger-start", "stats"])

    def test_a_line_of_ten_megabytes_is_one_anomaly_record(self) -> None:
        lines = self.lines_of(connect() + report("protocol-client", "x" * 10_000_000) + report("timeout"))
        self.assertEqual(len(lines), 4)
        self.assertEqual(lines[1]["opensmtpd"]["record"], "anomaly")
        self.assertEqual(len(lines[1]["event"]["original"]), 8192)
        self.assertIn("event.original", lines[1]["opensmtpd"]["truncated"])
        self.assertEqual(lines[2]["event"]["sequence"], 1)

    def test_empty_lines_are_anomaly_records(self) -> None:
        lines = self.lines_of(b"\n\n")
        self.assertEqual([line["opensmtpd"]["record"] for line in lines], ["anomaly", "anomaly"])

    def test_byte_by_byte_is_the_same(self) -> None:
        stream = connect() + report("protocol-client", "EHLO a.example") + report("link-disconnect")
        at_once = self.lines_of(stream)
        self.file.unlink()
        with Filter(*self.output) as running:
            running.start()
            for at in range(len(stream)):
                running.send(stream[at:at + 1])
            self.assertEqual(running.end()[0], 0)
        self.assertEqual(program.records(self.file.read_bytes()), at_once)


if __name__ == "__main__":
    program.main()
