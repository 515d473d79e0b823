# SPDX-License-Identifier: ISC
"""Everyday sessions: greeting, transactions, recipients, the ways in."""

from __future__ import annotations

import threading

from script.lib.line import get
from script.lib.smtpd.smtp_client import Client, body
from tests.e2e.rehearsal import Act, Rehearsal, scenario


@scenario("a HELO client sends one message")
def helo(run: Rehearsal) -> Act:
    client = Client()
    client.reply()
    run.checks.equal("HELO is accepted", client.command("HELO helo.test").code, 250)
    run.checks.equal(
        "the message is accepted",
        client.transfer("alice@local.test", ["bob@local.test"], "helo").code,
        250,
    )
    run.leave(client)
    run.expect_mail("bob", "helo")
    yield
    session = run.session(client)
    session.ends_with(
        {
            "event.action": "link-disconnect",
            "event.outcome": "success",
            "opensmtpd.session.final": True,
            "opensmtpd.session.partial": False,
            "opensmtpd.session.close": "quit",
            "opensmtpd.session.with": "SMTP",
            "opensmtpd.session.history": "CGHMRDKQ",
            "opensmtpd.helo.method": "HELO",
            "opensmtpd.helo.name": "helo.test",
            "opensmtpd.count.command": 6,
            "opensmtpd.count.commit": 1,
            "opensmtpd.session.tx.committed": 1,
            "opensmtpd.session.mail_from": ["alice@local.test"],
            "opensmtpd.session.rcpt_to": ["bob@local.test"],
            "source.port": client.port,
            "tls.established": False,
        }
    )
    run.checks.equal(
        "only the last line is final",
        [get(line, "opensmtpd.session.final") for line in session.lines].count(True),
        1,
    )


@scenario("an EHLO client sends two messages and gives up one between them")
def several_transactions(run: Rehearsal) -> Act:
    client = Client()
    client.hello()
    first = client.transfer("alice@local.test", ["bob@local.test"], "first of several")
    client.commands("MAIL FROM:<alice@local.test>", "RCPT TO:<bob@local.test>", "RSET", "RSET")
    second = client.transfer("alice@local.test", ["both@local.test"], "second of several")
    run.leave(client)
    run.expect_mail("bob", "first of several", "second of several")
    run.expect_mail("alice", "second of several")
    yield
    session = run.session(client)
    session.ends_with(
        {
            "opensmtpd.session.with": "ESMTP",
            "opensmtpd.session.history": "CGEMRDKMRBMRDKQ",
            "opensmtpd.session.tx.count": 3,
            "opensmtpd.session.tx.committed": 2,
            "opensmtpd.session.tx.rolled_back": 1,
            "opensmtpd.count.rcpt_ok": 3,
        }
    )
    commits = session.of("tx-commit")
    run.checks.equal(
        "the commits carry the ids that the client was told",
        [get(line, "email.local_id") for line in commits],
        [first.message_id, second.message_id],
    )
    run.checks.equal(
        "the commits are numbers 1 and 3",
        [get(line, "opensmtpd.tx.number") for line in commits],
        [1, 3],
    )
    run.checks.equal(
        "an alias for two is one recipient", get(commits[1], "opensmtpd.tx.rcpt.accepted"), 1
    )
    run.checks.equal("and two envelopes", get(commits[1], "opensmtpd.tx.envelope.count"), 2)


