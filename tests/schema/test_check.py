# SPDX-License-Identifier: ISC
"""The checker itself: a good line passes, and every crafted bad one is refused for its reason."""

import copy
import json
import unittest
from collections.abc import Callable
from typing import Any

from script.lib.line import Line
from tests.lib import check


def good() -> Line:
    """A tx-rcpt line with everything that must be there and a bit more."""
    return {
        "@timestamp": "2026-11-20T10:15:01.204511Z",
        "message": "tx-rcpt permfail nosuch@example.net",
        "ecs": {"version": "8.17.0"},
        "event": {
            "kind": "event", "module": "opensmtpd", "dataset": "opensmtpd.session", "category": ["email"],
            "type": ["info"], "action": "tx-rcpt", "outcome": "failure", "reason": "550 5.1.1 no such user",
            "sequence": 12, "id": "935cd1d2a38b1ebe.64fa0b9d2c1f3.12", "start": "2026-11-20T10:15:00.000000Z",
            "duration": 1204511000},
        "observer": {"type": "mta", "product": "OpenSMTPD"},
        "labels": {"site": "berlin"},
        "source": {"address": "192.0.2.9", "ip": "192.0.2.9", "port": 33174},
        "network": {"transport": "tcp", "type": "ipv4", "protocol": "smtp", "direction": "inbound"},
        "tls": {"established": False},
        "related": {"ip": ["192.0.2.9"]},
        "email": {"local_id": "9d298b89"},
        "opensmtpd": {
            "schema": "1.1", "record": "event",
            "logger": {"version": "0.1.0", "run": "64fa0b9d2c1f3", "sequence": 12, "dropped": 0},
            "subsystem": "smtp-in",
            "time": {"gap_us": 2},
            "rcpt": {"address": "nosuch@example.net", "status": "permfail"},
            "session": {"id": "935cd1d2a38b1ebe", "phase": "mail",
                        "tx": {"count": 1, "committed": 0, "rolled_back": 0, "bytes": 0}, "history": "CGEMr"},
            "helo": {"count": 1}, "auth": {"attempts": 0, "failures": 0},
            "count": {"command": 3, "reply": {"2xx": 3, "3xx": 0, "4xx": 0, "5xx": 1}, "mail": 1, "rcpt": 1,
                      "rcpt_ok": 0, "rcpt_tempfail": 0, "rcpt_permfail": 1, "commit": 0, "rollback": 0,
                      "timeout": 0, "filter_report": 0},
            "tx": {"id": "9d298b89", "number": 1, "status": "open", "envelope": {"count": 0},
                   "rcpt": {"count": 1, "accepted": 0, "tempfail": 0, "permfail": 1}},
            "transactions": [{"id": "00000001", "status": "rolled-back", "from": {"null": True},
                              "rcpt": {"count": 0, "accepted": 0, "tempfail": 0, "permfail": 0}}],
            "filter": {"count": {"proceed": 4, "junk": 0, "rewrite": 0, "reject": 0, "disconnect": 0, "report": 0,
                                 "other": 0}, "wait_us": 9},
        },
    }


def encode(node: Line) -> bytes:
    return json.dumps(node, separators=(",", ":"), ensure_ascii=False).encode("utf-8", "surrogatepass")


def move_to_end(node: Line, *keys: str) -> None:
    for key in keys:
        node[key] = node.pop(key)


def changed(path: str, value: Any) -> bytes:
    """The good line with one field set, or taken out where the value is Ellipsis."""
    node = copy.deepcopy(good())
    *parents, last = path.split("/")
    at = node
    for parent in parents:
        at = at[parent]
    if value is ...:
        del at[last]
    else:
        at[last] = value
    return encode(node)


class GoodLine(unittest.TestCase):
    def test_passes(self) -> None:
        self.assertEqual(check.check_line(encode(good())), [])

    def test_escaped_control_characters_pass(self) -> None:
        line = encode(good()).replace(b"no such user", b"\\u0009\\u001b\\u007f\\u0085 \\\\xe9 \\\\n")
        self.assertEqual(check.check_line(line), [])


