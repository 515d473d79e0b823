// SPDX-License-Identifier: ISC
//
// What a log amounts to, by the counting rule: recipients by tx-rcpt lines, messages by tx-commit
// lines, refusals by complete replies, logins by link-auth lines, sessions by their last lines. Of
// a session of which the log holds the last line only (--lines ends), that line's totals stand in.
#pragma once

#include "reading/json_line.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

namespace jsonlog {

// Counts by name, of so many names at most; what comes when it is full is counted as `other`.
class Tally
{
public:
  static constexpr std::size_t most_names = 100'000;

  void add(std::string_view name, std::uint64_t count = 1);
  // The highest first, names in order where the counts are equal; 0: all.
  std::vector<std::pair<std::string, std::uint64_t>> top(std::size_t count) const;
  const std::map<std::string, std::uint64_t, std::less<>>& all() const noexcept { return counts_; }

private:
  std::map<std::string, std::uint64_t, std::less<>> counts_;
};

// Latencies in microseconds. After so many different ones new ones are kept to three digits, so
// that memory is bounded.
class Latencies
{
public:
  static constexpr std::size_t most_values = 65'536;

  void add(std::int64_t us);
  std::uint64_t count() const noexcept { return count_; }
  // The smallest value that `percent` of all are not above (nearest rank); 0 if there is none.
  std::int64_t percentile(unsigned percent) const;
  std::int64_t max() const noexcept { return max_; }

private:
  std::unordered_map<std::int64_t, std::uint64_t> counts_;
  std::uint64_t count_ = 0;
  std::int64_t max_ = 0;
};

// In one direction.
struct Traffic
{
  std::uint64_t sessions = 0, tls = 0;
  Tally close;
  std::uint64_t messages = 0, bytes = 0;
  std::uint64_t ok = 0, tempfail = 0, permfail = 0; // recipients
  std::uint64_t refusals_4xx = 0, refusals_5xx = 0;
};

struct Client
{
  std::uint64_t sessions = 0, refusals = 0, failed_logins = 0;
};

class LogSummary
{
public:
  // `span`: how much of `@timestamp` names a bar: 13 for hours, 10 for days.
  explicit LogSummary(std::size_t span)
    : span_(span)
  {}

  void add(const JsonLine& line);

  struct Lost
  {
    std::uint64_t dropped = 0; // declared
    std::uint64_t missing = 0; // not there and not declared
  };
  Lost lost() const;

  const Traffic& in() const noexcept { return in_; }
  const Traffic& out() const noexcept { return out_; }

  std::string from, to;                        // @timestamp of the first and the last event
  std::uint64_t pass = 0, fail = 0, error = 0; // logins
  Tally answers, anomalies, refused, sender_domains, recipient_domains;
  Tally bars; // messages in and out, by hour or day
  std::map<std::string, Latencies, std::less<>> phases;
  std::map<std::string, Client, std::less<>> clients;

private:
  struct Run
  {
    std::uint64_t first = 0, end = 0, records = 0, dropped_before = 0, dropped = 0;
  };
  struct Seen // of a session that is open
  {
    std::uint64_t lines = 0;
    std::uint64_t proceeds = 0;
  };

  void add_record(const JsonLine& line);
  void add_event(const JsonLine& line, bool inbound);
  void add_refusal(const JsonLine& line, Traffic& traffic);
  void add_answer(const JsonLine& line, Seen& seen);
  void add_end(const JsonLine& line, Traffic& traffic, const Seen& seen);
  void add_totals(const JsonLine& line, Traffic& traffic);
  Client& client(const JsonLine& line);

  std::size_t span_;
  Traffic in_, out_;
  std::map<std::pair<std::string, std::string>, Run> runs_; // by host and run
  std::unordered_map<std::string, Seen> seen_;              // by direction and id
  std::string key_; // of seen_; its memory serves the next line
};

} // namespace jsonlog
