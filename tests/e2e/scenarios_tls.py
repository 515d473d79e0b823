# SPDX-License-Identifier: ISC
"""TLS and logins."""

from __future__ import annotations

from script.lib.line import get
from script.lib.smtpd.mail_server import LOGINS
from script.lib.smtpd.smtp_client import Client, base64_text, plain_secret
from tests.e2e.rehearsal import Act, Rehearsal, scenario

USER = "carol"
PASSWORD = LOGINS[USER]
WRONG = "battery staple"


@scenario("STARTTLS and a login", needs="tls")
def starttls(run: Rehearsal) -> Act:
    client = Client()
    client.hello("before.test")
    client.start_tls()
    client.command("EHLO after.test")
    run.checks.equal(
        "the login is good",
        client.command(f"AUTH PLAIN {run.secret(plain_secret(USER, PASSWORD))}").code,
        235,
    )
    client.transfer("alice@local.test", ["bob@local.test"], "over STARTTLS")
    run.leave(client)
    run.expect_mail("bob", "over STARTTLS")
    yield
    session = run.session(client)
    session.ends_with(
        {
            "tls.established": True,
            "tls.version": "1.3",
            "tls.version_protocol": "tls",
            "opensmtpd.tls.bits": 256,
            "opensmtpd.session.with": "ESMTPSA",
            "opensmtpd.session.history": "CGETEAMRDKQ",
            "opensmtpd.helo.name": "after.test",
            "opensmtpd.helo.count": 2,
            "user.name": USER,
            "opensmtpd.auth.result": "pass",
            "opensmtpd.auth.attempts": 1,
            "opensmtpd.auth.failures": 0,
        }
    )
    run.checks.equal(
        "the login is a success of its own",
        [get(line, "event.outcome") for line in session.of("link-auth")],
        ["success"],
    )
    run.checks.equal(
        "TLS was not claimed before it was there", get(session.lines[0], "tls.established"), False
    )


@scenario("SMTPS without a login", needs="tls")
def smtps(run: Rehearsal) -> Act:
    client = Client(port=465, tls=True)
    client.hello()
    client.transfer("alice@local.test", ["bob@local.test"], "over SMTPS")
    run.leave(client)
    run.expect_mail("bob", "over SMTPS")
    yield
    run.session(client).ends_with(
        {
            "tls.established": True,
            "opensmtpd.session.with": "ESMTPS",
            "opensmtpd.session.history": "CTGEMRDKQ",
            "opensmtpd.auth.attempts": 0,
            "user.name": None,
        }
    )


@scenario("two bad logins and a good one", needs="tls")
def logins(run: Rehearsal) -> Act:
    client = Client(port=465, tls=True)
    client.hello()
    codes = client.commands(
        f"AUTH PLAIN {run.secret(plain_secret(USER, WRONG))}",
        "AUTH LOGIN",
        run.secret(base64_text(USER)),
        run.secret(base64_text(WRONG)),
        "AUTH LOGIN",
        base64_text(USER),
        run.secret(base64_text(PASSWORD)),
    )
    run.checks.equal("smtpd answers as it should", codes, [535, 334, 334, 535, 334, 334, 235])
    run.leave(client)
    yield
    run.session(client).ends_with(
        {
            "opensmtpd.session.with": "ESMTPSA",
            "opensmtpd.session.history": "CTGEaaAQ",
            "opensmtpd.auth.attempts": 3,
            "opensmtpd.auth.failures": 2,
            "opensmtpd.auth.result": "pass",
        }
    )


@scenario("a login name with bars", needs="tls")
def login_with_bars(run: Rehearsal) -> Act:
    client = Client(port=465, tls=True)
    client.hello()
    client.command(f"AUTH PLAIN {run.secret(plain_secret('ca|rol|', WRONG))}")
    run.leave(client)
    yield
    run.session(client).ends_with({"user.name": "ca|rol|", "opensmtpd.auth.result": "fail"})


@scenario("every spelling of AUTH, accepted or not")
def auth_spellings(run: Rehearsal) -> Act:
    secret = run.secret(plain_secret(USER, PASSWORD))
    name = run.secret(base64_text(USER))
    spellings: list[list[str]] = [
        [f"AUTH PLAIN {secret}"],
        [f"auth plain {secret}"],
        [f"AUTH PLAIN\t{secret}"],
        [f"AUTH  PLAIN {secret}"],
        [f"AUTH\tPLAIN {secret}"],
        [f" AUTH PLAIN {secret}"],
        ["AUTH PLAIN", secret],
        [f"AUTH LOGIN {name}", run.secret(base64_text(PASSWORD))],
        ["AUTH PLAIN", "*"],
        [f"AUTH UNHEARD {run.secret(base64_text('an unheard-of secret'))}"],
    ]
    clients = []
    for spelling in spellings:
        client = Client(port=465, tls=True) if run.has_tls else Client()
        client.hello()
        for line in spelling:
            reply = client.command(line)
            if reply.code != 334:
                break
        clients.append(client)
        run.leave(client)
    yield
    for spelling, client in zip(spellings, clients):
        session = run.session(client)
        reports = run.mail.record.session_reports(run.mail.record.session_of(client.port))
        leaked = any(word in report.parameters for report in reports for word in run.secrets)
        said = [get(line, "opensmtpd.last.command.line") for line in session.of("protocol-client")]
        auth = [line for line in said if line and "AUTH" in line.upper()]
        shown = spelling[0].replace(secret, "…").replace(name, "…")
        run.checks.true(
            f"{shown!r} keeps two words and loses the rest", auth and is_masked(auth), auth
        )
        session.deserves(*(["secret-masked"] if leaked else []))


def is_masked(lines: list[str]) -> bool:
    return all(len(words := line.split()) == 2 or words[2:] == ["********"] for line in lines)


@scenario("AUTH before EHLO", needs="tls")
def auth_before_ehlo(run: Rehearsal) -> Act:
    client = Client(port=465, tls=True)
    client.reply()
    client.command(f"AUTH PLAIN {run.secret(plain_secret(USER, PASSWORD))}")
    run.leave(client)
    yield
    run.session(client).deserves("secret-masked")


@scenario("a TLS handshake that fails")
def broken_handshake(run: Rehearsal) -> Act:
    client = Client()
    client.hello()
    run.checks.equal("STARTTLS is accepted", client.command("STARTTLS").code, 220)
    client.send(b"this is no handshake\r\n")
    client.vanish()
    run.wait_for_end(client)
    yield
    run.session(client).ends_with(
        {"tls.established": False, "opensmtpd.session.close": "tls-failed"}
    )
