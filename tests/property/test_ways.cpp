// SPDX-License-Identifier: ISC
//
// What holds for every stream, whichever it is.
#include "jsonlog/pipeline.hpp"
#include "memory_sink.hpp"
#include "record.hpp"
#include "stream_maker.hpp"

#include <map>
#include <string>
#include <vector>

#include <doctest/doctest.h>

using namespace jsonlog;
using Lines = StreamMaker::Lines;

namespace {

constexpr std::uint64_t seeds = 30;

LineSettings settings_of(Detail detail, bool original, std::size_t max_line)
{
  LineSettings settings;
  settings.program_version = "test";
  settings.detail = detail;
  settings.original = original;
  settings.max_line = max_line;
  return settings;
}

Lines run(const Lines& lines, const LineSettings& settings, std::size_t max_sessions = 1000,
          Snapshot::Way way = Snapshot::Way::cached)
{
  MemorySink sink;
  Pipeline pipeline({settings, Format::json, max_sessions}, sink, way);
  for (const std::string& line : lines)
    pipeline.feed({line, false});
  pipeline.finish();
  return sink.lines;
}

Lines stream_of(std::uint64_t seed)
{
  StreamMaker maker(seed);
  std::vector<Lines> sessions;
  for (int i = 0; i < 8; ++i)
    sessions.push_back(i % 2 == 0 ? maker.well_formed_session() : maker.odd_session());
  return maker.interleave(sessions);
}

bool is_synthetic(const Record& record)
{
  const std::string action = record.text("event.action");
  return (action == "session-shutdown" || action == "session-evicted") &&
         !record.has("opensmtpd.unknown");
}

// Every number that only grows, by its name.
std::map<std::string, std::int64_t> counters(const Record& record)
{
  std::map<std::string, std::int64_t> values;
  for (const char* name :
       {"count.command",        "count.reply.2xx",        "count.reply.3xx",
        "count.reply.4xx",      "count.reply.5xx",        "count.mail",
        "count.rcpt",           "count.rcpt_ok",          "count.rcpt_tempfail",
        "count.rcpt_permfail",  "count.commit",           "count.rollback",
        "count.timeout",        "filter.count.proceed",   "filter.count.junk",
        "filter.count.rewrite", "filter.count.reject",    "filter.count.disconnect",
        "filter.count.report",  "filter.count.other",     "helo.count",
        "auth.attempts",        "auth.failures",          "session.tx.count",
        "session.tx.committed", "session.tx.rolled_back", "session.tx.bytes"})
    values[name] = record.number("opensmtpd." + std::string(name));
  return values;
}

struct LastLine
{
  std::int64_t sequence = -1;
  std::map<std::string, std::int64_t> counters;
};

// Without what depends on the other sessions of the run.
std::string alone(std::string line)
{
  const std::size_t start = line.find(R"("logger":{)");
  return line.erase(start, line.find('}', start) - start);
}

} // namespace

TEST_SUITE("ways")
{
  TEST_CASE("cached pieces give the bytes that a line from nothing has")
  {
    for (std::uint64_t seed = 0; seed < seeds; ++seed) {
      const Lines stream = stream_of(seed);
      for (const Detail detail : {Detail::compact, Detail::standard, Detail::full}) {
        for (const bool original : {false, true}) {
          for (const std::size_t max_line : {limits::smallest_line, limits::max_line}) {
            CAPTURE(seed);
            const LineSettings settings = settings_of(detail, original, max_line);
            const Lines cached = run(stream, settings);
            const Lines whole = run(stream, settings, 1000, Snapshot::Way::from_nothing);
            REQUIRE(cached.size() == whole.size());
            for (std::size_t i = 0; i < whole.size(); ++i) {
              REQUIRE(cached[i] == whole[i]);
              REQUIRE(whole[i].size() <= max_line + 1);
            }
          }
        }
      }
    }
  }

  TEST_CASE("the two ways are equal where slots change their sessions")
  {
    for (std::uint64_t seed = 100; seed < 100 + seeds; ++seed) {
      CAPTURE(seed);
      const LineSettings settings = settings_of(Detail::full, true, limits::max_line);
      CHECK(run(stream_of(seed), settings, 3) ==
            run(stream_of(seed), settings, 3, Snapshot::Way::from_nothing));
    }
  }

  TEST_CASE("one valid line a report, without a gap, and counters never fall")
  {
    for (std::uint64_t seed = 200; seed < 200 + seeds; ++seed) {
      for (const std::size_t max_sessions : {1000U, 3U}) {
        CAPTURE(seed);
        const Lines stream = stream_of(seed);
        const Lines lines =
          run(stream, settings_of(Detail::standard, false, limits::max_line), max_sessions);
        std::map<std::string, LastLine> sessions;
        std::size_t synthetic = 0;
        for (std::size_t i = 0; i < lines.size(); ++i) {
          const Record record(lines[i]); // throws if it is not valid
          REQUIRE(record.number("opensmtpd.logger.sequence") == static_cast<std::int64_t>(i));
          REQUIRE(record.number("opensmtpd.logger.dropped") == 0);
          if (record.text("opensmtpd.record") == "anomaly")
            continue;
          synthetic += is_synthetic(record) ? 1U : 0U;
          const std::string key =
            record.text("opensmtpd.subsystem") + record.text("opensmtpd.session.id");
          LastLine& last = sessions[key];
          REQUIRE(record.number("event.sequence") == last.sequence + 1);
          auto now = counters(record);
          for (const auto& [name, value] : last.counters)
            REQUIRE(now[name] >= value);
          last = {record.number("event.sequence"), std::move(now)};
          if (record.truth("opensmtpd.session.final"))
            sessions.erase(key);
        }
        CHECK(lines.size() == stream.size() + synthetic);
        CHECK(sessions.empty()); // each one has had its last line
      }
    }
  }

  TEST_CASE("a session among others is the session alone")
  {
    for (std::uint64_t seed = 300; seed < 300 + seeds; ++seed) {
      CAPTURE(seed);
      StreamMaker maker(seed);
      std::vector<Lines> sessions;
      std::map<std::string, Lines> expected;
      const LineSettings settings = settings_of(Detail::full, true, limits::max_line);
      for (int i = 0; i < 6; ++i) {
        sessions.push_back(i % 2 == 0 ? maker.well_formed_session() : maker.odd_session());
        for (const std::string& line : run(sessions.back(), settings)) {
          const Record record(line);
          if (record.text("opensmtpd.record") == "event" && !is_synthetic(record))
            expected[record.text("opensmtpd.session.id")].push_back(alone(line));
        }
      }
      std::map<std::string, Lines> found;
      for (const std::string& line : run(maker.interleave(sessions), settings)) {
        const Record record(line);
        if (record.text("opensmtpd.record") == "event" && !is_synthetic(record))
          found[record.text("opensmtpd.session.id")].push_back(alone(line));
      }
      CHECK(found == expected);
    }
  }

  TEST_CASE("a well-formed session raises no anomaly but for what its client did")
  {
    for (std::uint64_t seed = 400; seed < 400 + seeds; ++seed) {
      CAPTURE(seed);
      StreamMaker maker(seed);
      for (const std::string& line : run(maker.well_formed_session(),
                                         settings_of(Detail::standard, false, limits::max_line))) {
        const Record record(line);
        if (!record.has("opensmtpd.anomaly"))
          continue;
        for (const std::string& token : record.list("opensmtpd.anomaly"))
          CHECK(token == "secret-masked");
      }
    }
  }
}
