# SPDX-License-Identifier: ISC
"""Sessions that nobody recorded: one offence each, with any text in every place where a client can put one."""

from __future__ import annotations

from tests.security.recorded import Event, Session

VERSION = "0.7"


def _events(*pairs: tuple[str, str]) -> Session:
    return [Event(VERSION, 0, name, parameters) for name, parameters in pairs]


def _begin(helo: str, host: str) -> Session:
    return _events(("link-connect", f"{host}|fail|192.0.2.9:1|198.51.100.1:25"),
                   ("protocol-server", "220 mx.example.org ESMTP OpenSMTPD"), ("link-greeting", "mx.example.org"),
                   ("protocol-client", f"EHLO {helo}"), ("link-identify", f"EHLO|{helo}"),
                   ("protocol-server", "250 mx.example.org"))


END = _events(("link-disconnect", ""))


def login(user: str, helo: str = "client.example", host: str = "<unknown>", result: str = "fail") -> Session:
    reply = "235 2.0.0 Authentication succeeded" if result == "pass" else "535 Authentication failed"
    return [*_begin(helo, host), *_events(("protocol-client", "AUTH LOGIN"), ("link-auth", f"{result}|{user}"),
                                          ("protocol-server", reply)), *END]


def probe(recipient: str, helo: str = "client.example", host: str = "<unknown>", refused: bool = True) -> Session:
    reply = f"550 5.1.1 Invalid recipient: <{recipient}>" if refused else "250 2.1.5 Destination address valid: Recipient ok"
    return [*_begin(helo, host), *_events(
        ("protocol-client", "MAIL FROM:<a@client.example>"), ("protocol-server", "250 2.0.0 Ok"), ("tx-begin", "0a0b0c0d"),
        ("tx-mail", "0a0b0c0d|ok|a@client.example"), ("protocol-client", f"RCPT TO:<{recipient}>"),
        ("protocol-server", reply), ("tx-rcpt", f"0a0b0c0d|{'permfail' if refused else 'ok'}|{recipient}")), *END]


def junk(word: str, helo: str = "client.example", host: str = "<unknown>") -> Session:
    return [*_begin(helo, host), *_events(("protocol-client", word),
                                          ("protocol-server", "500 5.5.1 Invalid command: Command unrecognized")), *END]


def forgeries(victim: str) -> list[str]:
    """Texts that try to look like the rest of a line, or like a line of its own."""
    key = f'"source":{{"address":"{victim}","ip":"{victim}","port":1'
    failure = f'"message":"link-auth fail bob from {victim}",{key}}},"subsystem":"smtp-in"'
    return [f'x",{key}', f'x\\",{key}', f'x\\\\",{key}', f"bob from {victim} ({victim})", f"{{{failure}}}",
            f'x"}}\\n{{"@timestamp":"2026-11-21T00:36:40.084382Z",{failure}', f"[{victim}]", f"{victim}",
            "\\" * 511 + f'",{key}', "\\" * 512 + f'",{key}', f'","anomaly_new":["unknown-command"],{key}', "é" * 600 + key]
