// SPDX-License-Identifier: ISC
#include "story.hpp"

#include <string>

#include <doctest/doctest.h>

using namespace jsonlog;

namespace {

std::string close_of(Story& story)
{
  story.tell("link-disconnect");
  CHECK(story.session.final());
  CHECK(story.session.now.outcome ==
        (story.session.close == Close::quit ? Outcome::success : Outcome::failure));
  return std::string(to_string(story.session.close));
}

constexpr const char* connected = "link-connect|h.example|pass|192.0.2.9:33174|198.51.100.25:25";

} // namespace

TEST_SUITE("session_close")
{
  TEST_CASE("shutdown and evicted are ends that we write")
  {
    for (const Close close : {Close::shutdown, Close::evicted}) {
      Story story;
      story.greet();
      finish(story.session, close, "end of input", 1795219879'000000, Caps::standard());
      CHECK(story.session.close == close);
      CHECK(story.session.phase == Phase::closed);
      CHECK(story.session.time_us == 1795219879'000000);
      CHECK(story.session.events == 8);
      CHECK(story.session.now.outcome == Outcome::failure);
    }
  }

  TEST_CASE("timeout: smtpd said so")
  {
    Story story;
    story.greet().tell("timeout");
    CHECK(close_of(story) == "timeout");
  }

  TEST_CASE("filter-disconnect: the last answer of a filter")
  {
    Story story;
    story.greet()
      .tell("filter-response|ehlo|disconnect|421 go away")
      .tell("protocol-server|421 go away");
    CHECK(close_of(story) == "filter-disconnect");
    CHECK(story.session.now.reason == "421 go away");
  }

  TEST_CASE("connect-failed: a relay that only ends")
  {
    Story story(Subsystem::smtp_out);
    CHECK(close_of(story) == "connect-failed");
    CHECK(story.anomalies() == "");
    CHECK_FALSE(story.session.partial);
  }

  TEST_CASE("tls-failed: 220 to STARTTLS and no link-tls")
  {
    Story story;
    story.greet().tell("protocol-client|STARTTLS").tell("protocol-server|220 2.0.0 Ready");
    CHECK(close_of(story) == "tls-failed");
  }

  TEST_CASE("tls-failed: SMTPS without a greeting")
  {
    Story story;
    story.tell(connected).tell("filter-response|connected|proceed");
    CHECK(close_of(story) == "tls-failed");
  }

  TEST_CASE("quit: the client said so")
  {
    Story story;
    story.greet().tell("protocol-client|QUIT").tell("protocol-server|221 2.0.0 Bye");
    CHECK(close_of(story) == "quit");
  }

  TEST_CASE("rejected: no greeting but a refusal")
  {
    Story story;
    story.tell(connected).tell("protocol-server|554 5.3.2 no service");
    CHECK(close_of(story) == "rejected");
    CHECK(story.session.now.reason == "554 5.3.2 no service");
  }

  TEST_CASE("server-421: the last reply")
  {
    Story story;
    story.greet().tell("protocol-client|NOOP").tell("protocol-server|421 4.3.0 later");
    CHECK(close_of(story) == "server-421");
    CHECK(story.session.now.reason == "421 4.3.0 later");
  }

  TEST_CASE("server-5xx: the last reply, and no command behind it")
  {
    Story story;
    story.greet().tell("protocol-client|NOOP").tell("protocol-server|550 5.0.0 no");
    CHECK(close_of(story) == "server-5xx");
    Story more;
    more.greet().tell("protocol-client|NOOP").tell("protocol-server|550 5.0.0 no");
    more.tell("protocol-client|NOOP");
    CHECK(close_of(more) == "client-lost");
  }

  TEST_CASE("server-lost and client-lost: nothing else explains it")
  {
    Story in;
    in.greet();
    CHECK(close_of(in) == "client-lost");
    Story out(Subsystem::smtp_out);
    out.greet();
    CHECK(close_of(out) == "server-lost");
  }

  TEST_CASE("the first reason that fits wins")
  {
    Story story;
    story.greet().tell("protocol-client|QUIT").tell("filter-response|quit|disconnect|421 x");
    story.tell("timeout");
    CHECK(close_of(story) == "timeout");
    Story tls;
    tls.greet().tell("protocol-client|STARTTLS").tell("protocol-server|220 go");
    tls.tell("protocol-client|QUIT");
    CHECK(close_of(tls) == "tls-failed");
  }
}
