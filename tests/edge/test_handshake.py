# SPDX-License-Identifier: ISC
"""Nothing but the registration may ever stand on standard output: one stray byte ends smtpd."""

from script.lib.waiting import wait_until
from tests.lib import program
from tests.lib.program import EdgeTest, Filter, connect, report

IN = b"register|report|smtp-in|*\n"
OUT = b"register|report|smtp-out|*\n"
READY = b"register|ready\n"


def handshake(*lines: str) -> bytes:
    return "".join(f"config|{line}\n" for line in (*lines, "ready")).encode()


class Registration(EdgeTest):
    def test_asks_for_what_smtpd_offers(self) -> None:
        for lines, answer in (
                (("smtpd-version|6.6.4p1",), IN + READY),
                (("smtpd-version|6.7.0p1",), IN + OUT + READY),
                (("smtpd-version|7.8.0-portable", "protocol|0.7"), IN + OUT + READY),
                ((), IN + READY),
                (("smtpd-version|7.8.0-portable", "subsystem|smtp-in"), IN + READY),
                (("smtpd-version|7.8.0-portable", "subsystem|smtp-out"), OUT + READY),
                (("smtpd-version|7.8.0-portable", "subsystem|smtp-in", "subsystem|smtp-out"), IN + OUT + READY),
                (("smtpd-version|9.0", "subsystem|smtp-in", "subsystem|tomorrow", "other|x"), IN + READY)):
            with self.subTest(lines):
                result = program.run(*self.output, stdin=handshake(*lines))
                self.assertEqual((result.returncode, result.stdout, result.stderr), (0, answer, b""))

    def test_waits_for_the_end_of_the_handshake(self) -> None:
        with Filter(*self.output) as running:
            running.send(b"config|smtpd-version|7.8.0\nconfig|subsystem|smtp-in\nconfig|rea")
            running.send(b"dy\n")
            self.assertEqual(running.read_registration(), IN + READY)

    def test_comes_before_the_end_of_input(self) -> None:
        with Filter(*self.output) as running:
            running.send(program.HANDSHAKE)
            self.assertEqual(running.read_registration(), IN + READY)
            running.send(connect())
            status, out, _ = running.end()
            self.assertEqual((status, out), (0, b""))

    def test_nothing_else_for_any_input(self) -> None:
        noise = b"nonsense\n\n" + connect() + report("protocol-client", "\x01") + b"\xff|\0\n" + b"register|ready\n"
        result = program.run(*self.output, stdin=program.HANDSHAKE + noise)
        self.assertEqual(result.stdout, IN + READY)
        self.assertEqual(result.returncode, 0)

    def test_a_second_handshake_is_not_answered(self) -> None:
        stream = program.HANDSHAKE + connect() + program.HANDSHAKE + connect()
        result = program.run(*self.output, stdin=stream)
        self.assertEqual(result.stdout, IN + READY)
        lines = program.records(self.file.read_bytes())
        self.assertEqual([line["event"]["action"] for line in lines],
                         ["link-connect", "session-shutdown", "link-connect", "session-shutdown"])
        self.assertEqual([line["opensmtpd"]["logger"]["sequence"] for line in lines], [0, 1, 0, 1])

    def test_standard_output_leads_to_standard_error_afterwards(self) -> None:
        with Filter(*self.output) as running:
            running.start()
            process = f"/proc/{running.process.pid}/fd"
            wait_until("descriptor 1 to lead to stderr", lambda: program.os.readlink(f"{process}/1") == program.os.readlink(f"{process}/2"))
            assert running.process.stdout is not None
            self.assertEqual(running.process.stdout.read(), b"")  # the last writer has closed it


if __name__ == "__main__":
    program.main()
