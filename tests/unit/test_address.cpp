// SPDX-License-Identifier: ISC
#include "jsonlog/address.hpp"

#include <string>
#include <string_view>

#include <doctest/doctest.h>

using namespace jsonlog;

TEST_SUITE("address")
{
  TEST_CASE("an IPv4 endpoint has an address and a port")
  {
    const Endpoint endpoint = parse_endpoint("192.0.2.9:33174");
    CHECK(endpoint.address == "192.0.2.9");
    CHECK(endpoint.ip == "192.0.2.9");
    CHECK(endpoint.port == 33174);
    CHECK_FALSE(endpoint.ipv6);
    CHECK_FALSE(endpoint.local);
  }

  TEST_CASE("an IPv6 address is written as RFC 5952 wants it")
  {
    const Endpoint endpoint = parse_endpoint("[2001:0DB8:0:0:0:0:0:1]:25");
    CHECK(endpoint.address == "2001:0DB8:0:0:0:0:0:1");
    CHECK(endpoint.ip == "2001:db8::1");
    CHECK(endpoint.port == 25);
    CHECK(endpoint.ipv6);
  }

  TEST_CASE("a scope is no part of the ip")
  {
    const Endpoint endpoint = parse_endpoint("[fe80::1%eth0]:25");
    CHECK(endpoint.address == "fe80::1%eth0");
    CHECK(endpoint.ip == "fe80::1");
  }

  TEST_CASE("a mapped address is an IPv6 address")
  {
    const Endpoint endpoint = parse_endpoint("[::ffff:192.0.2.9]:25");
    CHECK(endpoint.ip == "::ffff:192.0.2.9");
    CHECK(endpoint.ipv6);
  }

  TEST_CASE("what is no address has no ip")
  {
    const Endpoint unknown = parse_endpoint("[(unknown)]:25");
    CHECK(unknown.address == "(unknown)");
    CHECK(unknown.ip == "");
    CHECK(unknown.port == 25);
    const Endpoint nothing = parse_endpoint(":0");
    CHECK(nothing.address == "");
    CHECK(nothing.ip == "");
    CHECK(nothing.port == 0);
    CHECK(parse_endpoint("256.0.0.1:25").ip == "");
    CHECK(parse_endpoint("").address == "");
  }

  TEST_CASE("bytes behind a NUL are no reason to take the rest for an address")
  {
    using namespace std::string_view_literals;
    CHECK(parse_endpoint("192.0.2.9\0x:25"sv).ip.empty());
    CHECK(parse_endpoint("[2001:db8::1\0]:25"sv).ip.empty());
    CHECK_FALSE(is_ip_address("192.0.2.9\0"sv));
  }

  TEST_CASE("a port is a number up to 65535")
  {
    CHECK(parse_endpoint("192.0.2.9:65535").port == 65535);
    CHECK(parse_endpoint("192.0.2.9:65536").port == 0);
    CHECK(parse_endpoint("192.0.2.9:x").port == 0);
    CHECK(parse_endpoint("192.0.2.9:-1").port == 0);
  }

  TEST_CASE("a local socket stands as it is")
  {
    for (const char* text : {"unix:/run/smtpd.sock", "local:0"}) {
      const Endpoint endpoint = parse_endpoint(text);
      CHECK(endpoint.local);
      CHECK(endpoint.address == text);
      CHECK(endpoint.ip == "");
      CHECK(endpoint.port == 0);
    }
  }

  TEST_CASE("an address in the place of a name is known")
  {
    CHECK(is_ip_address("192.0.2.9"));
    CHECK(is_ip_address("[2001:db8::1]"));
    CHECK(is_ip_address("fe80::1%eth0"));
    CHECK_FALSE(is_ip_address("mail.example.org"));
    CHECK_FALSE(is_ip_address(""));
    CHECK_FALSE(is_ip_address("192.0.2"));
  }

  TEST_CASE("an address falls apart at its last at-sign")
  {
    CHECK(local_part("a@b@Example.ORG") == "a@b");
    CHECK(domain_part("a@b@Example.ORG") == "example.org");
    CHECK(local_part("postmaster") == "postmaster");
    CHECK(domain_part("postmaster") == "");
    CHECK(local_part("") == "");
    CHECK(domain_part("a@") == "");
  }

  TEST_CASE("a source route belongs to neither part")
  {
    CHECK(local_part("@relay.example,@two.example:user@example.org") == "user");
    CHECK(domain_part("@relay.example:user@example.org") == "example.org");
  }
}
