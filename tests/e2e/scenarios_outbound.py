# SPDX-License-Identifier: ISC
"""Mail that smtpd relays: what it says to other servers and what they answer."""

from __future__ import annotations

from typing import Callable

from script.lib.line import get
from script.lib.smtpd.mail_sink import MailSink, Manners
from script.lib.smtpd.smtp_client import Client
from script.lib.waiting import wait_until
from tests.e2e.rehearsal import Act, Rehearsal, scenario
from tests.lib.journal import Session


def open_sinks(certificate: tuple[str, str]) -> dict[str, MailSink]:
    """The servers that smtpd.conf relays to. Nobody listens at the address of absent.test."""
    picky = {
        "temporary@picky.test": "450 4.2.0 later | perhaps",
        "permanent@picky.test": "550 5.1.1 never",
    }
    return {
        "plain": MailSink("127.0.1.1"),
        "tls": MailSink("127.0.1.2", Manners(certificate=certificate)),
        "lmtp": MailSink(
            "127.0.1.3", Manners(lmtp=True, replies={"body for full@lmtp.test": "452 4.2.2 full"})
        ),
        "picky": MailSink("127.0.1.4", Manners(replies=picky)),
        "unwilling": MailSink("127.0.1.5", Manners(replies={"MAIL": "550 5.7.1 not from you"})),
        "closed": MailSink("127.0.1.6", Manners(banner="554 5.3.2 closed today")),
    }


def submit(run: Rehearsal, recipients: list[str], subject: str) -> str:
    """Hands the message in over SMTP; gives smtpd's id for it."""
    client = Client()
    client.hello()
    reply = client.transfer("alice@local.test", recipients, subject)
    run.checks.equal("the message is accepted for relaying", reply.code, 250)
    run.leave(client)
    return reply.message_id


def outbound(run: Rehearsal, message_id: str) -> list[Session]:
    return [run.journal.session(name) for name in run.mail.record.outbound_sessions(message_id)]


def expect_outbound_end(run: Rehearsal, message_id: str) -> None:
    record = run.mail.record

    def ended() -> bool:
        names = record.outbound_sessions(message_id)
        return bool(names) and all(record.has(name, "link-disconnect") for name in names)

    run.expect(f"the session that relays {message_id} ends", ended)


def check_relay(run: Rehearsal, message_id: str, facts: dict[str, object]) -> None:
    sessions = outbound(run, message_id)
    run.checks.equal("one session takes it up", len(sessions), 1)
    for session in sessions:
        session.ends_with(
            {"opensmtpd.subsystem": "smtp-out", "network.direction": "outbound", **facts}
        )
        commits = session.of("tx-commit")
        run.checks.true(
            "the commit carries the id of the inbound transaction",
            commits and all(get(line, "email.local_id") == message_id for line in commits),
        )


def relay_scenario(sink: str, facts: dict[str, object]) -> Callable[[Rehearsal], Act]:
    def act(run: Rehearsal) -> Act:
        subject = f"relayed to {sink}"
        message_id = submit(run, [f"someone@{sink}.test"], subject)
        run.expect_relayed(sink, subject)
        expect_outbound_end(run, message_id)
        yield
        check_relay(
            run, message_id, {"opensmtpd.session.rcpt_to": [f"someone@{sink}.test"], **facts}
        )

    return act


scenario("smtpd relays in plain text")(
    relay_scenario(
        "plain",
        {
            "tls.established": False,
            "destination.ip": "127.0.1.1",
            "opensmtpd.session.history": "CGEMRDKQ",
        },
    )
)
scenario("smtpd relays over TLS")(
    relay_scenario(
        "tls",
        {
            "tls.established": True,
            "opensmtpd.session.with": "ESMTPS",
            "opensmtpd.helo.method": "EHLO",
        },
    )
)


