// SPDX-License-Identifier: ISC
#include "story.hpp"

#include <string>
#include <vector>

#include <doctest/doctest.h>

using namespace jsonlog;
using List = std::vector<std::string>;

TEST_SUITE("session_auth")
{
  TEST_CASE("a login succeeds")
  {
    Story story;
    story.greet().tell("protocol-client|AUTH PLAIN ********").tell("protocol-server|235 2.0.0 ok");
    story.tell("link-auth|pass|alice");
    CHECK(story.session.now.outcome == Outcome::success);
    CHECK(story.session.user == "alice");
    CHECK(story.session.auth_result == "pass");
    CHECK(story.session.auth_attempts == 1);
    CHECK(story.session.auth_failures == 0);
    CHECK(with_protocol(story.session) == "ESMTPA");
    CHECK(story.anomalies() == "");
  }

  TEST_CASE("fail and error are failures, and every name is related")
  {
    Story story;
    story.greet();
    for (const char* text : {"link-auth|fail|alice", "link-auth|error|bob", "link-auth|pass|alice"})
      story.tell("protocol-client|AUTH PLAIN ********").tell(text);
    CHECK(story.session.auth_attempts == 3);
    CHECK(story.session.auth_failures == 2);
    CHECK(story.session.user == "alice");
    CHECK(story.session.related_user.values() == List{"alice", "bob"});
    CHECK(story.session.history.text() == "CGEaaA");
  }

  TEST_CASE("a failure takes its reason from the reply before it")
  {
    Story story;
    story.greet().tell("protocol-client|AUTH PLAIN ********");
    story.tell("protocol-server|535 5.7.8 no").tell("link-auth|fail|alice");
    CHECK(story.session.now.outcome == Outcome::failure);
    CHECK(story.session.now.reason == "535 5.7.8 no");
    CHECK(story.session.history.text() == "CGEa");
  }

  TEST_CASE("an exchange hides every line between a 334 and the next other reply")
  {
    Story story;
    story.greet().tell("protocol-client|AUTH LOGIN").tell("protocol-server|334 VXNlcm5hbWU6");
    CHECK(story.session.progress.in_auth_exchange);
    story.tell("protocol-client|YWxpY2U=");
    CHECK(story.session.command.line == "********");
    CHECK(story.session.command.verb == "AUTH");
    CHECK(story.raised(Anomaly::secret_masked));
    story.tell("protocol-server|334 UGFzc3dvcmQ6").tell("protocol-client|c2VjcmV0");
    CHECK(story.session.command.line == "********");
    story.tell("protocol-server|535 5.7.8 no");
    CHECK_FALSE(story.session.progress.in_auth_exchange);
    story.tell("protocol-client|NOOP");
    CHECK(story.session.command.line == "NOOP");
    CHECK(story.session.count.reply_3xx == 2);
  }

  TEST_CASE("an argument that smtpd left in clear is hidden")
  {
    Story story;
    story.greet().tell("protocol-client|AUTH  PLAIN AGFsaWNlAHNlY3JldA==");
    CHECK(story.session.command.line == "AUTH PLAIN ********");
    CHECK(story.raised(Anomaly::secret_masked));
  }

  TEST_CASE("a filter's answer to AUTH is not kept")
  {
    Story story;
    story.greet().tell("protocol-client|AUTH PLAIN ********");
    story.tell("filter-response|auth|rewrite|PLAIN AGFsaWNlAHNlY3JldA==");
    CHECK(story.session.filter.param == "");
    CHECK(story.session.now.reason == "");
    story.tell("filter-response|auth|reject|535 no");
    CHECK(story.session.filter.param == "535 no"); // the client is told so in clear
    CHECK(story.session.now.reason == "535 no");
    CHECK(story.session.now.outcome == Outcome::failure);
  }
}
