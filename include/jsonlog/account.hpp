// SPDX-License-Identifier: ISC
//
// What one run of reports amounts to: what came in, and what became of it.
#pragma once

#include "jsonlog/handshake.hpp"
#include "jsonlog/line_settings.hpp"
#include "jsonlog/report.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <numeric>
#include <optional>
#include <variant>

namespace jsonlog {

struct StreamCounts
{
  std::uint64_t sessions = 0;   // those that ended as well
  std::uint64_t malformed = 0;  // lines of input that are no report
  std::uint64_t truncated = 0;  // lines of which something was cut
  std::uint64_t unselected = 0; // events and malformed lines that got no line
  std::array<std::uint64_t, std::variant_size_v<Event>> events{}; // reports, by their kind

  std::uint64_t reports() const noexcept
  {
    return std::accumulate(events.begin(), events.end(), std::uint64_t{0});
  }
};

// A look at a pipeline. Valid until it is fed again.
struct Account
{
  const Handshake& handshake;
  const LoggerState& logger; // `sequence` is that of the next line
  const StreamCounts& counts;
  std::size_t live_sessions;
  std::optional<std::int64_t> oldest_start_us; // of the live sessions, by smtpd's clock
  std::size_t known_messages = 0;              // whose origin is known
  std::size_t held_sessions = 0;               // of which unwritten reports are remembered
  std::size_t held_bytes = 0;
};

} // namespace jsonlog