@scenario("smtpd relays over LMTP, and one of two recipients does not get it")
def lmtp(run: Rehearsal) -> Act:
    record = run.mail.record

    def first_reply_is_taken() -> bool:
        names = [
            report.session for report in record.reports() if report.parameters.startswith("LHLO|")
        ]
        return any(
            record.has(name, "tx-commit") or record.has(name, "tx-rollback") for name in names
        )

    run.sinks["lmtp"].manners.between_replies = lambda: wait_until(
        "smtpd takes the reply", first_reply_is_taken
    )
    message_id = submit(run, ["someone@lmtp.test", "full@lmtp.test"], "relayed to lmtp")
    run.expect_relayed("lmtp", "relayed to lmtp")
    expect_outbound_end(run, message_id)
    yield
    facts: dict[str, object] = {
        "opensmtpd.session.with": "LMTP",
        "opensmtpd.session.tx.count": 1,
        "opensmtpd.session.tx.committed": 1,
        "opensmtpd.session.tx.rolled_back": 0,
        "opensmtpd.count.rcpt_ok": 2,
        "opensmtpd.count.commit": 1,
        "opensmtpd.count.rollback": 1,
    }
    check_relay(run, message_id, facts)


@scenario("the other server refuses some recipients")
def picky(run: Rehearsal) -> Act:
    recipients = ["permanent@picky.test", "temporary@picky.test", "welcome@picky.test"]
    message_id = submit(run, recipients, "for the picky")
    run.expect_relayed("picky", "for the picky")
    expect_outbound_end(run, message_id)
    run.expect_mail("alice", "permanent@picky.test")
    yield
    taken: set[str] = set()
    refused: set[str] = set()
    for session in outbound(run, message_id):
        taken |= set(session.last("opensmtpd.session.rcpt_to") or [])
        for line in session.of("protocol-server"):
            if get(line, "opensmtpd.last.command.verb") == "RCPT TO" and get(
                line, "opensmtpd.last.reply.class"
            ) in (4, 5):
                refused.add(get(line, "opensmtpd.last.command.address"))
    run.checks.equal("one recipient is taken", taken, {"welcome@picky.test"})
    run.checks.equal("two are refused", refused, {"permanent@picky.test", "temporary@picky.test"})
    bounces = [session for session in run.journal.internal() if session.of("tx-commit")]
    bounces = [
        session for session in bounces if get(session.of("tx-commit")[0], "opensmtpd.tx.from.null")
    ]
    run.checks.true("smtpd's bounce is a session of the local socket", bounces)


@scenario("the other server refuses the sender")
def unwilling(run: Rehearsal) -> Act:
    submit(run, ["someone@unwilling.test"], "for the unwilling")
    run.expect_mail("alice", "someone@unwilling.test")
    yield
    sessions = outbound_to(run, "127.0.1.5")
    run.checks.true("the session is there", sessions)
    for session in sessions:
        session.ends_with({"opensmtpd.session.tx.count": 0, "opensmtpd.count.reply.5xx": 1})


@scenario("the other server is closed")
def closed(run: Rehearsal) -> Act:
    submit(run, ["someone@closed.test"], "for the closed")
    run.expect("smtpd hears that it is closed", lambda: "554 5.3.2 closed today" in recorded(run))
    yield
    sessions = outbound_to(run, "127.0.1.6")
    run.checks.true("the session is there", sessions)
    for session in sessions:
        session.ends_with({"opensmtpd.session.close": "rejected", "opensmtpd.banner": None})


@scenario("the other server is not there")
def absent(run: Rehearsal) -> Act:
    submit(run, ["someone@absent.test"], "for the absent")
    run.expect("smtpd finds nobody", lambda: lonely_ends(run))
    yield
    for name in lonely_ends(run):
        session = run.journal.session(name)
        run.checks.equal("the session is one line", len(session.lines), 1)
        session.ends_with(
            {"opensmtpd.session.close": "connect-failed", "opensmtpd.session.partial": False}
        )


def outbound_to(run: Rehearsal, address: str) -> list[Session]:
    return [
        session
        for session in run.journal.sessions.values()
        if session.last("opensmtpd.subsystem") == "smtp-out"
        and session.last("destination.ip") == address
    ]


def recorded(run: Rehearsal) -> str:
    return "\n".join(report.parameters for report in run.mail.record.reports())


def lonely_ends(run: Rehearsal) -> list[str]:
    """Sessions whose only report is that they ended: the connection was refused."""
    reports = run.mail.record.reports()
    connected = {report.session for report in reports if report.event == "link-connect"}
    return [
        report.session
        for report in reports
        if report.event == "link-disconnect" and report.session not in connected
    ]
