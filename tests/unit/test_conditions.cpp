// SPDX-License-Identifier: ISC
#include "jsonlog/conditions.hpp"

#include "story.hpp"

#include <functional>
#include <limits>

#include <doctest/doctest.h>

using namespace jsonlog;

TEST_SUITE("conditions")
{
  TEST_CASE("a pattern matches a whole text, its * any part of it, in either case")
  {
    CHECK(matches("bob@example.org", "bob@example.org"));
    CHECK(matches("Bob@Example.ORG", "bob@example.org"));
    CHECK(matches("bob@example.org", "*@example.org"));
    CHECK(matches("bob@example.org", "bob@*"));
    CHECK(matches("bob@example.org", "*"));
    CHECK(matches("", "*"));
    CHECK(matches("aXbXXc", "a*b*c"));
    CHECK(matches("ababac", "*abac"));
    CHECK_FALSE(matches("bob@example.org", "bob@example.or"));
    CHECK_FALSE(matches("bob@example.org", "ob@example.org"));
    CHECK_FALSE(matches("bob@example.org", "*@example.net"));
    CHECK_FALSE(matches("bob@example.org", ""));
    CHECK_FALSE(matches("", "a*"));
  }

  TEST_CASE("a hostile pattern and text take no time that grows with their powers")
  {
    const std::string text(1000, 'a');
    std::string pattern;
    for (int i = 0; i < 100; ++i)
      pattern += "a*";
    CHECK_FALSE(matches(text, pattern + "b"));
  }

  TEST_CASE("an address is looked for in what was accepted, what was refused and what was said")
  {
    Conditions conditions;
    conditions.addresses = {"*@victim.example"};
    Story story;
    story.greet();
    CHECK_FALSE(meets(conditions, story.session, &story.report));
    story.tell("protocol-client|MAIL FROM:<a@victim.example>");
    CHECK(meets(conditions, story.session, &story.report));
    story.tell("protocol-client|NOOP");
    CHECK_FALSE(meets(conditions, story.session, &story.report));
    story.tell("tx-begin|aabbccdd");
    CHECK_FALSE(meets(conditions, story.session, &story.report));
    story.tell("tx-rcpt|aabbccdd|permfail|b@victim.example");
    CHECK(meets(conditions, story.session, &story.report));
  }

  TEST_CASE("an address that a filter rewrote is found by both of its names")
  {
    Story story;
    story.greet().tell("tx-begin|aabbccdd");
    story.tell("protocol-client|RCPT TO:<old@a.example>");
    story.tell("filter-response|rcpt-to|rewrite|<new@b.example>");
    story.tell("tx-rcpt|aabbccdd|ok|new@b.example");
    for (const char* const pattern : {"*@a.example", "*@b.example"}) {
      Conditions conditions;
      conditions.addresses = {pattern};
      CHECK(meets(conditions, story.session, &story.report));
    }
  }

  TEST_CASE("a client is known by its address when it connects")
  {
    Conditions conditions;
    conditions.clients = {*Network::parse("192.0.2.0/24")};
    Story story;
    story.tell("link-connect|<unknown>|error|192.0.2.9:1|198.51.100.25:25");
    CHECK(meets(conditions, story.session, &story.report));
    Story other;
    other.tell("link-connect|<unknown>|error|203.0.113.9:1|198.51.100.25:25");
    CHECK_FALSE(meets(conditions, other.session, &other.report));
  }

  TEST_CASE("a sample holds its share of sessions, the same ones each time")
  {
    Conditions conditions;
    conditions.sampled = std::numeric_limits<std::uint64_t>::max() / 10;
    int sampled = 0;
    for (std::uint64_t id = 0; id < 10'000; ++id) {
      Session session;
      session.id = id;
      sampled += meets(conditions, session, nullptr) ? 1 : 0;
      CHECK(meets(conditions, session, nullptr) == meets(conditions, session, nullptr));
    }
    CHECK(sampled > 850);
    CHECK(sampled < 1150);
  }

  TEST_CASE("slow is a gap, or the answer of a filter")
  {
    Conditions conditions;
    conditions.slow_us = 5000;
    Story story;
    story.greet();
    CHECK_FALSE(meets(conditions, story.session, &story.report));
    story.time_us += 10'000;
    story.tell("protocol-client|NOOP");
    CHECK(meets(conditions, story.session, &story.report));
    for (int i = 0; i < 4; ++i)
      story.tell("filter-report|proc|a|b");
    CHECK_FALSE(meets(conditions, story.session, &story.report));
    story.tell("filter-response|noop|proceed");
    CHECK(meets(conditions, story.session, &story.report));
  }

  TEST_CASE("no condition is met by nothing")
  {
    Story story;
    story.greet();
    CHECK_FALSE(Conditions{}.any());
    CHECK_FALSE(meets({}, story.session, &story.report));
  }
}
