// SPDX-License-Identifier: ISC
#include "jsonlog/handshake.hpp"

#include <initializer_list>
#include <string>

#include <doctest/doctest.h>

using namespace jsonlog;

namespace {

std::string answer(std::initializer_list<const char*> lines)
{
  Handshake handshake;
  for (const char* line : lines)
    handshake.feed(line);
  return std::string(handshake.registration());
}

const std::string in = "register|report|smtp-in|*\n";
const std::string out = "register|report|smtp-out|*\n";
const std::string ready = "register|ready\n";

} // namespace

TEST_SUITE("handshake")
{
  TEST_CASE("it is ready at config|ready")
  {
    Handshake handshake;
    handshake.feed("config|smtpd-version|7.8.0-portable");
    handshake.feed("config|admd|mx.example.org");
    CHECK_FALSE(handshake.ready());
    handshake.feed("config|ready");
    CHECK(handshake.ready());
    CHECK(handshake.smtpd_version() == "7.8.0-portable");
    CHECK(handshake.admd() == "mx.example.org");
  }

  TEST_CASE("each subsystem that uses the filter is registered once")
  {
    CHECK(answer({"config|subsystem|smtp-in"}) == in + ready);
    CHECK(answer({"config|subsystem|smtp-out"}) == out + ready);
    CHECK(answer({"config|subsystem|smtp-out", "config|subsystem|smtp-in",
                  "config|subsystem|smtp-in"}) == in + out + ready);
  }

  TEST_CASE("a subsystem that smtpd does not know yet is not asked for")
  {
    CHECK(answer({"config|subsystem|smtp-in", "config|subsystem|lmtp-in"}) == in + ready);
  }

  TEST_CASE("a filter attached to nothing asks for what its smtpd knows")
  {
    CHECK(answer({}) == in + ready);
    CHECK(answer({"config|smtpd-version|6.6.4p1"}) == in + ready);
    CHECK(answer({"config|smtpd-version|6.7.0p1"}) == in + out + ready);
    CHECK(answer({"config|smtpd-version|7.8.0-portable"}) == in + out + ready);
    CHECK(answer({"config|smtpd-version|10.0"}) == in + out + ready);
    CHECK(answer({"config|smtpd-version|6"}) == in + ready);
    CHECK(answer({"config|smtpd-version|new"}) == in + ready);
  }

  TEST_CASE("a line of a handshake has a key of a handshake")
  {
    CHECK(Handshake::is_line("config|ready"));
    CHECK(Handshake::is_line("config|smtpd-version|7.8.0"));
    CHECK(Handshake::is_line("config|smtp-session-timeout|300"));
    CHECK(Handshake::is_line("config|protocol|0.7"));
    CHECK_FALSE(Handshake::is_line("config|other|1"));
    CHECK_FALSE(Handshake::is_line("config"));
    CHECK_FALSE(Handshake::is_line(" config|ready"));
    CHECK_FALSE(Handshake::is_line("report|ready"));
  }
}
