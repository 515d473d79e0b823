# SPDX-License-Identifier: ISC
"""An SMTP client that does what it is told, garbage included."""

from __future__ import annotations

import base64
import re
import socket
import ssl
from dataclasses import dataclass
from itertools import count

# Below the ports that the kernel hands out by itself: a client's port names its session for the
# whole run.
_ports = count(20001)


@dataclass
class Reply:
    code: int
    text: str

    @property
    def message_id(self) -> str:
        """smtpd's id of the message that this reply accepts."""
        match = re.search(r"2\.0\.0:? ([0-9a-f]{8}) Message accepted", self.text)
        return match.group(1) if match else ""


class Client:
    def __init__(
        self, port: int = 25, host: str = "127.0.0.1", source: str = "", tls: bool = False
    ) -> None:
        self.port = next(_ports)
        self._socket: socket.socket = socket.create_connection(
            (host, port), timeout=30, source_address=(source or host, self.port)
        )
        if tls:
            self._encrypt()
        self._replies = self._socket.makefile("rb")

    def __enter__(self) -> Client:
        return self

    def __exit__(self, *_: object) -> None:
        self.vanish()

    def _encrypt(self) -> None:
        trusting = ssl.create_default_context()
        trusting.check_hostname = False
        trusting.verify_mode = ssl.CERT_NONE
        self._socket = trusting.wrap_socket(self._socket)

    def send(self, data: str | bytes) -> None:
        self._socket.sendall(data.encode() if isinstance(data, str) else data)

    def reply(self) -> Reply:
        """The next whole reply; code 0 when the server has closed the connection."""
        lines: list[str] = []
        while True:
            line = self._replies.readline().decode(errors="replace").rstrip("\r\n")
            if not line:
                return Reply(0, "\n".join(lines))
            lines.append(line)
            if line[3:4] != "-":
                return Reply(int(line[:3]), "\n".join(lines))

    def command(self, line: str | bytes) -> Reply:
        self.send((line.encode() if isinstance(line, str) else line) + b"\r\n")
        return self.reply()

    def commands(self, *lines: str | bytes) -> list[int]:
        return [self.command(line).code for line in lines]

    def hello(self, name: str = "client.test") -> Reply:
        """Reads the banner and introduces the client."""
        self.reply()
        return self.command(f"EHLO {name}")

    def start_tls(self) -> Reply:
        reply = self.command("STARTTLS")
        if reply.code == 220:
            self._encrypt()
            self._replies = self._socket.makefile("rb")
        return reply

    def transfer(self, sender: str, recipients: list[str], text: str) -> Reply:
        """One transaction; gives the reply to the body, or the first that refuses more than a
        recipient."""
        reply = self.command(f"MAIL FROM:<{sender}>")
        if reply.code != 250:
            return reply
        if not any(
            [self.command(f"RCPT TO:<{recipient}>").code == 250 for recipient in recipients]
        ):
            return self.command("RSET")
        reply = self.command("DATA")
        return self.command(body(text) + ".") if reply.code == 354 else reply

    def quit(self) -> Reply:
        reply = self.command("QUIT")
        self.vanish()
        return reply

    def wait_for_hang_up(self) -> None:
        """Reads until the server ends the connection. Who sent more than was wanted may miss the
        last reply."""
        try:
            while self.reply().code:
                pass
        except ConnectionResetError:
            pass
        self.vanish()

    def vanish(self) -> None:
        """Leaves without a word."""
        self._replies.close()
        self._socket.close()


def body(subject: str) -> str:
    return f"Subject: {subject}\r\n\r\nHello.\r\n"


def base64_text(text: str) -> str:
    return base64.b64encode(text.encode()).decode()


def plain_secret(user: str, password: str) -> str:
    """The argument of AUTH PLAIN."""
    return base64_text(f"\0{user}\0{password}")
