# SPDX-License-Identifier: ISC
"""Other filters of the chain that reject, disconnect, rewrite, mark as junk and report."""

from __future__ import annotations

from typing import Any

from script.lib.line import get
from script.lib.smtpd.smtp_client import Client
from tests.e2e.rehearsal import Act, Rehearsal, scenario


@scenario("a filter refuses the client at connect")
def client_refused(run: Rehearsal) -> Act:
    client = Client(source="127.0.0.66")
    run.checks.equal("there is no banner", client.reply().code, 550)
    client.vanish()
    run.wait_for_end(client)
    yield
    run.session(client).ends_with(
        {
            "source.ip": "127.0.0.66",
            "opensmtpd.session.close": "rejected",
            "opensmtpd.session.history": "CX",
            "opensmtpd.filter.decision": ["connect:reject"],
        }
    )


@scenario("a filter disconnects the client at connect")
def client_dropped(run: Rehearsal) -> Act:
    client = Client(source="127.0.0.67")
    run.checks.equal("the refusal arrives", client.reply().code, 550)
    run.checks.equal("smtpd hangs up", client.reply().code, 0)
    run.wait_for_end(client)
    yield
    run.session(client).ends_with(
        {
            "opensmtpd.session.close": "filter-disconnect",
            "opensmtpd.session.history": "CY",
            "event.outcome": "failure",
        }
    )


@scenario("a filter refuses one name at EHLO and takes the next")
def name_refused(run: Rehearsal) -> Act:
    client = Client()
    run.checks.equal("the name is refused", client.hello("refused.test").code, 550)
    run.checks.equal("another is not", client.command("EHLO welcome.test").code, 250)
    run.leave(client)
    yield
    session = run.session(client)
    session.ends_with(
        {"opensmtpd.session.history": "CGXeEQ", "opensmtpd.helo.name": "welcome.test"}
    )
    rejects = [
        line for line in session.of("filter-response") if get(line, "event.outcome") == "failure"
    ]
    run.checks.equal(
        "the filter's words are kept, bar and all",
        [get(line, "opensmtpd.filter.last.param") for line in rejects],
        ["550 5.7.1 no such name | really"],
    )


@scenario("a filter disconnects at EHLO")
def name_dropped(run: Rehearsal) -> Act:
    client = Client()
    client.hello("dropped.test")
    client.wait_for_hang_up()
    run.wait_for_end(client)
    yield
    run.session(client).ends_with(
        {
            "opensmtpd.session.close": "filter-disconnect",
            "opensmtpd.filter.decision": ["connect:proceed", "ehlo:disconnect"],
        }
    )


@scenario("a filter reports")
def report(run: Rehearsal) -> Act:
    client = run.deliver("noted@local.test", ["bob@local.test"], "with a note")
    yield
    session = run.session(client)
    reports = session.last("opensmtpd.filter.report") or []
    run.checks.equal("the report is its own event", len(session.of("filter-report")), 1)
    run.checks.true(
        "kind, name and text are kept together",
        len(reports) == 1
        and reports[0].startswith("builtin:note-sender:")
        and "sender | noted" in reports[0],
        reports,
    )


@scenario("a filter marks a message as junk")
def junk(run: Rehearsal) -> Act:
    client = run.deliver("junk@local.test", ["bob@local.test"], "smells of junk")
    yield
    run.session(client).ends_with(
        {"opensmtpd.filter.count.junk": 1, "opensmtpd.session.history": "CGEJMRDKQ"}
    )


def last_of(run: Rehearsal, client: Client, action: str) -> Any:
    return (run.session(client).of(action) or [{}])[-1]


@scenario("filters rewrite the sender and a recipient")
def rewrite(run: Rehearsal) -> Act:
    client = Client()
    client.hello()
    client.transfer("maiden@local.test", ["moved@local.test", "alice@local.test"], "readdressed")
    run.leave(client)
    run.expect_mail("bob", "readdressed")
    run.expect_mail("alice", "readdressed")
    yield
    commit = last_of(run, client, "tx-commit")
    run.checks.equal(
        "the new sender counts", get(commit, "opensmtpd.tx.from.address"), "married@local.test"
    )
    run.checks.equal(
        "the old one is kept",
        get(commit, "opensmtpd.tx.from.address_original"),
        "maiden@local.test",
    )
    run.checks.equal(
        "the new recipient counts",
        get(commit, "opensmtpd.tx.rcpt.accepted_address"),
        ["bob@local.test", "alice@local.test"],
    )
    recipients = [
        (get(line, "opensmtpd.rcpt.address"), get(line, "opensmtpd.rcpt.address_original"))
        for line in run.session(client).of("tx-rcpt")
    ]
    run.checks.equal(
        "what the client said stands beside it",
        recipients,
        [("bob@local.test", "moved@local.test"), ("alice@local.test", None)],
    )
    run.session(client).ends_with(
        {"opensmtpd.filter.count.rewrite": 2, "opensmtpd.session.history": "CGEWMWRRDKQ"}
    )


@scenario("a filter refuses the sender")
def sender_refused(run: Rehearsal) -> Act:
    client = Client()
    client.hello()
    run.checks.equal("MAIL is refused", client.command("MAIL FROM:<refused@local.test>").code, 550)
    run.leave(client)
    yield
    session = run.session(client)
    session.ends_with(
        {
            "opensmtpd.session.tx.count": 0,
            "opensmtpd.session.history": "CGEXmQ",
            "opensmtpd.count.mail": 0,
        }
    )
    refusals = [
        get(line, "opensmtpd.last.command.address")
        for line in session.of("protocol-server")
        if get(line, "opensmtpd.last.reply.class") == 5
        and get(line, "opensmtpd.last.reply.complete")
    ]
    run.checks.equal("the refusal names the address", refusals, ["refused@local.test"])


@scenario("a filter refuses DATA")
def data_refused(run: Rehearsal) -> Act:
    client = Client()
    client.hello()
    run.checks.equal(
        "DATA is refused",
        client.transfer("nodata@local.test", ["bob@local.test"], "unsent").code,
        554,
    )
    client.command("RSET")
    run.leave(client)
    yield
    session = run.session(client)
    session.ends_with(
        {"opensmtpd.session.tx.rolled_back": 1, "opensmtpd.session.history": "CGEMRXdBQ"}
    )
    run.checks.equal(
        "tx-data fails", get(last_of(run, client, "tx-data"), "event.outcome"), "failure"
    )


@scenario("a filter refuses the message after its body")
def commit_refused(run: Rehearsal) -> Act:
    client = Client()
    client.hello()
    run.checks.equal(
        "the body is refused",
        client.transfer("nocommit@local.test", ["bob@local.test"], "unkept").code,
        451,
    )
    run.leave(client)
    yield
    session = run.session(client)
    session.ends_with(
        {
            "opensmtpd.count.commit": 0,
            "opensmtpd.count.rollback": 1,
            "opensmtpd.session.tx.rolled_back": 1,
            "opensmtpd.session.tx.bytes": 0,
        }
    )
    run.checks.equal(
        "tx-data says yes to DATA and no to the body",
        [get(line, "opensmtpd.tx.data.status") for line in session.of("tx-data")],
        ["ok", "tempfail"],
    )
