// SPDX-License-Identifier: ISC
#include "program/time_span.hpp"

#include <doctest/doctest.h>

using namespace jsonlog;

TEST_SUITE("time_span")
{
  TEST_CASE("a number has a unit, or is seconds")
  {
    CHECK(parse_time_span_us("7us") == 7);
    CHECK(parse_time_span_us("500ms") == 500'000);
    CHECK(parse_time_span_us("2") == 2'000'000);
    CHECK(parse_time_span_us("2s") == 2'000'000);
    CHECK(parse_time_span_us("3m") == 180'000'000);
    CHECK(parse_time_span_us("1h") == 3'600'000'000);
    CHECK(parse_time_span_us("2d") == 172'800'000'000);
  }

  TEST_CASE("anything else is none")
  {
    for (const char* text : {"", "s", "0", "0ms", "-1s", "+1s", "1.5s", "1 s", "1S", "1sm", "x"}) {
      CAPTURE(text);
      CHECK_FALSE(parse_time_span_us(text));
    }
  }

  TEST_CASE("the longest is a million days, in whatever unit")
  {
    CHECK(parse_time_span_us("1000000d") == 86'400'000'000'000'000);
    CHECK(parse_time_span_us("86400000000000000us") == 86'400'000'000'000'000);
    for (const char* text :
         {"1000001d", "86400000000000001us", "9223372036854775807", "9223372036854775808us"}) {
      CAPTURE(text);
      CHECK_FALSE(parse_time_span_us(text));
    }
  }
}
