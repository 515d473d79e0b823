// SPDX-License-Identifier: ISC
#include "jsonlog/secrets.hpp"

#include <string>

#include <doctest/doctest.h>

using namespace jsonlog;

namespace {

std::string masked(const std::string& line, bool in_auth_exchange = false)
{
  Report report;
  REQUIRE(parse_report(line, report) == "");
  return mask_report(report, in_auth_exchange);
}

const std::string prefix = "report|0.7|1795219878.453076|smtp-in|";

} // namespace

TEST_SUITE("secrets")
{
  TEST_CASE("AUTH keeps its first two words, whatever the blanks")
  {
    for (const char* line : {"AUTH PLAIN AGFsaWNlAHNlY3JldA==", "AUTH  PLAIN  AGFsaWNlAHNlY3JldA==",
                             "AUTH\tPLAIN\tAGFsaWNlAHNlY3JldA==", " AUTH PLAIN AGFs aWNl "}) {
      CAPTURE(line);
      const MaskedText text = mask_command(line, false);
      CHECK(text.text == "AUTH PLAIN ********");
      CHECK(text.hidden);
    }
    CHECK(mask_command("auth login YWxpY2U=", false).text == "auth login ********");
  }

  TEST_CASE("what smtpd has hidden is nothing new")
  {
    const MaskedText text = mask_command("AUTH PLAIN ********", false);
    CHECK(text.text == "AUTH PLAIN ********");
    CHECK_FALSE(text.hidden);
  }

  TEST_CASE("without an argument there is nothing to hide")
  {
    for (const char* line : {"AUTH", "AUTH LOGIN", "AUTH LOGIN ", "AUTHX a b", "EHLO a b", ""}) {
      CAPTURE(line);
      CHECK(mask_command(line, false).text == line);
      CHECK_FALSE(mask_command(line, false).hidden);
    }
  }

  TEST_CASE("inside an AUTH exchange every line is hidden whole")
  {
    CHECK(mask_command("c2VjcmV0", true).text == secret_mask);
    CHECK(mask_command("c2VjcmV0", true).hidden);
    CHECK(mask_command("EHLO a", true).text == secret_mask);
    CHECK_FALSE(mask_command("********", true).hidden);
    CHECK_FALSE(mask_command("", true).hidden);
  }

  TEST_CASE("may_hold_secret() is never wrong about a command that would be masked")
  {
    for (const char* line : {"AUTH PLAIN x", " \tauth plain x", "\vAUTH PLAIN x", "AUTH\rPLAIN x",
                             "EHLO x", "MAIL FROM:<a@b>", ""})
      for (const bool exchange : {false, true}) {
        CAPTURE(line);
        if (mask_command(line, exchange).text != line)
          CHECK(may_hold_secret(line, exchange));
      }
  }

  TEST_CASE("a report keeps everything but its secret")
  {
    CHECK(masked(prefix + "protocol-client|53d780c857e25095|AUTH PLAIN x|y") ==
          prefix + "protocol-client|53d780c857e25095|AUTH PLAIN ********");
    CHECK(masked(prefix + "protocol-client|53d780c857e25095|c2VjcmV0", true) ==
          prefix + "protocol-client|53d780c857e25095|********");
    CHECK(masked(prefix + "filter-response|53d780c857e25095|auth|rewrite|PLAIN x") ==
          prefix + "filter-response|53d780c857e25095|auth|rewrite|********");
    CHECK(masked(prefix + "filter-response|53d780c857e25095|ehlo|rewrite|x") ==
          prefix + "filter-response|53d780c857e25095|ehlo|rewrite|x");
    CHECK(masked(prefix + "filter-response|53d780c857e25095|auth|reject|535 no") ==
          prefix + "filter-response|53d780c857e25095|auth|reject|535 no");
    CHECK(masked(prefix + "link-auth|53d780c857e25095|pass|alice") ==
          prefix + "link-auth|53d780c857e25095|pass|alice");
  }

  TEST_CASE("behind the word AUTH nothing is kept of a text of unknown make")
  {
    CHECK(mask_unknown("x|AUTH PLAIN secret") == "x|AUTH ********");
    CHECK(mask_unknown("auth\tsecret") == "auth\t********");
    CHECK(mask_unknown("filter|0.7|1.2|smtp-in|auth|53d7|tok|PLAIN secret") ==
          "filter|0.7|1.2|smtp-in|auth|********");
    CHECK(mask_unknown("Auth: secret") == "Auth:********");
    CHECK(mask_unknown("author AUTHX UNAUTH x") == "author AUTHX UNAUTH x");
    CHECK(mask_unknown("unauth AUTH x") == "unauth AUTH ********");
    CHECK(mask_unknown("AUTH") == "AUTH");
    CHECK(mask_unknown("") == "");
  }
}
