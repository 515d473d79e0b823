// SPDX-License-Identifier: ISC
#include "jsonlog/limits.hpp"
#include "jsonlog/reply.hpp"

#include <initializer_list>
#include <string>

#include <doctest/doctest.h>

using namespace jsonlog;

namespace {

Reply reply_of(std::initializer_list<std::string> lines)
{
  Reply reply;
  for (const std::string& line : lines)
    reply.feed(line);
  return reply;
}

} // namespace

TEST_SUITE("reply")
{
  TEST_CASE("one line is a whole reply")
  {
    const Reply reply = reply_of({"550 5.1.1 no such user"});
    CHECK(reply.code == 550);
    CHECK(reply.code_class() == 5);
    CHECK(reply.enhanced == "5.1.1");
    CHECK(reply.text == "5.1.1 no such user");
    CHECK(reply.lines == 1);
    CHECK(reply.complete);
    CHECK(reply.refuses());
    CHECK(reply.whole() == "550 5.1.1 no such user");
  }

  TEST_CASE("lines with a hyphen wait for the last one and are joined by a blank")
  {
    Reply reply = reply_of({"250-mx.example.org", "250-8BITMIME"});
    CHECK_FALSE(reply.complete);
    CHECK(reply.text == "mx.example.org 8BITMIME");
    reply.feed("250 HELP");
    CHECK(reply.complete);
    CHECK(reply.lines == 3);
    CHECK(reply.text == "mx.example.org 8BITMIME HELP");
    CHECK(reply.enhanced == "");
  }

  TEST_CASE("the next reply begins anew")
  {
    const Reply reply = reply_of({"421 4.3.0 one", "250 two"});
    CHECK(reply.code == 250);
    CHECK(reply.enhanced == "");
    CHECK(reply.text == "two");
    CHECK(reply.lines == 1);
    const Reply other_code = reply_of({"250-one", "500 two"});
    CHECK(other_code.code == 500);
    CHECK(other_code.text == "two");
  }

  TEST_CASE("a code may stand alone")
  {
    const Reply reply = reply_of({"354"});
    CHECK(reply.code == 354);
    CHECK(reply.complete);
    CHECK(reply.text == "");
  }

  TEST_CASE("a line without a code is text only")
  {
    for (const char* line : {"hello", "", "25", "2500 x", "25x y"}) {
      CAPTURE(line);
      const Reply reply = reply_of({line});
      CHECK(reply.code == 0);
      CHECK(reply.complete);
      CHECK(reply.text == line);
      CHECK_FALSE(reply.refuses());
    }
  }

  TEST_CASE("an enhanced code is class, subject and detail")
  {
    CHECK(reply_of({"250 2.0.0"}).enhanced == "2.0.0");
    CHECK(reply_of({"450 4.123.999 x"}).enhanced == "4.123.999");
    for (const char* line :
         {"550 3.1.1 x", "550 5.1 x", "550 5.1.1x", "550 5.1234.1 x", "550 5.1."})
      CHECK(reply_of({line}).enhanced == "");
  }

  TEST_CASE("the text is bounded and tells that there was more")
  {
    Reply reply;
    for (int i = 0; i < 10'000; ++i)
      reply.feed("250-" + std::string(100, 'x'));
    CHECK(reply.text.size() == limits::kept_text);
    CHECK(reply.lines == 10'000);
  }
}
