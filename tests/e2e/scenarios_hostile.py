# SPDX-License-Identifier: ISC
"""Clients that vanish, hurry, lie and send garbage; and mail that still flows after them."""

from __future__ import annotations

from script.lib.line import get
from script.lib.smtpd.smtp_client import Client, body
from tests.e2e.rehearsal import Act, Rehearsal, scenario

TRANSACTION = ["MAIL FROM:<alice@local.test>", "RCPT TO:<bob@local.test>", "DATA"]


@scenario("clients vanish in every phase")
def vanishing(run: Rehearsal) -> Act:
    phases: dict[str, tuple[Client, str]] = {}

    def vanish(phase: str, client: Client, history: str) -> None:
        client.vanish()
        run.wait_for_end(client)
        phases[phase] = (client, history)

    vanish("connect", Client(), "CG")
    client = Client()
    client.reply()
    vanish("the banner", client, "CG")
    for count, (phase, history) in enumerate(
        {"EHLO": "", "MAIL": "MB", "RCPT": "MRB", "DATA": "MRDB"}.items()
    ):
        client = Client()
        client.hello()
        client.commands(*TRANSACTION[:count])
        vanish(phase, client, "CGE" + history)
    client = Client()
    client.hello()
    client.commands(*TRANSACTION)
    client.send(body("cut in half"))
    vanish("half a body", client, "CGEMRDB")
    yield
    for phase, (client, history) in phases.items():
        session = run.session(client)
        run.checks.equal(
            f"who vanishes after {phase} is a lost client",
            (session.last("opensmtpd.session.close"), session.last("event.outcome")),
            ("client-lost", "failure"),
        )
        run.checks.equal(
            f"who vanishes after {phase} leaves his history",
            session.last("opensmtpd.session.history"),
            history,
        )


@scenario("a client does not wait for replies")
def pipelining(run: Rehearsal) -> Act:
    client = Client()
    client.hello()
    client.commands(*TRANSACTION[:2])
    client.send("DATA\r\nRSET\r\nQUIT\r\n")
    client.wait_for_hang_up()
    run.wait_for_end(client)
    yield
    session = run.session(client)
    session.deserves("bogus-result", "pipelining-refused")
    session.ends_with(
        {
            "opensmtpd.session.close": "server-5xx",
            "opensmtpd.count.rcpt_ok": 1,
            "opensmtpd.count.rcpt_permfail": 0,
        }
    )


@scenario("a client says MAIL twice")
def nested_mail(run: Rehearsal) -> Act:
    client = Client()
    client.hello()
    client.command("MAIL FROM:<alice@local.test>")
    run.checks.equal(
        "the second is refused", client.command("MAIL FROM:<intruder@local.test>").code, 503
    )
    client.commands("RCPT TO:<bob@local.test>", "DATA")
    client.command(body("after a second MAIL") + ".")
    run.leave(client)
    run.expect_mail("bob", "after a second MAIL")
    yield
    session = run.session(client)
    session.deserves("nested-mail")
    session.ends_with(
        {"opensmtpd.session.mail_from": ["alice@local.test"], "opensmtpd.session.tx.committed": 1}
    )
    commit = session.of("tx-commit")[-1]
    run.checks.equal(
        "the first sender stays", get(commit, "opensmtpd.tx.from.address"), "alice@local.test"
    )


@scenario("bytes that are not UTF-8")
def bad_bytes(run: Rehearsal) -> Act:
    client = Client()
    client.hello()
    client.commands(
        b"MAIL FROM:<caf\xe9@local.test>",
        b"MAIL FROM:<alice@local.test>",
        b"RCPT TO:<\xff\xfe\x01@local.test>",
        b"RCPT TO:<bob@local.test>",
        b"RSET",
        b"\x80\xc3\x28 \x1b[31m",
    )
    run.leave(client)
    yield
    session = run.session(client)
    session.deserves("bad-bytes", "unknown-command")
    lines = [get(line, "opensmtpd.last.command.line") for line in session.of("protocol-client")]
    run.checks.true(
        "an odd byte is written as \\xNN", "MAIL FROM:<caf\\xe9@local.test>" in lines, lines
    )
    run.checks.true("a control character is kept", "\\x80\\xc3( \x1b[31m" in lines, lines)


