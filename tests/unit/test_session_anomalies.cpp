// SPDX-License-Identifier: ISC
#include "story.hpp"
#include "text/words.hpp"

#include <string>

#include <doctest/doctest.h>

using namespace jsonlog;

TEST_SUITE("session_anomalies")
{
  TEST_CASE("a session that begins without its link-connect was joined in the middle")
  {
    Story story;
    story.tell("protocol-client|NOOP");
    CHECK(story.raised(Anomaly::joined_midstream));
    CHECK(story.session.partial);
    CHECK(story.session.phase == Phase::helo);
    story.tell("protocol-server|250 2.0.0 Ok");
    CHECK(story.session.now.anomalies.empty());
    CHECK(story.anomalies() == "joined-midstream");
  }

  TEST_CASE("a report for an ended session comes after close")
  {
    Story story;
    story.session.after_close = true;
    story.tell("tx-reset|f23aba16");
    CHECK(story.raised(Anomaly::after_close));
    CHECK_FALSE(story.raised(Anomaly::joined_midstream));
    Story reused;
    reused.session.after_close = true;
    reused.tell("link-connect|mail.example.net|pass|192.0.2.9:33174|198.51.100.25:25");
    CHECK(reused.anomalies() == "");
  }

  TEST_CASE("a second link-connect is a reconnect and forgets the first connection")
  {
    Story story(Subsystem::smtp_out);
    story.greet().tell("link-tls|TLSv1.3:TLS_AES_256_GCM_SHA384:256");
    story.tell("link-connect|mx.example.org|pass|198.51.100.25:40111|203.0.113.7:25");
    CHECK(story.raised(Anomaly::reconnect));
    CHECK(story.session.phase == Phase::connect);
    CHECK_FALSE(story.session.tls_established);
    CHECK(story.session.tls_version == "");
    CHECK(story.session.helo_name == "");
    CHECK(story.session.banner == "");
    CHECK(story.session.destination.ip == "203.0.113.7");
  }

  TEST_CASE("a client that speaks first did not wait for its greeting")
  {
    Story story;
    story.tell("link-connect|mail.example.net|pass|192.0.2.9:33174|198.51.100.25:25");
    story.tell("protocol-client|EHLO x");
    CHECK(story.raised(Anomaly::command_before_greeting));
  }

  TEST_CASE("MAIL inside a transaction is nested on smtp-in and usual on smtp-out")
  {
    Story in;
    in.greet().mail("f23aba16", "a@b").tell("protocol-client|MAIL FROM:<c@d>");
    CHECK(in.raised(Anomaly::nested_mail));
    Story out(Subsystem::smtp_out);
    out.greet().mail("f23aba16", "a@b").tell("protocol-client|MAIL FROM:<c@d>");
    CHECK(out.anomalies() == "");
  }

  TEST_CASE("refusals with 500 name what the client did wrong")
  {
    Story story;
    story.greet().tell("protocol-client|XCLIENT").tell("protocol-server|500 5.5.1 Invalid command");
    CHECK(story.anomalies() == "unknown-command");
    Story pipelining;
    pipelining.greet().tell("protocol-server|500 5.0.0 Pipelining not supported");
    CHECK(pipelining.anomalies() == "pipelining-refused");
    Story oversized;
    oversized.greet().tell("protocol-server|500 5.0.0 Line too long");
    CHECK(oversized.anomalies() == "oversized-line");
  }

  TEST_CASE("a second result of one command is bogus and counts nothing")
  {
    Story story;
    story.greet().mail("f23aba16", "a@b").rcpt("f23aba16", "c@d.example");
    story.tell("tx-rcpt|f23aba16|permfail|c@d.example");
    CHECK(story.raised(Anomaly::bogus_result));
    CHECK(story.session.now.outcome == Outcome::failure);
    REQUIRE(story.session.now.recipient);
    CHECK(story.session.now.recipient->status == "permfail");
    CHECK(story.session.count.rcpt == 1);
    CHECK(story.session.count.rcpt_permfail == 0);
    CHECK(story.session.tx->recipients.count == 1);
    CHECK(story.session.tx->rejected.values().empty());
    story.tell("tx-mail|f23aba16|tempfail|a@b");
    CHECK(story.raised(Anomaly::bogus_result));
    CHECK(story.session.count.mail == 1);
    CHECK(story.session.tx->from->status == "ok");
  }

  TEST_CASE("the first result behind a new command of the verb is not bogus")
  {
    Story story;
    story.greet().mail("f23aba16", "a@b").rcpt("f23aba16", "c@d.example");
    story.tell("protocol-client|RCPT TO:<x@d.example>")
      .tell("tx-rcpt|f23aba16|permfail|x@d.example");
    CHECK_FALSE(story.raised(Anomaly::bogus_result));
    CHECK(story.session.count.rcpt_permfail == 1);
  }

  TEST_CASE("a second tx-data is the verdict on the body")
  {
    Story story;
    story.greet().mail("f23aba16", "a@b").rcpt("f23aba16", "c@d").data("f23aba16");
    story.tell("tx-data|f23aba16|permfail");
    CHECK(story.anomalies() == "");
    CHECK(story.session.now.outcome == Outcome::failure);
    CHECK(story.session.tx->data_status == "permfail");
  }

  TEST_CASE("a transaction's report needs its tx-begin")
  {
    for (const char* text :
         {"tx-mail|f23aba16|ok|a@b", "tx-rcpt|f23aba16|ok|a@b", "tx-data|f23aba16|ok",
          "tx-commit|f23aba16|1", "tx-rollback|f23aba16", "tx-reset|f23aba16"}) {
      CAPTURE(text);
      Story story;
      story.greet().tell(text);
      CHECK(story.anomalies() == "tx-without-begin");
    }
  }

  TEST_CASE("a transaction begins with a message id")
  {
    CHECK(Story().greet().tell("tx-begin|00000000").raised(Anomaly::null_message_id));
    CHECK_FALSE(Story().greet().tell("tx-begin|f23aba16").raised(Anomaly::null_message_id));
  }

  TEST_CASE("message id 00000000 is none")
  {
    Story story;
    story.greet().tell("protocol-client|MAIL FROM:<a@b>").tell("tx-mail|00000000|tempfail|a@b");
    CHECK(story.anomalies() == "");
    CHECK_FALSE(story.session.tx);
    CHECK(story.session.count.mail == 1);
  }

  TEST_CASE("bytes that are not UTF-8 are bad")
  {
    Story story;
    story.greet().tell("protocol-client|NOOP \xff");
    CHECK(story.raised(Anomaly::bad_bytes));
    story.tell("protocol-client|NOOP \xc3\xa9");
    CHECK(story.session.now.anomalies.empty());
  }

  TEST_CASE("tomorrow's events and tokens are unknown")
  {
    Story story;
    story.greet().tell("tx-dsn|f23aba16|AUTH secret");
    CHECK(story.raised(Anomaly::unknown_event));
    CHECK(story.session.now.unknown_params == "f23aba16|AUTH ********");
    for (const char* text :
         {"tx-mail|f23aba16|maybe|a@b", "link-auth|perhaps|alice", "link-identify|XHLO|x",
          "filter-response|bdat|proceed", "filter-response|ehlo|greylist", "filter-report|x|y|z",
          "tx-begin|F23ABA16", "tx-begin|f23aba", "tx-commit|f23aba16|many", "link-tls|TLSv9"}) {
      CAPTURE(text);
      story.tell(text);
      CHECK(story.raised(Anomaly::unknown_token));
    }
  }

  TEST_CASE("missing and surplus fields are marked")
  {
    Story story;
    story.greet().tell("tx-begin");
    CHECK(story.raised(Anomaly::missing_fields));
    story.tell("timeout|x");
    CHECK(story.raised(Anomaly::extra_fields));
  }

  TEST_CASE("a clock that steps back is marked and lasts nothing")
  {
    Story story;
    story.greet();
    story.time_us -= 3'600'000'000;
    story.tell("timeout");
    CHECK(story.raised(Anomaly::clock_backwards));
    CHECK(story.session.now.gap_us == 0);
    story.tell("timeout");
    CHECK(story.session.now.anomalies.empty());
  }

  TEST_CASE("each anomaly stands once in the session and on each line that raised it")
  {
    Story story;
    story.greet().tell("timeout|x").tell("timeout|y");
    CHECK(story.raised(Anomaly::extra_fields));
    CHECK(story.anomalies() == "extra-fields");
  }

  TEST_CASE("at most sixteen are kept")
  {
    AnomalyList list;
    for (std::size_t i = 0; i < value_count<Anomaly>; ++i)
      CHECK(list.add(static_cast<Anomaly>(i)));
    CHECK(list.end() - list.begin() == 16);
    CHECK(list.cut());
    CHECK_FALSE(list.add(Anomaly::clock_backwards));
    list.clear();
    CHECK(list.empty());
    CHECK_FALSE(list.cut());
  }
}
