// SPDX-License-Identifier: ISC
#include "line/records.hpp"

#include "jsonlog/pipeline.hpp"
#include "memory_sink.hpp"
#include "record.hpp"
#include "session_that_knows_all.hpp"

#include <algorithm>
#include <string>
#include <vector>

#include <doctest/doctest.h>

using namespace jsonlog;

namespace {

constexpr std::int64_t noon_us = 1'795'262'400'000'000; // 2026-11-21T12:00:00Z

LineSettings settings()
{
  LineSettings settings;
  settings.program_version = "1.2.3";
  return settings;
}

struct Traffic
{
  Traffic& feed(std::string_view line)
  {
    pipeline.feed({line, false});
    return *this;
  }
  Record stats(const StatsFacts& facts = {}) const
  {
    return Record(stats_record(settings(), pipeline.account(), facts, noon_us));
  }

  MemorySink sink;
  Pipeline pipeline{{settings(), Format::json, 100}, sink};
};

// A report of every kind, with enough fields.
const std::vector<std::string> kinds = {
  "link-connect",    "link-greeting",   "link-identify", "link-tls", "link-auth",
  "link-disconnect", "tx-begin",        "tx-mail",       "tx-rcpt",  "tx-envelope",
  "tx-data",         "tx-commit",       "tx-rollback",   "tx-reset", "protocol-client",
  "protocol-server", "filter-response", "filter-report", "timeout"};

std::string report(const std::string& event, const std::string& time = "1795262340.000000")
{
  return "report|0.7|" + time + "|smtp-in|" + event + "|53d780c857e25095|a|b|c|d";
}

} // namespace

