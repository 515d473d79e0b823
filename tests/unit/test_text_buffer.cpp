// SPDX-License-Identifier: ISC
#include "jsonlog/text_buffer.hpp"

#include <limits>
#include <string>

#include <doctest/doctest.h>

using namespace jsonlog;

TEST_SUITE("text_buffer")
{
  TEST_CASE("texts and numbers stand one behind the other")
  {
    TextBuffer out;
    out << "literal" << std::string_view(" view") << std::string(" text") << ' '
        << std::uint64_t{18446744073709551615U} << ',' << std::numeric_limits<std::int64_t>::min()
        << ',' << -7 << ',';
    out.hex(0xdeadbeef);
    CHECK(out.view() == "literal view text 18446744073709551615,-9223372036854775808,-7,deadbeef");
  }

  TEST_CASE("a cleared buffer begins anew")
  {
    TextBuffer out;
    out << "something long enough to be kept";
    out.clear();
    CHECK(out.size() == 0);
    out << "x";
    CHECK(out.view() == "x");
  }

  TEST_CASE("it grows over any size")
  {
    TextBuffer out;
    std::string expected;
    for (int i = 0; i < 5000; ++i) {
      out << i << ' ';
      expected += std::to_string(i) + ' ';
    }
    CHECK(out.view() == expected);
  }
}
