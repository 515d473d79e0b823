# SPDX-License-Identifier: ISC
"""What a scenario works with. A scenario is a generator: up to its first yield it acts, after it,
when the mail server has ended, it looks at what the filter wrote."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import Callable, Iterator

from script.lib.smtpd.mail_server import MailServer
from script.lib.smtpd.mail_sink import MailSink
from script.lib.smtpd.smtp_client import Client
from script.lib.waiting import wait_until
from tests.lib.checks import Checks
from tests.lib.journal import Journal, Session

Act = Iterator[None]


@dataclass
class Scenario:
    sentence: str
    act: Callable[[Rehearsal], Act]
    needs: str


SCENARIOS: list[Scenario] = []


def scenario(
    sentence: str, needs: str = ""
) -> Callable[[Callable[[Rehearsal], Act]], Callable[[Rehearsal], Act]]:
    """Registers a scenario; one that needs `tls` or `inet6` is left out, and named, where that is
    not to be had."""

    def register(act: Callable[[Rehearsal], Act]) -> Callable[[Rehearsal], Act]:
        SCENARIOS.append(Scenario(sentence, act, needs))
        return act

    return register


class Rehearsal:
    def __init__(
        self, mail: MailServer, sinks: dict[str, MailSink], checks: Checks, has_tls: bool
    ) -> None:
        self.mail = mail
        self.sinks = sinks
        self.checks = checks
        self.has_tls = has_tls
        self.secrets: set[str] = set()
        self.journal = Journal([], checks)
        self._expected: list[tuple[str, Callable[[], object]]] = []

    def secret(self, text: str) -> str:
        """Remembers what must never be written by the filter."""
        self.secrets.add(text)
        return text

    def expect(self, what: str, condition: Callable[[], object]) -> None:
        """Something that happens in its own time: waited for when all scenarios have acted."""
        self._expected.append((what, condition))

    def expect_mail(self, user: str, *subjects: str) -> None:
        for subject in subjects:
            self.expect(f"“{subject}” reaches {user}", partial(self._has_arrived, user, subject))

    def _has_arrived(self, user: str, subject: str) -> bool:
        return subject in self.mail.mailbox(user)

    def expect_relayed(self, sink: str, subject: str) -> None:
        self.expect(
            f"“{subject}” reaches the {sink} sink", lambda: subject in self.sinks[sink].texts()
        )

    def wait_for_all(self) -> None:
        for what, condition in self._expected:
            try:
                wait_until(what, condition, seconds=60)
                self.checks.true(what, True)
            except TimeoutError as late:
                self.checks.true(what, False, late)

    def wait_for_end(self, client: Client) -> None:
        """Waits until smtpd has reported the end of the client's session."""
        record = self.mail.record
        name = wait_until("smtpd reports the session", lambda: record.session_of(client.port))
        wait_until("smtpd reports the session's end", lambda: record.has(name, "link-disconnect"))

    def leave(self, client: Client) -> None:
        client.quit()
        self.wait_for_end(client)

    def deliver(self, sender: str, recipients: list[str], subject: str) -> Client:
        """A session of one message, which every recipient's mailbox is to get."""
        client = Client()
        client.hello()
        client.transfer(sender, recipients, subject)
        self.leave(client)
        for recipient in recipients:
            self.expect_mail(recipient.partition("@")[0], subject)
        return client

    def session(self, client: Client) -> Session:
        return self.journal.session(self.mail.record.session_of(client.port))
