# SPDX-License-Identifier: ISC
"""python3 -m tests.security.live LOG BINARY RECORDER: attacks on a real smtpd, and mail that is none; LOG gets what the
filter wrote. Exit status 77 where a real smtpd cannot be had."""

from __future__ import annotations

import os
import shutil
import sys
from pathlib import Path
from typing import Callable

from script.lib.parts import part
from script.lib.smtpd import private_machine
from script.lib.smtpd.mail_server import LOGINS, MailServer
from script.lib.smtpd.smtp_client import Client, plain_secret
from tests.security import made
from tests.security.attacks import MAXRETRY

VICTIM = "192.0.2.7"
FORGED = made.forgeries(VICTIM)[0]


def guess_a_password(client: Client, number: int) -> None:
    client.hello("guesser.test")
    client.start_tls()
    client.command("EHLO guesser.test")
    client.command(f"AUTH PLAIN {plain_secret('carol', f'guess {number}')}")


def probe_an_address(client: Client, number: int) -> None:
    client.hello("prober.test")
    client.commands("MAIL FROM:<a@prober.test>", f"RCPT TO:<nobody{number}@local.test>")


def talk_junk(client: Client, number: int) -> None:
    client.reply()
    client.command(f"GET /{number} HTTP/1.1")


def forge(client: Client, number: int) -> None:
    """All that it says names somebody else, and looks like a part of a line."""
    client.hello(FORGED if number % 2 else VICTIM)
    client.commands(f"NOOP {FORGED}", f"MAIL FROM:<{VICTIM}@{VICTIM}>", "RCPT TO:<bob@local.test>", "RSET")


def send_mail(client: Client, number: int) -> None:
    client.hello("friend.test")
    client.transfer("friend@friend.test", ["bob@local.test"], f"Hello {number}")


def log_in(client: Client, number: int) -> None:
    """Wrong at first, as people are."""
    client.hello("phone.test")
    client.start_tls()
    client.command("EHLO phone.test")
    if number == 0:
        client.command(f"AUTH PLAIN {plain_secret('carol', 'no idea')}")
    client.command(f"AUTH PLAIN {plain_secret('carol', LOGINS['carol'])}")


ACTS: dict[str, Callable[[Client, int], None]] = {
    "198.18.3.1": guess_a_password,
    "198.18.3.2": probe_an_address,
    "198.18.3.3": talk_junk,
    "198.18.3.4": forge,
    "198.18.3.5": send_mail,
    "198.18.3.6": log_in,
}
ATTACKERS = {("auth", "198.18.3.1"), ("recipients", "198.18.3.2"), ("junk", "198.18.3.3")}


def main(log: Path, binary: Path, recorder: Path) -> int:
    tree = Path(os.environ.setdefault("FILTER_JSONLOG_TREE", str(part("tree", "trixie"))))
    private_machine.enter()
    private_machine.make_local("198.18.3.254", "255.255.255.0")
    with MailServer(tree, binary, recorder) as mail:
        for source, act in ACTS.items():
            for number in range(MAXRETRY):
                with Client(source=source) as client:
                    act(client, number)
    shutil.copy(mail.live, log)
    return 0


if __name__ == "__main__":
    if len(sys.argv) != 4:
        sys.exit("usage: python3 -m tests.security.live LOG BINARY RECORDER")
    sys.exit(main(*(Path(argument).resolve() for argument in sys.argv[1:])))
