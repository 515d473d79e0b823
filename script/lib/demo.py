# SPDX-License-Identifier: ISC
"""python3 -m script.lib.demo TREE BINARY RECORDER [LOG]: sends a handful of messages through a real smtpd, and shows
what filter-jsonlog wrote; or leaves it in the file LOG."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

from script.lib.show import show
from script.lib.smtpd import private_machine
from script.lib.smtpd.mail_server import LOGINS, MailServer
from script.lib.smtpd.mail_sink import MailSink, Manners
from script.lib.smtpd.smtp_client import Client, body, plain_secret
from script.lib.waiting import wait_until


def send_messages(mail: MailServer) -> None:
    accepted()
    over_tls_with_a_login()
    abandoned()
    refused_by_a_filter()
    wait_until(
        "both messages arrive",
        lambda: all(subject in mail.mailbox("bob") for subject in ("Lunch", "Minutes")),
    )


def accepted() -> None:
    tell("a message for two, one of whom nobody knows")
    client = Client()
    client.hello("laptop.test")
    client.transfer("alice@local.test", ["bob@local.test", "nobody@local.test"], "Lunch")
    client.quit()


def over_tls_with_a_login() -> None:
    tell("a message over TLS, with a login that is wrong at first")
    client = Client()
    client.hello("phone.test")
    client.start_tls()
    client.command("EHLO phone.test")
    client.command(f"AUTH PLAIN {plain_secret('carol', 'no idea')}")
    client.command(f"AUTH PLAIN {plain_secret('carol', LOGINS['carol'])}")
    client.transfer("alice@local.test", ["bob@local.test"], "Minutes")
    client.quit()


def abandoned() -> None:
    tell("a client that vanishes in the middle of its message")
    client = Client()
    client.hello("train.test")
    for line in ("MAIL FROM:<alice@local.test>", "RCPT TO:<bob@local.test>", "DATA"):
        client.command(line)
    client.send(body("Tunnel ahead"))
    client.vanish()


def refused_by_a_filter() -> None:
    tell("a sender that a filter of the chain does not want")
    client = Client()
    client.hello("stranger.test")
    client.transfer("refused@local.test", ["bob@local.test"], "Riches")
    client.quit()


def relayed(mail: MailServer) -> None:
    tell("a message for another server, over TLS, and one for two of a server that knows one of them")
    sinks = {
        "tls.test": MailSink("127.0.1.2", Manners(certificate=mail.certificate)),
        "picky.test": MailSink("127.0.1.4", Manners(replies={"nobody@picky.test": "550 5.1.1 no such user"})),
    }
    client = Client()
    client.hello("laptop.test")
    to_tls = client.transfer("alice@local.test", ["bob@tls.test"], "Abroad")
    to_picky = client.transfer("alice@local.test", ["nobody@picky.test", "bob@picky.test"], "Abroad")
    client.quit()
    wait_until(
        "both messages are passed on",
        lambda: all(sink.received for sink in sinks.values())
        and all(has_left(mail, reply.message_id) for reply in (to_tls, to_picky)),
    )


def has_left(mail: MailServer, message_id: str) -> bool:
    sessions = mail.record.outbound_sessions(message_id)
    return bool(sessions) and all(mail.record.has(name, "link-disconnect") for name in sessions)


def tell(text: str) -> None:
    print(f"  {text}")


def main(tree: Path, binary: Path, recorder: Path, log: Path | None = None) -> None:
    private_machine.enter()
    mail = MailServer(tree, binary, recorder)
    print("  starting smtpd with filter-jsonlog in its chain", flush=True)
    with mail:
        print(f"  smtpd {mail.version()} is up")
        send_messages(mail)
        relayed(mail)
    print("  smtpd and its filters have ended", flush=True)
    if log:
        shutil.copy(mail.live, log)
    else:
        show(binary, mail.live)


if __name__ == "__main__":
    try:
        main(*(Path(argument) for argument in sys.argv[1:5]))
    except KeyboardInterrupt:
        sys.exit("interrupted; nothing is left running")
