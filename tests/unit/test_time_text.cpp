// SPDX-License-Identifier: ISC
#include "jsonlog/time_text.hpp"

#include <string>

#include <doctest/doctest.h>

namespace {

std::string written(std::int64_t time_us)
{
  jsonlog::TextBuffer out;
  jsonlog::append_time(out, time_us);
  return std::string(out.view());
}

} // namespace

TEST_SUITE("time_text")
{
  TEST_CASE("times are UTC with six digits of fraction")
  {
    CHECK(written(0) == "1970-01-01T00:00:00.000000Z");
    CHECK(written(1) == "1970-01-01T00:00:00.000001Z");
    CHECK(written(1795219878'453076) == "2026-11-21T00:11:18.453076Z");
    CHECK(written(253402300799'999999) == "9999-12-31T23:59:59.999999Z");
  }

  TEST_CASE("leap days are where they belong")
  {
    CHECK(written(1709251199'999999) == "2024-02-29T23:59:59.999999Z");
    CHECK(written(1709251200'000000) == "2024-03-01T00:00:00.000000Z");
    CHECK(written(951782400'000000) == "2000-02-29T00:00:00.000000Z");
    CHECK(written(4107542400'000000) == "2100-03-01T00:00:00.000000Z");
  }

  TEST_CASE("a time does not depend on the one before it")
  {
    const std::string noon = written(1795262400'000000);
    CHECK(noon == "2026-11-21T12:00:00.000000Z");
    CHECK(written(1795262399'999999) == "2026-11-21T11:59:59.999999Z");
    CHECK(written(1795262400'000000) == noon);
  }
}
