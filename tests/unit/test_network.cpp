// SPDX-License-Identifier: ISC
#include "jsonlog/network.hpp"

#include <doctest/doctest.h>

using namespace jsonlog;

namespace {

bool contains(std::string_view network, std::string_view ip)
{
  const auto parsed = Network::parse(network);
  REQUIRE(parsed);
  return parsed->contains(ip);
}

} // namespace

TEST_SUITE("network")
{
  TEST_CASE("without bits it is one address")
  {
    CHECK(contains("192.0.2.9", "192.0.2.9"));
    CHECK_FALSE(contains("192.0.2.9", "192.0.2.8"));
    CHECK(contains("2001:DB8::1", "2001:db8::1"));
  }

  TEST_CASE("the bits tell how much must be the same")
  {
    CHECK(contains("192.0.2.0/24", "192.0.2.255"));
    CHECK_FALSE(contains("192.0.2.0/24", "192.0.3.0"));
    CHECK(contains("192.0.2.128/25", "192.0.2.200"));
    CHECK_FALSE(contains("192.0.2.128/25", "192.0.2.127"));
    CHECK(contains("0.0.0.0/0", "203.0.113.1"));
    CHECK(contains("2001:db8::/33", "2001:db8:7fff::1"));
    CHECK_FALSE(contains("2001:db8::/33", "2001:db8:8000::1"));
  }

  TEST_CASE("bits behind the prefix say nothing")
  {
    CHECK(contains("192.0.2.77/24", "192.0.2.1"));
  }

  TEST_CASE("families are apart, and a text is no address")
  {
    CHECK_FALSE(contains("0.0.0.0/0", "2001:db8::1"));
    CHECK_FALSE(contains("::/0", "192.0.2.1"));
    CHECK_FALSE(contains("0.0.0.0/0", ""));
    CHECK_FALSE(contains("0.0.0.0/0", "unix:/run/smtpd.sock"));
  }

  TEST_CASE("what is no network does not parse")
  {
    for (const char* const text :
         {"", "/", "/24", "192.0.2.0/", "192.0.2.0/33", "192.0.2.0/-1", "192.0.2.0/2x", "192.0.2",
          "2001:db8::/129", "mail.example.org", "192.0.2.0/24/8"})
      CHECK_FALSE(Network::parse(text));
  }
}
