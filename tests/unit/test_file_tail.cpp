// SPDX-License-Identifier: ISC
#include "output/file_tail.hpp"

#include "temporary_file.hpp"

#include <string>

#include <doctest/doctest.h>

using namespace jsonlog;

namespace {

constexpr std::size_t limit = 100'000;

FileTail tail_of(const std::string& bytes, std::size_t most = limit)
{
  const TemporaryFile file(bytes);
  REQUIRE(file.good());
  const auto tail = read_tail(file.descriptor(), bytes.size(), most);
  REQUIRE(tail.has_value());
  return *tail;
}

} // namespace

TEST_SUITE("file_tail")
{
  TEST_CASE("a file that ends with LF has a last line and nothing torn")
  {
    CHECK(tail_of("a\nbc\n").last_line == "bc");
    CHECK(tail_of("a\nbc\n").torn == "");
    CHECK(tail_of("a\n").last_line == "a");
    CHECK(tail_of("\n").last_line == "");
    CHECK(tail_of("a\n\n").last_line == "");
  }

  TEST_CASE("what stands behind the last LF is torn")
  {
    CHECK(tail_of("a\nbc\nde").last_line == "bc");
    CHECK(tail_of("a\nbc\nde").torn == "de");
    CHECK(tail_of("\nde").torn == "de");
    CHECK(tail_of("de").last_line == "");
    CHECK(tail_of("de").torn == "de");
    CHECK(tail_of(std::string("a\nb\0\0", 5)).torn == std::string("b\0\0", 3));
  }

  TEST_CASE("an empty file has neither")
  {
    CHECK(tail_of("").last_line == "");
    CHECK(tail_of("").torn == "");
  }

  TEST_CASE("lines may be long")
  {
    for (const std::size_t size : {16'383U, 16'384U, 16'385U, 40'000U}) {
      const std::string line(size, 'x');
      const std::string torn(size, 'y');
      const FileTail tail = tail_of("first\n" + line + "\n" + torn);
      CHECK(tail.last_line == line);
      CHECK(tail.torn == torn);
    }
  }

  TEST_CASE("no more than the limit is looked at")
  {
    const std::string line(60'000, 'x');
    const FileTail whole_line_is_out_of_sight = tail_of(line + "\n" + line);
    CHECK(whole_line_is_out_of_sight.last_line == "");
    CHECK(whole_line_is_out_of_sight.torn == line);
    const FileTail no_line_in_sight = tail_of("a\n" + line + line);
    CHECK(no_line_in_sight.last_line == "");
    CHECK(no_line_in_sight.torn.size() == limit);
    CHECK(tail_of("ab\ncd\n", 2).last_line == "");
    CHECK(tail_of("ab\ncd\n", 4).last_line == "cd");
  }

  TEST_CASE("a file that cannot be read has no tail")
  {
    CHECK_FALSE(read_tail(-1, 10, limit).has_value());
    const TemporaryFile shorter_than_it_was("a\n");
    CHECK_FALSE(read_tail(shorter_than_it_was.descriptor(), 10, limit).has_value());
  }

  TEST_CASE("a piece of one of our lines is told from a stranger's text")
  {
    for (const std::string piece :
         {"{", "{\"@time", R"({"@timestamp":"2026-11)", "report|0.7", "rep", "time=2026", "t"})
      CHECK_MESSAGE(is_piece_of_line(piece), piece);
    CHECK(is_piece_of_line(std::string(20, '\0')));
    for (const std::string text : {"{\"a\":1}", "root:x:0:0", "reports", "timer", " {"})
      CHECK_FALSE_MESSAGE(is_piece_of_line(text), text);
  }

  TEST_CASE("a line tells run, sequence and dropped lines of its process")
  {
    const auto facts = parse_logger_facts(
      R"({"message":"x","opensmtpd":{"schema":"1.0","logger":{"version":"0.1.0","run":"660be8d84a7a0",)"
      R"("sequence":199,"dropped":7},"subsystem":"smtp-in"}})");
    REQUIRE(facts.has_value());
    CHECK(facts->run == "660be8d84a7a0");
    CHECK(facts->sequence == 199);
    CHECK(facts->dropped == 7);
  }

  TEST_CASE("a text in a line is not taken for the line's own facts")
  {
    const auto facts = parse_logger_facts(
      R"({"message":"\"logger\":{\"run\":\"0\",\"sequence\":1,\"dropped\":1}","opensmtpd":)"
      R"({"logger":{"version":"0.1.0","run":"a","sequence":2,"dropped":3}}})");
    REQUIRE(facts.has_value());
    CHECK(facts->sequence == 2);
  }

  TEST_CASE("other lines have no such facts")
  {
    for (const char* line : {"", "{}", R"("logger":{)", R"("logger":{})", R"({"logger":"x"})",
                             R"("logger":{"run":"a","sequence":-1,"dropped":0})",
                             R"("logger":{"run":"a","sequence":1})", "report|0.7|1|smtp-in"})
      CHECK_FALSE_MESSAGE(parse_logger_facts(line).has_value(), line);
  }
}