@scenario("bars wherever a client can put them")
def bars(run: Rehearsal) -> Act:
    client = Client()
    client.reply()
    client.commands(
        "EHLO a|b.test",
        "EHLO bars.test",
        "MAIL FROM:<a|ice|@local.test>",
        "RCPT TO:<|@local.test>",
        "RCPT TO:<bob@local.test>",
        "RSET",
        "FOO|BAR|",
    )
    run.leave(client)
    yield
    session = run.session(client)
    session.deserves("unknown-command")
    session.ends_with(
        {"opensmtpd.helo.name": "bars.test", "opensmtpd.session.mail_from": ["a|ice|@local.test"]}
    )
    run.checks.equal(
        "recipients keep their bars",
        [
            (get(line, "opensmtpd.rcpt.address"), get(line, "opensmtpd.rcpt.status"))
            for line in session.of("tx-rcpt")
        ],
        [("|@local.test", "permfail"), ("bob@local.test", "ok")],
    )
    lines = [get(line, "opensmtpd.last.command.line") for line in session.of("protocol-client")]
    run.checks.true("commands keep theirs", {"EHLO a|b.test", "FOO|BAR|"} <= set(lines), lines)


@scenario("a command that is too long")
def long_command(run: Rehearsal) -> Act:
    client = Client()
    client.hello()
    client.commands(*TRANSACTION[:2])
    client.send("NOOP " + "x" * 5000 + "\r\n")
    client.wait_for_hang_up()
    run.wait_for_end(client)
    yield
    session = run.session(client)
    session.deserves("oversized-line")
    session.ends_with({"opensmtpd.count.rcpt_ok": 1, "opensmtpd.session.close": "server-5xx"})


@scenario("a body with a line that is too long")
def long_body_line(run: Rehearsal) -> Act:
    client = Client()
    client.hello()
    client.commands(*TRANSACTION)
    client.send(body("too long") + "y" * 70000 + "\r\n.\r\n")
    client.wait_for_hang_up()
    run.wait_for_end(client)
    yield
    run.session(client).deserves("oversized-line")
    run.session(client).ends_with(
        {"opensmtpd.session.tx.committed": 0, "opensmtpd.session.tx.rolled_back": 1}
    )


@scenario("commands that smtpd does not know")
def unknown_commands(run: Rehearsal) -> Act:
    client = Client()
    client.reply()
    client.commands(
        "GET / HTTP/1.1",
        "Host: mail.test",
        "",
        "EHLO late.test",
        "EXPN all",
        "VRFY alice",
        "HELP",
        "NOOP",
    )
    run.leave(client)
    yield
    session = run.session(client)
    session.deserves("unknown-command")
    session.ends_with({"opensmtpd.session.close": "quit", "opensmtpd.helo.name": "late.test"})


@scenario("after all that, mail still flows")
def mail_still_flows(run: Rehearsal) -> Act:
    client = Client()
    client.hello()
    reply = client.transfer("alice@local.test", ["bob@local.test"], "still flowing")
    run.checks.equal("the message is accepted", reply.code, 250)
    run.leave(client)
    run.expect_mail("bob", "still flowing")
    run.checks.true("smtpd is running", run.mail.is_running())
    yield
    run.session(client).ends_with({"opensmtpd.session.history": "CGEMRDKQ"})


@scenario("a client is still there when the mail server ends")
def still_there(run: Rehearsal) -> Act:
    client = Client()
    client.hello()
    client.commands(*TRANSACTION[:2])
    yield
    session = run.session(client)
    session.ends_with(
        {
            "event.action": "session-shutdown",
            "event.outcome": "failure",
            "opensmtpd.session.close": "shutdown",
            "opensmtpd.session.final": True,
            "opensmtpd.session.rcpt_to": ["bob@local.test"],
        }
    )
    client.vanish()
