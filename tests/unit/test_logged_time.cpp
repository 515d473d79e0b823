// SPDX-License-Identifier: ISC
#include "reading/logged_time.hpp"

#include <doctest/doctest.h>

using namespace jsonlog;

TEST_SUITE("logged_time")
{
  TEST_CASE("a time of the log comes back in microseconds")
  {
    CHECK(parse_logged_time("1970-01-01T00:00:00.000000Z") == 0);
    CHECK(parse_logged_time("2026-11-20T10:15:00.000001Z") == 1795169700'000001);
    CHECK(parse_logged_time("2024-02-29T23:59:59.999999Z") == 1709251199'999999);
    CHECK(parse_logged_time("2026-11-20T10:15:00Z") == 1795169700'000000);
    CHECK(parse_logged_time("2026-11-20T10:15:00.5Z") == 1795169700'500000);
    CHECK(parse_logged_time("2026-11-20T10:15:00.123456789Z") == 1795169700'123456);
  }

  TEST_CASE("what is no time is none")
  {
    for (const char* const text :
         {"", "Z", "2026-11-20", "2026-11-20T10:15:00", "2026-11-20T10:15:00+01:00",
          "2026-13-20T10:15:00Z", "2026-02-30T10:15:00Z", "2026-11-20T24:15:00Z",
          "2026-11-20T10:60:00Z", "2026-11-20T10:15:61Z", "2026-11-20 10:15:00Z",
          "2026-11-20T10:15:00,5Z", "2026-11-2xT10:15:00Z", "2026-11-20T10:15:00.xZ"})
      CHECK_FALSE(parse_logged_time(text));
  }
}
