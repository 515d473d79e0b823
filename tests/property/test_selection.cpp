// SPDX-License-Identifier: ISC
//
// Which events get a line, held against the lines of all of them: those of a selection are the
// same, and whether a session is whole is read from its lines, not from the program's conditions.
#include "jsonlog/pipeline.hpp"
#include "memory_sink.hpp"
#include "record.hpp"
#include "stream_maker.hpp"

#include <algorithm>
#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include <doctest/doctest.h>

using namespace jsonlog;
using Stream = StreamMaker::Lines;

namespace {

constexpr std::uint64_t seeds = 10;

Stream run(const Stream& stream, const Selection& selection,
           Snapshot::Way way = Snapshot::Way::cached)
{
  MemorySink sink;
  PipelineSettings settings;
  settings.line.program_version = "test";
  settings.line.detail = Detail::full;
  settings.line.max_line = 10'000'000;
  settings.selection = selection;
  Pipeline pipeline(settings, sink, way);
  for (const std::string& line : stream)
    pipeline.feed({line, false});
  pipeline.finish();
  return sink.lines;
}

Stream stream_of(std::uint64_t seed)
{
  StreamMaker maker(seed);
  std::vector<Stream> sessions;
  for (int i = 0; i < 8; ++i)
    sessions.push_back(i % 2 == 0 ? maker.well_formed_session() : maker.odd_session());
  return maker.interleave(sessions);
}

// What a selection may change of a line: its own numbers, which stand in opensmtpd.logger and at
// the beginning of opensmtpd.session.
std::string without_numbers(std::string line)
{
  const std::size_t logger = line.find(R"("logger":{)");
  line.erase(logger, line.find('}', logger) - logger);
  const std::size_t session = line.find(R"("session":{"id")", logger);
  for (const std::string_view key : {R"(,"line":)", R"(,"forgotten":)"}) {
    const std::size_t start = line.find(key, session);
    const std::size_t number = start + key.size();
    if (start != std::string::npos && line[number] >= '0' && line[number] <= '9')
      line.erase(start, line.find(',', number) - start);
  }
  return line;
}

std::string text_of(const Record& record, const char* field)
{
  return record.has(field) ? record.text(field) : std::string();
}

std::int64_t number_of(const Record& record, const char* field)
{
  return record.has(field) ? record.number(field) : -1;
}

bool is_refusal(const Record& record)
{
  const std::string action = record.text("event.action");
  const std::string response = text_of(record, "opensmtpd.filter.last.response");
  if (action == "filter-response")
    return response == "reject" || response == "disconnect";
  const std::int64_t reply_class = number_of(record, "opensmtpd.last.reply.class");
  return action == "protocol-server" && record.truth("opensmtpd.last.reply.complete") &&
         (reply_class == 4 || reply_class == 5);
}

bool is_filter_answer(const Record& record, const char* response)
{
  return record.text("event.action") == "filter-response" &&
         text_of(record, "opensmtpd.filter.last.response") == response;
}

bool is_counted(const Record& record)
{
  const std::string action = record.text("event.action");
  return record.truth("opensmtpd.session.final") || record.has("opensmtpd.anomaly_new") ||
         is_refusal(record) || action == "link-auth" || action == "tx-rcpt" ||
         action == "tx-commit" || action == "tx-rollback" ||
         (action == "filter-response" &&
          text_of(record, "opensmtpd.filter.last.response") != "proceed");
}

struct Case
{
  const char* name;
  std::function<void(Conditions&)> set;
  std::function<bool(const Record&)> happened;
};

const std::vector<Case>& cases()
{
  static const std::vector<Case> all = {
    {"refused", [](Conditions& when) { when.refused = true; }, is_refusal},
    {"login-failed", [](Conditions& when) { when.login_failed = true; },
     [](const Record& record) {
       return record.text("event.action") == "link-auth" &&
              text_of(record, "opensmtpd.auth.result") != "pass";
     }},
    {"anomaly", [](Conditions& when) { when.anomaly = true; },
     [](const Record& record) { return record.has("opensmtpd.anomaly_new"); }},
    {"junk", [](Conditions& when) { when.junk = true; },
     [](const Record& record) { return is_filter_answer(record, "junk"); }},
    {"rewritten", [](Conditions& when) { when.rewritten = true; },
     [](const Record& record) { return is_filter_answer(record, "rewrite"); }},
    {"timeout", [](Conditions& when) { when.timeout = true; },
     [](const Record& record) { return record.text("event.action") == "timeout"; }},
    {"lost", [](Conditions& when) { when.lost = true; },
     [](const Record& record) {
       return record.truth("opensmtpd.session.final") &&
              record.text("opensmtpd.session.close") != "quit";
     }},
    {"slow", [](Conditions& when) { when.slow_us = 40'000; },
     [](const Record& record) {
       return number_of(record, "opensmtpd.time.gap_us") >= 40'000 ||
              (record.text("event.action") == "filter-response" &&
               number_of(record, "opensmtpd.filter.last.latency_us") >= 40'000);
     }},
  };
  return all;
}

std::string key_of(const Record& record)
{
  return record.text("opensmtpd.subsystem") + record.text("opensmtpd.session.id") +
         record.text("event.start");
}

struct Whole
{
  std::map<std::string, std::string> lines;    // by event.id, without their numbers
  std::map<std::string, std::size_t> sessions; // how many lines each has
};

Whole all_lines(const Stream& stream)
{
  Whole whole;
  for (const std::string& line : run(stream, {})) {
    const Record record(line);
    if (record.text("opensmtpd.record") != "event")
      continue;
    whole.lines[record.text("event.id")] = without_numbers(line);
    ++whole.sessions[key_of(record)];
  }
  return whole;
}

// Every line stands among all lines, once, and the lines of each session are numbered without a
// gap.
std::map<std::string, std::size_t> check_subset(const Stream& selected, const Whole& whole)
{
  std::map<std::string, std::size_t> sessions;
  std::map<std::string, int> ids;
  for (const std::string& line : selected) {
    const Record record(line);
    if (record.text("opensmtpd.record") != "event")
      continue;
    REQUIRE(++ids[record.text("event.id")] == 1);
    const bool same = whole.lines.at(record.text("event.id")) == without_numbers(line);
    REQUIRE(same);
    REQUIRE(record.number("opensmtpd.session.line") ==
            static_cast<std::int64_t>(sessions[key_of(record)]++));
  }
  return sessions;
}

Selection selection_of(LineChoice lines, const Case& when)
{
  Selection selection;
  selection.lines = lines;
  when.set(selection.whole);
  return selection;
}

} // namespace

TEST_SUITE("selection")
{
  TEST_CASE("counted and ends are some of all lines, equal but for their numbers")
  {
    for (std::uint64_t seed = 0; seed < seeds; ++seed) {
      CAPTURE(seed);
      const Stream stream = stream_of(seed);
      const Stream all = run(stream, {});
      const Whole whole = all_lines(stream);
      for (const LineChoice lines : {LineChoice::counted, LineChoice::ends}) {
        Selection selection;
        selection.lines = lines;
        const Stream selected = run(stream, selection);
        check_subset(selected, whole);
        const auto expected = std::ranges::count_if(all, [lines](const std::string& line) {
          const Record record(line);
          if (record.text("opensmtpd.record") != "event")
            return lines == LineChoice::counted;
          return lines == LineChoice::counted ? is_counted(record)
                                              : record.truth("opensmtpd.session.final");
        });
        CHECK(static_cast<std::int64_t>(selected.size()) == expected);
      }
    }
  }

  TEST_CASE("a session in which it happened is whole, and no other")
  {
    std::map<std::string, int> met;
    for (std::uint64_t seed = 100; seed < 100 + seeds; ++seed) {
      const Stream stream = stream_of(seed);
      const Whole whole = all_lines(stream);
      for (const Case& when : cases()) {
        CAPTURE(seed);
        CAPTURE(when.name);
        std::map<std::string, bool> happened;
        for (const std::string& line : run(stream, {})) {
          const Record record(line);
          if (record.text("opensmtpd.record") == "event")
            happened[key_of(record)] |= when.happened(record);
        }
        for (const LineChoice lines : {LineChoice::counted, LineChoice::ends}) {
          auto found = check_subset(run(stream, selection_of(lines, when)), whole);
          for (const auto& [session, count] : whole.sessions) {
            if (happened[session]) {
              CHECK(found[session] == count);
              ++met[when.name];
            } else if (lines == LineChoice::ends) {
              CHECK(found[session] == 1);
            }
          }
        }
      }
    }
    for (const Case& when : cases()) {
      CAPTURE(when.name);
      CHECK(met[when.name] > 0);
    }
  }

  TEST_CASE("cached pieces and lines from nothing select the same bytes")
  {
    for (std::uint64_t seed = 200; seed < 200 + seeds; ++seed) {
      CAPTURE(seed);
      const Stream stream = stream_of(seed);
      for (const Case& when : cases()) {
        const Selection selection = selection_of(LineChoice::counted, when);
        const bool same =
          run(stream, selection) == run(stream, selection, Snapshot::Way::from_nothing);
        CHECK(same);
      }
    }
  }

  TEST_CASE("a session too long to be remembered says how many lines it lost")
  {
    std::int64_t lost = 0;
    for (std::uint64_t seed = 300; seed < 300 + seeds; ++seed) {
      CAPTURE(seed);
      const Stream stream = stream_of(seed);
      const Whole whole = all_lines(stream);
      for (const std::size_t hold_bytes : {0U, 500U, 20'000U}) {
        Selection selection = selection_of(LineChoice::ends, cases()[6]);
        selection.hold_bytes = hold_bytes;
        const Stream selected = run(stream, selection);
        check_subset(selected, whole);
        std::map<std::string, std::int64_t> found;
        for (const std::string& line : selected) {
          const Record record(line);
          if (record.text("opensmtpd.record") != "event")
            continue;
          const std::int64_t made = ++found[key_of(record)];
          if (!record.truth("opensmtpd.session.final") ||
              record.text("opensmtpd.session.close") == "quit")
            continue;
          const std::int64_t forgotten =
            std::max<std::int64_t>(0, number_of(record, "opensmtpd.session.forgotten"));
          CHECK(made + forgotten == static_cast<std::int64_t>(whole.sessions.at(key_of(record))));
          lost += forgotten;
        }
      }
    }
    CHECK(lost > 0);
  }
}
