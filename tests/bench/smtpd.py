# SPDX-License-Identifier: ISC
"""python3 -m tests.bench.smtpd BINARY RECORDER [SECONDS [SUITE]]: what the filter costs a busy mail server.

A real smtpd takes messages from clients on loopback and delivers them, in rounds that take turns: with the filter, and
with the recorder, which registers for the same events and writes them to /dev/null. SECONDS are those of each of the
two (60). A round ends when its last message is in its mailbox.
"""

from __future__ import annotations

import multiprocessing
import os
import shutil
import smtplib
import sys
import time
from dataclasses import dataclass
from pathlib import Path

from script.lib.parts import part
from script.lib.smtpd import private_machine
from script.lib.smtpd.mail_server import USERS, MailServer

CLIENTS = 8
MESSAGES = 1000  # of a round
TEXT = "Subject: figures\r\n\r\n" + 20 * (75 * "x" + "\r\n")
TICK = os.sysconf("SC_CLK_TCK")

CONFIGURATION = """
table users file:/srv/mail/users
table aliases file:/srv/mail/aliases
filter "onlooker" proc-exec "{command}"
listen on 127.0.0.1 port 25 hostname mail.test filter "onlooker"
action "deliver" maildir alias <aliases> userbase <users>
match from any for domain "local.test" action "deliver"
"""
FILTER = (
    "/usr/bin/env LD_LIBRARY_PATH=/srv/mail/lib /srv/mail/filter-jsonlog --file /srv/mail/out/events.json"
)
NOTHING = "/srv/mail/recorder /dev/null"


class BusyServer(MailServer):
    def _write_configuration(self, command: str) -> None:
        (self.home / "smtpd.conf").write_text(CONFIGURATION.format(command=command))

    def onlooker(self, command: str) -> BusyServer:
        """The server, to be started with that filter."""
        self._write_configuration(command)
        self.live.unlink(missing_ok=True)
        for user in USERS:
            shutil.rmtree(self.home / "home" / user / "Maildir", ignore_errors=True)
        return self

    def delivered(self) -> int:
        folders = (self.home / "home" / user / "Maildir/new" for user in USERS)
        return sum(len(os.listdir(folder)) for folder in folders if folder.is_dir())


@dataclass
class Total:
    seconds: float = 0
    messages: int = 0
    smtpd: float = 0  # seconds of the processors
    delivery: float = 0
    onlooker: float = 0

    def rate(self) -> float:
        return self.messages / self.seconds


def send(number: int) -> None:
    recipient = list(USERS)[number % len(USERS)]
    with smtplib.SMTP("127.0.0.1", local_hostname="client.test", timeout=60) as client:
        client.sendmail("sender@client.test", [f"{recipient}@local.test"], TEXT)


def processor_seconds(name: str) -> tuple[float, float]:
    """Of all processes of that name, and of the children that they waited for, such as those that deliver."""
    own = children = 0
    for path in Path("/proc").glob("[0-9]*/stat"):
        try:
            head, _, tail = path.read_text().rpartition(")")
        except (FileNotFoundError, ProcessLookupError):
            continue
        if head.partition("(")[2] == name:
            user, system, children_user, children_system = map(int, tail.split()[11:15])
            own += user + system
            children += children_user + children_system
    return own / TICK, children / TICK


def play_round(mail: BusyServer, name: str, total: Total) -> float:
    with mail, multiprocessing.Pool(CLIENTS) as clients:
        (smtpd, delivery), (onlooker, _) = processor_seconds("smtpd"), processor_seconds(name)
        begin = time.perf_counter()
        clients.map(send, range(MESSAGES), chunksize=10)
        private_machine.wait_until("every message arrives", lambda: mail.delivered() == MESSAGES, 120)
        seconds = time.perf_counter() - begin
        total.seconds += seconds
        total.messages += MESSAGES
        smtpd_now, delivery_now = processor_seconds("smtpd")
        total.smtpd += smtpd_now - smtpd
        total.delivery += delivery_now - delivery
        total.onlooker += processor_seconds(name)[0] - onlooker
        clients.close()
        clients.join()
    return MESSAGES / seconds


def main(binary: Path, recorder: Path, seconds: float, suite: str) -> int:
    if "FILTER_JSONLOG_TREE" not in os.environ:
        os.environ["FILTER_JSONLOG_TREE"] = str(part("tree", suite))
    private_machine.enter()
    mail = BusyServer(Path(os.environ["FILTER_JSONLOG_TREE"]), binary, recorder)
    with_filter, without = Total(), Total()
    while min(with_filter.seconds, without.seconds) < seconds:
        ours = play_round(mail.onlooker(FILTER), "filter-jsonlog", with_filter)
        its = play_round(mail.onlooker(NOTHING), "recorder", without)
        print(f"{ours:.0f} messages a second with the filter, {its:.0f} without, ratio {ours / its:.3f}", flush=True)
    print(f"all rounds: {with_filter.rate():.1f} with the filter, {without.rate():.1f} without,"
          f" ratio {with_filter.rate() / without.rate():.3f}")
    for name, total in (("the filter", with_filter), ("one that does nothing", without)):
        print(f"CPU a message: {name} {total.onlooker / total.messages * 1e6:.0f} us,"
              f" smtpd {total.smtpd / total.messages * 1e6:.0f} us,"
              f" what it starts to deliver {total.delivery / total.messages * 1e6:.0f} us;"
              f" {100 * total.onlooker / total.smtpd:.1f} % of smtpd,"
              f" {100 * total.onlooker / (total.smtpd + total.delivery):.1f} % of both")
    return 0


if __name__ == "__main__":
    if len(sys.argv) < 3:
        sys.exit("usage: python3 -m tests.bench.smtpd BINARY RECORDER [SECONDS [SUITE]]")
    sys.exit(main(Path(sys.argv[1]).resolve(), Path(sys.argv[2]).resolve(),
                  float(sys.argv[3]) if len(sys.argv) > 3 else 60, sys.argv[4] if len(sys.argv) > 4 else "trixie"))
