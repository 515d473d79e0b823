# SPDX-License-Identifier: ISC
"""Login exchanges with planted secrets, in every shape in which the schema promises to mask them.

A mutation here leaves the line under that promise: it may spoil what surrounds the word AUTH or
the phase auth, never the word itself.
"""

import random

from tests.mutation import secret

MECHANISMS = (b"PLAIN", b"plain", b"LOGIN", b"Login", b"XOAUTH2", b"CRAM-MD5", b"SCRAM-SHA-256")
WORDS = (b"AUTH", b"auth", b"Auth", b"aUTH")
BLANKS = (b" ", b" ", b"  ", b"\t", b" \t", b"\t\t ", b"   ")
LEADING = (b"", b"", b"", b" ", b"\t", b"  \t")
TAILS = (b"", b"", b"", b"\r", b" ", b"\t", b"|x|y", b" more words", b"\x01\x1b", b"\xff\xfe", b"\x7f\xc2\x85")
VERSIONS = (b"1", b"0", b"0.1", b"0.2", b"0.3", b"0.4", b"0.5", b"0.6", b"0.7", b"0.7", b"0.7")
RESPONSES = (b"rewrite", b"rewrite", b"reject", b"disconnect", b"report", b"proceed", b"junk", b"tomorrow")


class Exchange:
    """One session of its own; every method gives the lines of one shape."""

    def __init__(self, rng: random.Random, clock_us: int) -> None:
        self._rng = rng
        self._clock_us = clock_us
        self._version = rng.choice(VERSIONS)
        self._subsystem = rng.choice((b"smtp-in", b"smtp-in", b"smtp-out"))
        self._session = b"%016x" % rng.getrandbits(64)

    def _report(self, event: bytes, parameters: bytes) -> bytes:
        self._clock_us += self._rng.randrange(1, 2000)
        time = b"%d.%06d" % divmod(self._clock_us, 1_000_000)
        return b"|".join((b"report", self._version, time, self._subsystem, event, self._session, parameters))

    def _command(self) -> bytes:
        rng = self._rng
        return b"".join((rng.choice(LEADING), rng.choice(WORDS), rng.choice(BLANKS), rng.choice(MECHANISMS),
                         rng.choice(BLANKS), secret.any_spelling(rng), rng.choice(TAILS)))

    def _spoil_prefix(self, line: bytes) -> bytes:
        """No well-formed report any more; what comes after the session stays as it is."""
        rng = self._rng
        fields = line.split(b"|", 6)
        match rng.randrange(8):
            case 0:
                at = rng.randrange(6)
                fields[0] = fields[0][:at] + bytes((fields[0][at] ^ 1 << rng.randrange(7),)) + fields[0][at + 1:]
                # A flip can give a line feed nowhere in "report", but be sure.
                fields[0] = fields[0].replace(b"\n", b"?")
            case 1:
                fields[2] = b"yesterday"
            case 2:
                fields[5] = fields[5][:-1] + b"g"
            case 3:
                fields[3] = b"smtp-up"
            case 4:
                del fields[rng.randrange(1, 5)]
                fields[0] = b"r"
            case 5:
                return fields[6]
            case 6:
                return b"\xff\x1b" + line
            case _:
                return b" " + line
        return b"|".join(fields)

    def one_command(self) -> list[bytes]:
        return [self._report(b"protocol-client", self._command())]

    def one_command_of_2018(self) -> list[bytes]:
        return [b"|".join((b"report|smtp-in|protocol-client|1541271219", self._session, self._command()))]

    def spoiled_command(self) -> list[bytes]:
        return [self._spoil_prefix(self._report(b"protocol-client", self._command()))]

    def renamed_command(self) -> list[bytes]:
        """A damaged event name makes an event that nobody knows."""
        return [self._report(self._rng.choice((b"protocol-clienu", b"protocol", b"x", b"")), self._command())]

    def command_with_nul(self) -> list[bytes]:
        line = self._report(b"protocol-client", self._command())
        at = self._rng.choice((0, 9, line.index(b"|protocol-client|"), len(line)))
        return [line[:at] + b"\0" + line[at:]]

    def overlong_command(self) -> list[bytes]:
        line = self._report(b"protocol-client", self._command())
        return [line + b" " + secret.plain(self._rng) * (300_000 // 21)]

    def filter_parameter(self) -> list[bytes]:
        response = self._rng.choice(RESPONSES)
        text = b"535 5.7.8 no"
        if response not in (b"reject", b"disconnect"):  # whose text the client gets in clear
            text = self._rng.choice((b"", b"PLAIN ", text + b" ")) + secret.any_spelling(self._rng)
        return [self._report(b"filter-response", b"auth|" + response + b"|" + text + self._rng.choice(TAILS))]

    def spoiled_filter_parameter(self) -> list[bytes]:
        return [self._spoil_prefix(self.filter_parameter()[0])]

    def filter_request(self) -> list[bytes]:
        """What smtpd asks a filter of phase auth; no report, yet it can stand in a recording."""
        token = b"%016x" % self._rng.getrandbits(64)
        order = [self._session, token] if self._version == b"0.7" else [token, self._session]
        fields = (b"filter", self._version, b"1795300801.204511", b"smtp-in", b"auth", *order,
                  self._rng.choice((b"PLAIN ", b"LOGIN ", b"")) + secret.any_spelling(self._rng))
        return [b"|".join(fields) + self._rng.choice(TAILS)]

    def continued(self) -> list[bytes]:
        """Everything that the client says between 334 and the next other reply."""
        rng = self._rng
        lines = [self._report(b"protocol-client", b"AUTH " + rng.choice(MECHANISMS))]
        for _ in range(rng.randrange(1, 4)):
            lines.append(self._report(b"protocol-server", rng.choice((b"334 ", b"334 VXNlcm5hbWU6", b"334"))))
            for _ in range(rng.randrange(1, 3)):
                before = rng.choice((b"", b"", b"*", b" ", b"QUIT ", b"MAIL FROM:<", b"RCPT TO:<x@example.org> ", b"\t",
                                     b"NOOP|", b"\xff", b"\x1b", b"AUTH "))
                lines.append(self._report(b"protocol-client", before + secret.any_spelling(rng) + rng.choice(TAILS)))
        lines.append(self._report(b"protocol-server", rng.choice((b"235 2.0.0 ok", b"535 5.7.8 no", b"421 4.3.0 no"))))
        return lines

    def any_shape(self) -> list[bytes]:
        shapes = (self.one_command, self.one_command, self.one_command_of_2018, self.spoiled_command,
                  self.spoiled_command, self.renamed_command, self.command_with_nul, self.filter_parameter,
                  self.spoiled_filter_parameter, self.filter_request, self.continued, self.continued)
        return self._rng.choice(shapes)()