class BadField(unittest.TestCase):
    """One row per way in which a single field can be wrong."""

    ROWS: list[tuple[str, Any, str]] = [
        ("@timestamp", "2026-11-20T10:15:01Z", "no RFC 3339 time"),
        ("@timestamp", "2026-11-20T10:15:01.204511+00:00", "no RFC 3339 time"),
        ("@timestamp", "2026-13-20T10:15:01.204511Z", "no RFC 3339 time"),
        ("@timestamp", ..., "@timestamp is missing"),
        ("message", "", "empty string"),
        ("message", None, "is null"),
        ("message", "x" * 1025, "longer than 1024 bytes"),
        ("message", "é" * 513, "longer than 1024 bytes"),
        ("surplus", "x", "unknown field"),
        ("source/geo", {"x": "y"}, "unknown field"),
        ("event/duration", "1", "not a whole number"),
        ("event/duration", -1, "is negative"),
        ("event/duration", 2**63, "64 bits"),
        ("event/sequence", True, "not a whole number"),
        ("event/category", "email", "not an array"),
        ("event/category", [], "empty array"),
        ("event/category", ["network"], "event.category/type"),
        ("event/type", ["info", "denied"], "does not go with"),
        ("event/reason", ["x"], "not a string"),
        ("event/outcome", "unknown", "not in the enumeration"),
        ("event/original", "x" * 8193, "longer than 8192 bytes"),
        ("event/end", "2026-11-20T10:15:01.204511Z", "before the last line"),
        ("event/action", "protocol-server", "event.outcome on protocol-server"),
        ("event/action", "link-tls", "opensmtpd.rcpt on link-tls"),
        ("event/kind", "state", "event.kind is state"),
        ("labels", {}, "empty object"),
        ("source/ip", "192.0.2.256", "no IP address"),
        ("source/ip", "[2001:db8::1]", "no IP address"),
        ("source/ip", "2001:DB8::1", "RFC 5952"),
        ("source/ip", "fe80::1%eth0", "scope"),
        ("source/domain", "<unknown>", "placeholder"),
        ("tls/established", "false", "not a boolean"),
        ("tls/established", ..., "tls.established is missing"),
        ("related/ip", ["192.0.2.9", "192.0.2.9"], "twice"),
        ("email/local_id", "00000001", "email.local_id is not"),
        ("opensmtpd/record", "anomaly", "opensmtpd.tx.id in a record of kind anomaly"),
        ("opensmtpd/record", "other", "opensmtpd.record is"),
        ("opensmtpd/truncated", ["opensmtpd.tx.rcpt.adress"], "names an unknown field"),
        ("opensmtpd/session/id", "935CD1D2A38B1EBE", "does not match"),
        ("opensmtpd/session/history", "C" * 257, "longer than 256"),
        ("opensmtpd/session/final", True, "opensmtpd.session.final is True"),
        ("opensmtpd/session/close", "quit", "before the last line"),
        ("opensmtpd/count/rcpt", ..., "opensmtpd.count.rcpt is missing"),
        ("opensmtpd/tx/duration_us", 5, "duration_us on tx-rcpt"),
        ("opensmtpd/tx/envelope", ..., "opensmtpd.tx.envelope.count is missing"),
        ("opensmtpd/session.with", "ESMTP", "dotted key"),
        ("opensmtpd/anomaly_new", ["bad-bytes"], "not a part of"),
        ("opensmtpd/time", ..., "gap_us"),
        ("opensmtpd/transactions", [{"id": 1}], "opensmtpd.transactions.id is not a string"),
        ("opensmtpd/transactions", [{"to": "x"}], "opensmtpd.transactions.to: unknown field"),
        ("message", "\ud800", "no valid JSON line"),
    ]

    def test_is_refused(self) -> None:
        for path, value, reason in self.ROWS:
            with self.subTest(path=path, value=str(value)[:40]):
                complaints = check.check_line(changed(path, value))
                self.assertTrue(any(reason in complaint for complaint in complaints), complaints)


class BadBytes(unittest.TestCase):
    """What a JSON reader would accept or repair without a word."""

    ROWS: list[tuple[str, Callable[[bytes], bytes], str]] = [
        ("not UTF-8", lambda line: line.replace(b"berlin", b"berl\xedn"), "no valid JSON line"),
        ("cut off", lambda line: line[:-1], "no valid JSON line"),
        ("two objects", lambda line: line + line, "after the object"),
        ("not an object", lambda _: b"[]", "not an object"),
        ("empty", lambda _: b"", "no valid JSON line"),
        ("duplicate key", lambda line: line.replace(b'"port":33174', b'"port":33174,"port":1'), "duplicate key"),
        ("float", lambda line: line.replace(b":33174", b":33174.0"), "floating point"),
        ("exponent", lambda line: line.replace(b":33174", b":3e4"), "floating point"),
        ("NaN", lambda line: line.replace(b":33174", b":NaN"), "not JSON"),
        ("blank after a colon", lambda line: line.replace(b'"port":', b'"port": '), "white space"),
        ("bare tab", lambda line: line.replace(b"no such", b"no\tsuch"), "no valid JSON line"),
        ("short escape", lambda line: line.replace(b"no such", b"no\\tsuch"), "short escape"),
        ("bare DEL", lambda line: line.replace(b"no such", b"no\x7fsuch"), "bare control"),
        ("bare C1", lambda line: line.replace(b"no such", b"no\xc2\x85such"), "bare control"),
        ("lone surrogate", lambda line: line.replace(b"no such", b"no\\ud800such"), "lone surrogate"),
    ]

    def test_is_refused(self) -> None:
        for name, spoil, reason in self.ROWS:
            with self.subTest(name):
                complaints = check.check_line(spoil(encode(good())))
                self.assertTrue(any(reason in complaint for complaint in complaints), complaints)


