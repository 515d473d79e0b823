// SPDX-License-Identifier: ISC
#include "jsonlog/line_reader.hpp"

#include <algorithm>
#include <cstring>
#include <string>
#include <vector>

#include <doctest/doctest.h>

using namespace jsonlog;

namespace {

// The lines of the input, read `step` bytes at a time; an oversized one has a `!` in front.
std::vector<std::string> read(std::string_view input, std::size_t step)
{
  std::vector<std::string> lines;
  const auto keep = [&](const Line& line) {
    lines.push_back((line.oversized ? "!" : "") + std::string(line.text));
  };
  LineReader reader;
  while (!input.empty()) {
    const auto [data, size] = reader.space();
    REQUIRE(size >= LineReader::read_size);
    const std::size_t count = std::min({input.size(), size, step});
    std::memcpy(data, input.data(), count);
    reader.commit(count);
    input.remove_prefix(count);
    while (const auto line = reader.next())
      keep(*line);
  }
  if (const auto line = reader.rest())
    keep(*line);
  return lines;
}

using Lines = std::vector<std::string>;

} // namespace

TEST_SUITE("line_reader")
{
  TEST_CASE("a line ends with LF and keeps its CR")
  {
    for (const std::size_t step : {1U, 2U, 1000U}) {
      CHECK(read("a\nbc\r\n\nd\n", step) == Lines{"a", "bc\r", "", "d"});
      CHECK(read("", step).empty());
      CHECK(read("\n", step) == Lines{""});
    }
  }

  TEST_CASE("what stands behind the last LF is a line too")
  {
    for (const std::size_t step : {1U, 1000U})
      CHECK(read("a\nb", step) == Lines{"a", "b"});
  }

  TEST_CASE("a NUL is a byte like any other")
  {
    CHECK(read(std::string_view("a\0b\nc\0\n", 7), 3) ==
          Lines{std::string("a\0b", 3), std::string("c\0", 2)});
  }

  TEST_CASE("only a line over the limit is oversized, and its beginning is kept")
  {
    const std::string longest(limits::line, 'x');
    for (const std::size_t step : {std::size_t{1000}, LineReader::read_size, 3 * limits::line}) {
      CHECK(read(longest + "\nnext\n", step) == Lines{longest, "next"});
      CHECK(read(longest + "y\nnext\n", step) == Lines{"!" + longest, "next"});
      CHECK(read(longest + longest + longest + "\nnext", step) == Lines{"!" + longest, "next"});
      CHECK(read(longest, step) == Lines{longest});
      CHECK(read("a\n" + longest + "y", step) == Lines{"a", "!" + longest});
      CHECK(read("a\n" + longest + longest, step) == Lines{"a", "!" + longest});
    }
  }

  TEST_CASE("two oversized lines in a row are two lines")
  {
    const std::string one(limits::line + 70'000, 'a');
    const std::string two(limits::line + 70'000, 'b');
    const Lines lines = read(one + "\n" + two + "\nc\n", LineReader::read_size);
    CHECK(lines ==
          Lines{"!" + one.substr(0, limits::line), "!" + two.substr(0, limits::line), "c"});
  }

  TEST_CASE("memory stays bounded while an endless line comes")
  {
    LineReader reader;
    std::size_t most = 0;
    for (int i = 0; i < 400; ++i) {
      const auto [data, size] = reader.space();
      most = std::max(most, size);
      std::memset(data, 'x', LineReader::read_size);
      reader.commit(LineReader::read_size);
      CHECK_FALSE(reader.next());
    }
    CHECK(most <= limits::line + 2 * LineReader::read_size);
    CHECK(reader.rest()->oversized);
  }
}
