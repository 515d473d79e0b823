// SPDX-License-Identifier: ISC
#include "reading/logged_line.hpp"

#include "memory_sink.hpp"

#include "jsonlog/pipeline.hpp"

#include <string>
#include <string_view>

#include <doctest/doctest.h>

using namespace jsonlog;

namespace {

constexpr std::string_view event_line =
  R"({"@timestamp":"2026-11-21T00:36:59.576627Z","host":{"name":"mx1"},"event":{"action":"tx-rcpt",)"
  R"("sequence":22,"id":"53d780e175b21d7d.660be8f00daa1.22"},"opensmtpd":{"record":"event",)"
  R"("logger":{"run":"660be8d84a7a0","sequence":462,"dropped":3},"subsystem":"smtp-out",)"
  R"("session":{"final":true}}})";

std::string replaced(std::string text, std::string_view what, std::string_view by)
{
  const std::size_t at = text.find(what);
  REQUIRE(at != std::string::npos);
  return text.replace(at, what.size(), by);
}

std::string error_of(std::string_view text)
{
  LoggedLineReader reader;
  LoggedLine line;
  return std::string(reader.read(text, line));
}

// An event line in which `what` is replaced.
std::string error_with(std::string_view what, std::string_view by)
{
  return error_of(replaced(std::string(event_line), what, by));
}

} // namespace

