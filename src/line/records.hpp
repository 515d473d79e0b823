// SPDX-License-Identifier: ISC
//
// Records that are about the log itself: `meta`, the first line of a process and of a file, and
// `stats`, the account of what came in and what got out. They are no answer to a report, so their
// time is given to them.
#pragma once

#include "jsonlog/account.hpp"
#include "line/envelope.hpp"
#include "line/meta_facts.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace jsonlog {

// Some shippers do not look at a file before it holds 1,024 bytes.
inline constexpr std::size_t meta_size = 1100;

struct ProcessFacts
{
  std::int64_t pid = 0;
  std::string hostname;             // empty: unknown
  std::vector<std::string> options; // those that were given: `format=json`
};

// With its LF, and without that at least meta_size bytes long. Over settings.max_line, the options
// are left out, then texts cut.
std::string meta_record(const LineSettings& settings, const ProcessFacts& process,
                        const MetaFacts& facts, std::int64_t time_us);

// What an account of the stream does not hold. Whole seconds, bytes, since the start of the
// process.
struct StatsFacts
{
  std::uint64_t uptime_s = 0;
  std::uint64_t bytes_in = 0, bytes_out = 0;
  std::uint64_t queue_bytes = 0, queue_bytes_max = 0; // now; most
  std::uint64_t sink_errors = 0;
};

// With its LF.
std::string stats_record(const LineSettings& settings, const Account& account,
                         const StatsFacts& facts, std::int64_t time_us);

} // namespace jsonlog