class LastLine(unittest.TestCase):
    @staticmethod
    def last(action: str, close: str, outcome: str) -> bytes:
        node = good()
        node["event"] |= {"action": action, "category": ["network", "session"], "type": ["connection", "end"],
                          "outcome": outcome, "end": node["@timestamp"]}
        node["opensmtpd"]["session"] |= {"final": True, "close": close, "phase": "closed"}
        del node["opensmtpd"]["rcpt"]
        move_to_end(node["event"], "duration")
        move_to_end(node["opensmtpd"]["session"], "tx", "history")
        return encode(node)

    def test_passes(self) -> None:
        self.assertEqual(check.check_line(self.last("link-disconnect", "quit", "success")), [])
        self.assertEqual(check.check_line(self.last("session-shutdown", "shutdown", "failure")), [])

    def test_outcome_follows_close(self) -> None:
        self.assertTrue(check.check_line(self.last("link-disconnect", "client-lost", "success")))

    def test_close_follows_action(self) -> None:
        self.assertTrue(check.check_line(self.last("session-evicted", "shutdown", "failure")))
        self.assertTrue(check.check_line(self.last("link-disconnect", "evicted", "failure")))


def about_the_log(kind: str, dataset: str, action: str, opensmtpd: Line) -> Line:
    return {
        "@timestamp": "2026-11-20T10:15:01.204511Z", "message": action, "ecs": {"version": "8.17.0"},
        "process": {"pid": 7},
        "event": {"kind": kind, "module": "opensmtpd", "dataset": dataset, "action": action},
        "observer": {"type": "mta", "product": "OpenSMTPD"}, "opensmtpd": {"schema": "1.1"} | opensmtpd}


class Meta(unittest.TestCase):
    @staticmethod
    def line(action: str = "logger-start", padding: int = 800) -> bytes:
        return encode(about_the_log("state", "opensmtpd.session", action, {
            "record": "meta", "logger": {"version": "0.1.0"}, "meta": {"padding": "." * padding}}))

    def test_passes(self) -> None:
        self.assertEqual(check.check_line(self.line()), [])

    def test_is_long_enough(self) -> None:
        self.assertTrue(check.check_line(self.line(padding=500)))

    def test_has_one_of_two_actions(self) -> None:
        self.assertTrue(check.check_line(self.line(action="file-end")))


class Stats(unittest.TestCase):
    @staticmethod
    def line(by: list[str], total: int = 2, dropped: int = 1, sequence: int = 2) -> bytes:
        node = about_the_log("metric", "opensmtpd.stats", "stats", {
            "record": "stats", "logger": {"version": "0.1.0", "run": "1f", "sequence": sequence, "dropped": 1},
            "stats": {"uptime_s": 1, "sessions": {"live": 0, "oldest_s": 0, "total": 1},
                      "events": {"total": 3, "by": by},
                      "lines": {"total": total, "truncated": 0, "dropped": dropped, "unselected": 0},
                      "held": {"sessions": 0, "bytes": 0}, "messages": {"known": 0}, "bytes": {"in": 1, "out": 1},
                      "queue": {"bytes": 0, "bytes_max": 0}, "errors": {"parse": 0, "sink": 0}}})
        del node["process"]
        return encode(node)

    def test_passes(self) -> None:
        self.assertEqual(check.check_line(self.line(["tx-rcpt:1", "timeout:2"])), [])

    def test_is_refused(self) -> None:
        for line in (self.line(["tx-rcpt:1"]), self.line(["tx-rcpt:x", "timeout:3"]),
                     self.line(["timeout:1", "timeout:2"]), self.line(["tx-rcpt:0", "timeout:3"]),
                     self.line(["timeout:3"], total=3), self.line(["timeout:3"], dropped=2, total=1),
                     self.line(["timeout:3"], sequence=3)):
            with self.subTest(line):
                self.assertTrue(check.check_line(line))


class Order(unittest.TestCase):
    def test_is_that_of_the_table(self) -> None:
        node = good()
        node["event"] = dict(reversed(node["event"].items()))
        self.assertIn("order: id before sequence in event", check.check_line(encode(node)))

    def test_of_objects_is_that_of_their_first_field(self) -> None:
        node = good()
        move_to_end(node, "tls")
        self.assertIn("order: opensmtpd before tls in the root", check.check_line(encode(node)))

    def test_of_labels_is_free(self) -> None:
        node = good()
        node["labels"] = {"z": "1", "a": "2"}
        self.assertEqual(check.check_line(encode(node)), [])


if __name__ == "__main__":
    unittest.main()
