// SPDX-License-Identifier: ISC
#include "text/words.hpp"

#include <cstdint>
#include <string>

#include <doctest/doctest.h>

using namespace jsonlog;

namespace {

enum class Tool : std::uint8_t { saw, drill, bench_vice };
constexpr Words<Tool>
  tools({{"saw", Tool::saw}, {"drill", Tool::drill}, {"bench-vice", Tool::bench_vice}});

} // namespace

// Compilers write the names of both kinds of namespace in ways of their own.
namespace named {
enum class Wood : std::uint8_t { oak, beech2 };
}

TEST_SUITE("words")
{
  TEST_CASE("an enum has as many values as names")
  {
    CHECK(value_count<Tool> == 3);
    CHECK(value_count<named::Wood> == 2);
  }

  TEST_CASE("a value has its word, and a word its value")
  {
    CHECK(tools[Tool::bench_vice] == "bench-vice");
    CHECK(tools.find("drill") == Tool::drill);
    CHECK_FALSE(tools.find("bench"));
    CHECK_FALSE(tools.find(""));
  }

  TEST_CASE("the words stand in the order of the values")
  {
    std::string all;
    for (const auto& [word, tool] : tools)
      all += std::string(word) + ' ';
    CHECK(all == "saw drill bench-vice ");
  }
}
