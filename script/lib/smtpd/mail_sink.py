# SPDX-License-Identifier: ISC
"""Mail servers that smtpd relays to: each accepts or refuses what its name says, and keeps what it
accepted."""

from __future__ import annotations

import re
import socketserver
import ssl
import threading
from dataclasses import dataclass, field
from typing import Callable


@dataclass
class Received:
    sender: str
    recipients: list[str]
    text: str


@dataclass
class Manners:
    """What a sink does that a plain one does not."""

    banner: str = "220 sink.test ESMTP"
    lmtp: bool = False
    certificate: tuple[str, str] | None = None
    replies: dict[str, str] = field(default_factory=dict)
    """Replies other than 250 by `MAIL`, by recipient, and by `body for` a recipient over LMTP."""
    between_replies: Callable[[], object] | None = None
    """Waits, over LMTP, before the second reply to a body: smtpd gives up when two come at once."""


class MailSink:
    def __init__(self, address: str, manners: Manners | None = None) -> None:
        self.received: list[Received] = []
        self.manners = manners or Manners()
        self._server = socketserver.ThreadingTCPServer(
            (address, 25), _Conversation, bind_and_activate=False
        )
        self._server.allow_reuse_address = True
        self._server.daemon_threads = True
        self._server.sink = self  # type: ignore[attr-defined]
        self._server.server_bind()
        self._server.server_activate()
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def texts(self) -> str:
        return "\n".join(received.text for received in list(self.received))


class _Conversation(socketserver.StreamRequestHandler):
    def handle(self) -> None:
        self.sink: MailSink = self.server.sink  # type: ignore[attr-defined]
        self.manners = self.sink.manners
        self.encrypted = False
        self._forget()
        self._say(self.manners.banner)
        if not self.manners.banner.startswith("220"):
            return
        try:
            while (line := self.rfile.readline().decode().rstrip("\r\n")) and self._answer(line):
                pass
        except (ConnectionError, ssl.SSLError):
            pass

    def _say(self, text: str) -> None:
        self.connection.sendall(text.encode() + b"\r\n")

    def _forget(self) -> None:
        self.sender = ""
        self.recipients: list[str] = []

    def _answer(self, line: str) -> bool:
        verb = line.split(" ")[0].split(":")[0].upper()
        argument = re.search(r"<(.*?)>", line)
        address = argument.group(1) if argument else ""
        if verb in ("HELO", "EHLO", "LHLO"):
            offer = self.manners.certificate and not self.encrypted
            self._say("250-sink.test\r\n250 STARTTLS" if offer else "250 sink.test")
        elif verb == "STARTTLS":
            self._start_tls()
        elif verb == "MAIL":
            self._forget()
            self.sender = address
            self._say(self.manners.replies.get("MAIL", "250 2.1.0 Ok"))
        elif verb == "RCPT":
            reply = self.manners.replies.get(address, "250 2.1.5 Ok")
            self.recipients += [address] if reply.startswith("250") else []
            self._say(reply)
        elif verb == "DATA":
            self._receive()
        elif verb == "QUIT":
            self._say("221 2.0.0 Bye")
            return False
        else:
            self._forget()
            self._say("250 2.0.0 Ok")
        return True

    def _start_tls(self) -> None:
        assert self.manners.certificate
        self._say("220 2.0.0 Go")
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(*self.manners.certificate)
        self.connection = context.wrap_socket(self.connection, server_side=True)
        self.rfile = self.connection.makefile("rb")
        self.encrypted = True

    def _receive(self) -> None:
        self._say("354 Go")
        lines: list[str] = []
        while (line := self.rfile.readline().decode(errors="replace").rstrip("\r\n")) != ".":
            lines.append(line)
        self.sink.received.append(Received(self.sender, self.recipients, "\n".join(lines)))
        self._answer_body()
        self._forget()

    def _answer_body(self) -> None:
        if not self.manners.lmtp:
            self._say("250 2.0.0 Kept")
            return
        for number, recipient in enumerate(self.recipients):
            if number > 0 and self.manners.between_replies:
                self.manners.between_replies()
            self._say(self.manners.replies.get(f"body for {recipient}", "250 2.0.0 Kept"))