TEST_SUITE("logged_line")
{
  TEST_CASE("an event's line tells its place")
  {
    LoggedLineReader reader;
    LoggedLine line;
    REQUIRE(reader.read(event_line, line) == "");
    CHECK(line.kind == RecordKind::event);
    CHECK(line.time == "2026-11-21T00:36:59.576627Z");
    CHECK(line.host == "mx1");
    CHECK(line.run == 0x660be8d84a7a0);
    CHECK(line.sequence == 462);
    CHECK(line.dropped == 3);
    CHECK(line.session == LoggedSession{0x53d780e175b21d7d, 0x660be8f00daa1, true});
    CHECK(line.event_sequence == 22);
    CHECK(line.final);
  }

  TEST_CASE("meta and stats tell of the process")
  {
    LoggedLineReader reader;
    LoggedLine line;
    REQUIRE(reader.read(R"({"event":{"action":"logger-start"},"opensmtpd":{"record":"meta",)"
                        R"("logger":{"version":"1"},"meta":{"repaired_bytes":17}}})",
                        line) == "");
    CHECK(line.kind == RecordKind::meta);
    CHECK(line.process_start);
    CHECK_FALSE(line.has_sequence);
    CHECK(line.repaired_bytes == 17);
    REQUIRE(reader.read(R"({"opensmtpd":{"record":"stats",)"
                        R"("logger":{"run":"a","sequence":9,"dropped":1},)"
                        R"("stats":{"lines":{"dropped":2}}}})",
                        line) == "");
    CHECK(line.kind == RecordKind::stats);
    CHECK_FALSE(line.process_start);
    CHECK(line.has_sequence);
    CHECK(line.sequence == 9);
    CHECK(line.dropped == 2);
  }

  TEST_CASE("what the program writes is understood")
  {
    MemorySink sink;
    Pipeline pipeline({{}, Format::json, 1}, sink);
    for (const std::string_view text :
         {"nonsense", "report|0.7|1.500000|smtp-in|link-connect|00000000000000ab|a|pass|b:1|c:2"})
      pipeline.feed({text, false});
    pipeline.finish();
    REQUIRE(sink.lines.size() == 3);
    LoggedLineReader reader;
    LoggedLine line;
    for (std::uint64_t i = 0; i < 3; ++i) {
      std::string_view text = sink.lines[i];
      text.remove_suffix(1);
      REQUIRE(reader.read(text, line) == "");
      CHECK(line.sequence == i);
    }
    CHECK(line.run == 1'500'000);
    CHECK(line.session == LoggedSession{0xab, 1'500'000, false});
    CHECK(line.event_sequence == 1);
    CHECK(line.final);
  }

  TEST_CASE("keys of a newer program are no error")
  {
    CHECK(error_with(R"("host":)", R"("new":[1,-2,3.5,{"event":{"sequence":"x"}},null],"host":)") ==
          "");
    CHECK(error_with(R"("dropped":3)", R"("dropped":3,"new":{"run":[true]})") == "");
  }

  TEST_CASE("what is no JSON is refused")
  {
    for (const std::string_view text :
         {"", " ", "x", "{", "{}x", R"({"a":NaN})", R"({"a":Infinity})", R"({"a":01})", R"({"a":})",
          R"({'a':1})", R"({"a":1,})", "{\"a\":\"\t\"}", R"({"a":"\ud800"})", R"({"a":"\x"})",
          "[1,2", "\"a"})
      CHECK_MESSAGE(error_of(text) != "", text);
    CHECK(error_of(std::string(event_line) + " {}") != "");
    CHECK(error_of(std::string(event_line) + std::string(1, '\0')) == "NUL in line");
    CHECK(error_with("mx1", std::string_view("m\0x", 3)) == "NUL in line");
    CHECK(error_of(event_line.substr(0, event_line.size() - 1)) != "");
  }

  TEST_CASE("what is not UTF-8 is refused, within strings and elsewhere")
  {
    for (const std::string_view bytes : {"\xff", "\xc3", "\xc0\x80", "\xed\xa0\x80"})
      CHECK(error_with("mx1", bytes) == "not UTF-8");
    CHECK(error_with("mx1", "m\xc3\xbcll") == "");
  }

  TEST_CASE("nesting is refused before it costs anything")
  {
    CHECK(error_of(std::string(1'000'000, '[')) != "");
    CHECK(error_of(std::string(1'000'000, '[') + std::string(1'000'000, ']')) ==
          "nested too deeply");
    std::string deep;
    for (int i = 0; i < 100'000; ++i)
      deep += R"({"a":)";
    CHECK(error_of(deep) != "");
    CHECK(error_of(deep + "1" + std::string(100'000, '}')) == "nested too deeply");
    LoggedLineReader reader; // which a long line has made grow
    LoggedLine line;
    CHECK(reader.read(replaced(std::string(event_line), "mx1", std::string(200'000, 'm')), line) ==
          "");
    CHECK(reader.read(std::string(100, '[') + std::string(100, ']'), line) == "nested too deeply");
    const std::string allowed = std::string(LoggedLineReader::max_depth - 1, '[') +
                                std::string(LoggedLineReader::max_depth - 1, ']');
    CHECK(error_with(R"("host":)", R"("new":)" + allowed + R"(,"host":)") == "");
    CHECK(error_with(R"("host":)", R"("new":[)" + allowed + R"(],"host":)") == "nested too deeply");
  }

  TEST_CASE("JSON of another program is refused")
  {
    for (const std::string_view text : {"{}", "[]", "1", R"({"opensmtpd":{}})"})
      CHECK(error_of(text) == "not a line of this program");
    CHECK(error_with(R"("record":"event")", R"("record":"other")") == "not a line of this program");
    CHECK(error_with("660be8d84a7a0\"", "xyz\"") == "not a line of this program");
    CHECK(error_with(R"("sequence":462,)", "") == "not a line of this program");
  }

  TEST_CASE("a field of another type is refused")
  {
    for (const std::string_view value : {"-1", "1.5", "\"1\"", "null", "true", "[1]", "{}",
                                         "4611686018427387905", "18446744073709551615"})
      CHECK_MESSAGE(error_with("462", value) == "a field of the wrong type", value);
    CHECK(error_with("462", "99999999999999999999") != "");
    CHECK(error_with(R"("final":true)", R"("final":1)") == "a field of the wrong type");
    CHECK(error_with(R"("name":"mx1")", R"("name":["mx1"])") == "a field of the wrong type");
  }

  TEST_CASE("an event's id must be of its session and sequence")
  {
    CHECK(error_with("aa1.22", "aa1.23") == "event.id does not fit the line");
    CHECK(error_with("53d780e175b21d7d.660be8f00daa1.22", "22") ==
          "event.id does not fit the line");
    CHECK(error_with(R"("final":true)", R"("other":true)") != "");
    CHECK(error_with(R"("sequence":22,)", "") != "");
  }
}