@scenario("some recipients are refused by smtpd, some by filters")
def refused_recipients(run: Rehearsal) -> Act:
    recipients = [
        "alice@local.test",
        "nobody@local.test",
        "someone@elsewhere.test",
        "refused@local.test",
        "deferred@local.test",
    ]
    client = Client()
    client.hello()
    client.transfer("alice@local.test", recipients, "for one of five")
    run.leave(client)
    run.expect_mail("alice", "for one of five")
    yield
    session = run.session(client)
    session.ends_with(
        {
            "opensmtpd.session.history": "CGEMRrrXrXrDKQ",
            "opensmtpd.count.rcpt": 5,
            "opensmtpd.count.rcpt_ok": 1,
            "opensmtpd.count.rcpt_permfail": 3,
            "opensmtpd.count.rcpt_tempfail": 1,
            "opensmtpd.filter.count.reject": 2,
            "opensmtpd.session.rcpt_to": ["alice@local.test"],
        }
    )
    commit = session.of("tx-commit")[-1]
    for name, expected in {"count": 5, "accepted": 1, "permfail": 3, "tempfail": 1}.items():
        run.checks.equal(
            f"the commit knows tx.rcpt.{name}", get(commit, f"opensmtpd.tx.rcpt.{name}"), expected
        )
    run.checks.equal(
        "every recipient stands beside its own status",
        [
            (get(line, "opensmtpd.rcpt.address"), get(line, "opensmtpd.rcpt.status"))
            for line in session.of("tx-rcpt")
        ],
        list(zip(recipients, ["ok", "permfail", "permfail", "permfail", "tempfail"])),
    )


@scenario("a message from the null sender")
def null_sender(run: Rehearsal) -> Act:
    client = run.deliver("", ["bob@local.test"], "from nobody")
    yield
    commit = run.session(client).of("tx-commit")[-1]
    run.checks.equal("the sender is null", get(commit, "opensmtpd.tx.from.null"), True)
    run.checks.equal("the sender has no address", get(commit, "opensmtpd.tx.from.address"), None)


@scenario("a client comes over IPv6", needs="inet6")
def inet6(run: Rehearsal) -> Act:
    client = Client(host="::1")
    client.hello()
    client.transfer("alice@local.test", ["bob@local.test"], "over IPv6")
    run.leave(client)
    run.expect_mail("bob", "over IPv6")
    yield
    run.session(client).ends_with(
        {
            "source.ip": "::1",
            "source.port": client.port,
            "destination.ip": "::1",
            "destination.port": 25,
            "network.type": "ipv6",
        }
    )


@scenario("a program on the mail host hands a message in at the local socket")
def local_socket(run: Rehearsal) -> Act:
    run.mail.sendmail("alice@local.test", "bob@local.test", body("from the socket"))
    run.expect_mail("bob", "from the socket")
    yield
    sessions = [
        session
        for session in run.journal.internal()
        if session.last("opensmtpd.session.mail_from") == ["alice@local.test"]
    ]
    run.checks.equal("it is one internal session", len(sessions), 1)
    for session in sessions:
        session.ends_with(
            {
                "source.ip": None,
                "source.port": None,
                "opensmtpd.session.rcpt_to": ["bob@local.test"],
            }
        )
        address = session.last("source.address") or ""
        run.checks.true("its source is a socket's path", address.startswith("unix:/"), address)


@scenario("eight clients at once, three messages each")
def parallel_clients(run: Rehearsal) -> Act:
    clients: list[Client] = []

    def send(client: Client, number: int) -> None:
        client.hello(f"parallel{number}.test")
        for message in range(3):
            client.transfer("alice@local.test", ["bob@local.test"], f"parallel {number}-{message}")
        client.quit()

    threads = []
    for number in range(8):
        clients.append(Client())
        threads.append(threading.Thread(target=send, args=(clients[-1], number)))
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    for client in clients:
        run.wait_for_end(client)
    run.expect_mail(
        "bob", *(f"parallel {number}-{message}" for number in range(8) for message in range(3))
    )
    yield
    run.checks.equal(
        "each session has just its own name, messages and history",
        [
            [
                run.session(client).last(f"opensmtpd.{name}")
                for name in ("helo.name", "count.commit", "session.history")
            ]
            for client in clients
        ],
        [[f"parallel{number}.test", 3, "CGEMRDKMRDKMRDKQ"] for number in range(8)],
    )