TEST_SUITE("records")
{
  TEST_CASE("the first record of a process names it and its options")
  {
    const std::string line =
      meta_record(settings(), {42, "mx.example.org", {"file=/x", "format=json"}}, {}, noon_us);
    CHECK(line.back() == '\n');
    const Record record(line);
    CHECK(record.text("@timestamp") == "2026-11-21T12:00:00.000000Z");
    CHECK(record.text("event.kind") == "state");
    CHECK(record.text("event.action") == "logger-start");
    CHECK(record.text("opensmtpd.record") == "meta");
    CHECK(record.number("process.pid") == 42);
    CHECK(record.text("opensmtpd.meta.hostname") == "mx.example.org");
    CHECK(record.list("opensmtpd.meta.options") ==
          std::vector<std::string>{"file=/x", "format=json"});
    CHECK(record.text("opensmtpd.logger.version") == "1.2.3");
    CHECK_FALSE(record.has("opensmtpd.logger.run"));
    CHECK_FALSE(record.has("opensmtpd.meta.previous_file"));
    CHECK_FALSE(record.has("opensmtpd.meta.previous_sequence"));
    CHECK_FALSE(record.has("opensmtpd.meta.repaired_bytes"));
  }

  TEST_CASE("the first record of a later file names the one before")
  {
    const MetaFacts facts = {false, "events-1.json", 41, 7,
                             MetaFacts::Logger{"660be331f3581", 41, 3}};
    const Record record(meta_record(settings(), {42, "", {}}, facts, noon_us));
    CHECK(record.text("event.action") == "file-start");
    CHECK(record.text("opensmtpd.meta.previous_file") == "events-1.json");
    CHECK(record.number("opensmtpd.meta.previous_sequence") == 41);
    CHECK(record.number("opensmtpd.meta.repaired_bytes") == 7);
    CHECK(record.text("opensmtpd.logger.run") == "660be331f3581");
    CHECK(record.number("opensmtpd.logger.sequence") == 41);
    CHECK(record.number("opensmtpd.logger.dropped") == 3);
    CHECK_FALSE(record.has("opensmtpd.meta.hostname"));
    CHECK_FALSE(record.has("opensmtpd.meta.options"));
  }

  TEST_CASE("a meta record is long enough for a shipper to see the file")
  {
    std::size_t shortest = std::string::npos;
    for (std::size_t size = 1; size <= limits::keyword; ++size) {
      const std::string line =
        meta_record(settings(), {1, std::string(size, 'h'), {}}, {}, noon_us);
      CHECK(line.size() > meta_size);
      shortest = std::min(shortest, line.size());
    }
    CHECK(shortest == meta_size + 1);
  }

  TEST_CASE("a meta record over budget leaves its options out, then cuts texts")
  {
    LineSettings narrow = settings();
    narrow.max_line = limits::smallest_line;
    const std::vector<std::string> options(16, std::string(1000, 'o'));
    const std::string line = meta_record(narrow, {1, "h", options}, {}, noon_us);
    CHECK(line.size() <= narrow.max_line + 1);
    CHECK(Record(line).list("opensmtpd.truncated") ==
          std::vector<std::string>{"opensmtpd.meta.options"});
    for (int i = 0; i < 16; ++i)
      narrow.labels.emplace_back("label" + std::to_string(i), std::string(1000, 'x'));
    const std::string labelled = meta_record(narrow, {1, "h", options}, {}, noon_us);
    CHECK(labelled.size() <= narrow.max_line + 1);
    CHECK(Record(labelled).list("opensmtpd.truncated") ==
          std::vector<std::string>{"labels", "opensmtpd.meta.options"});
  }

  TEST_CASE("no record needs more than the smallest budget, whatever there is to say")
  {
    const std::string text(limits::kept_text, 'x');
    LineSettings narrow = settings();
    narrow.host = text;
    narrow.max_line = 1;
    for (int i = 0; i < 16; ++i)
      narrow.labels.emplace_back(std::string(62, 'k') + std::to_string(10 + i), text);
    const MetaFacts facts = {false, text, longest_count, longest_count,
                             MetaFacts::Logger{"ffffffffffffffff", longest_count, longest_count}};
    CHECK(meta_record(narrow, {longest_number, text, {text}}, facts, longest_time_us).size() <=
          narrow.smallest_line() + 1);
    Handshake handshake;
    handshake.feed("config|smtpd-version|" + text);
    handshake.feed("config|admd|" + text);
    const LoggerState logger{longest_time_us, longest_count, 0};
    StreamCounts counts{longest_count, longest_count, longest_count, longest_count, {}};
    counts.events.fill(longest_count);
    const Account account{handshake,       logger,        counts,        longest_count,
                          std::int64_t{0}, longest_count, longest_count, longest_count};
    const StatsFacts stats{longest_count, longest_count, longest_count,
                           longest_count, longest_count, longest_count};
    CHECK(stats_record(narrow, account, stats, longest_time_us).size() <=
          narrow.smallest_line() + 1);
  }

  TEST_CASE("the account of a process that has seen nothing")
  {
    const Record record = Traffic().stats();
    CHECK(record.text("event.kind") == "metric");
    CHECK(record.text("event.dataset") == "opensmtpd.stats");
    CHECK(record.text("event.action") == "stats");
    CHECK(record.number("opensmtpd.stats.events.total") == 0);
    CHECK(record.number("opensmtpd.stats.lines.total") == 0);
    CHECK(record.number("opensmtpd.stats.sessions.oldest_s") == 0);
    CHECK_FALSE(record.has("opensmtpd.stats.events.by"));
    CHECK_FALSE(record.has("opensmtpd.logger.sequence"));
  }

  TEST_CASE("every kind of report is counted under its own name")
  {
    Traffic traffic;
    std::vector<std::string> expected;
    for (const std::string& kind : kinds) {
      traffic.feed(report(kind)).feed(report(kind));
      expected.push_back(kind + ":2");
    }
    traffic.feed(report("of-tomorrow"));
    expected.emplace_back("unknown:1");
    const Record record = traffic.stats();
    CHECK(record.list("opensmtpd.stats.events.by") == expected);
    CHECK(record.number("opensmtpd.stats.events.total") ==
          static_cast<std::int64_t>(2 * kinds.size() + 1));
  }

  TEST_CASE("lines out and lines dropped are the lines made")
  {
    Traffic traffic;
    traffic.feed("config|smtpd-version|7.8.0").feed("config|admd|mx.example.org");
    traffic.feed(report("link-connect", "1795262340.000000"));
    traffic.sink.room = 1;
    traffic.feed(report("timeout")).feed("nonsense");
    traffic.sink.room = 10;
    traffic.feed(report("timeout"));
    traffic.pipeline.count_lost(1);
    const Record record = traffic.stats({61, 1000, 2000, 30, 40, 5});
    CHECK(record.number("opensmtpd.stats.lines.total") == 1);
    CHECK(record.number("opensmtpd.stats.lines.dropped") == 3);
    CHECK(record.number("opensmtpd.logger.sequence") == 3);
    CHECK(record.number("opensmtpd.logger.dropped") == 3);
    CHECK(record.text("opensmtpd.logger.run") == "660c8160de900");
    CHECK(record.number("opensmtpd.stats.errors.parse") == 1);
    CHECK(record.number("opensmtpd.stats.errors.sink") == 5);
    CHECK(record.number("opensmtpd.stats.uptime_s") == 61);
    CHECK(record.number("opensmtpd.stats.bytes.in") == 1000);
    CHECK(record.number("opensmtpd.stats.bytes.out") == 2000);
    CHECK(record.number("opensmtpd.stats.queue.bytes") == 30);
    CHECK(record.number("opensmtpd.stats.queue.bytes_max") == 40);
    CHECK(record.number("opensmtpd.stats.sessions.live") == 1);
    CHECK(record.number("opensmtpd.stats.sessions.total") == 1);
    CHECK(record.number("opensmtpd.stats.sessions.oldest_s") == 60);
    CHECK(record.text("observer.version") == "7.8.0");
    CHECK(record.text("observer.hostname") == "mx.example.org");
  }

  TEST_CASE("lines that name what was cut are counted")
  {
    Traffic traffic;
    traffic.feed(report("link-connect")).feed("x" + std::string(limits::original, 'x'));
    traffic.feed("report|0.7|1795262340.000000|smtp-in|link-greeting|53d780c857e25095|" +
                 std::string(2000, 'g'));
    traffic.feed(report("timeout"));
    CHECK(traffic.stats().number("opensmtpd.stats.lines.truncated") == 3);
  }

  TEST_CASE("sessions that are over count, but are not live")
  {
    Traffic traffic;
    traffic.feed(report("link-connect")).feed(report("link-disconnect"));
    CHECK(traffic.stats().number("opensmtpd.stats.sessions.total") == 1);
    CHECK(traffic.stats().number("opensmtpd.stats.sessions.live") == 0);
  }

  TEST_CASE("a report's clock ahead of ours makes nothing older than nothing")
  {
    Traffic traffic;
    traffic.feed(report("link-connect", "1795270000.000000"));
    CHECK(traffic.stats().number("opensmtpd.stats.sessions.oldest_s") == 0);
  }

  TEST_CASE("a new run has an account of its own")
  {
    Traffic traffic;
    traffic.feed("config|ready").feed(report("link-connect")).feed("config|ready");
    traffic.feed(report("timeout"));
    const Record record = traffic.stats();
    CHECK(record.number("opensmtpd.stats.events.total") == 1);
    CHECK(record.number("opensmtpd.stats.lines.total") == 1);
    CHECK(record.number("opensmtpd.logger.sequence") == 0);
  }
}
