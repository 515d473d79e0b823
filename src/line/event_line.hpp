// SPDX-License-Identifier: ISC
//
// What a line is made of.
#pragma once

#include "jsonlog/line_settings.hpp"
#include "jsonlog/report.hpp"
#include "jsonlog/session.hpp"

#include <algorithm>
#include <cstdint>
#include <limits>
#include <string_view>

namespace jsonlog {

inline constexpr std::string_view malformed_action = "malformed-report";

// A session just after a report, or its synthetic end (then `report` is null).
struct EventLine
{
  const Session& session;
  const Report* report;
  const LoggerState& logger;

  std::string_view action() const
  {
    if (report != nullptr)
      return report->name;
    return session.close == Close::evicted ? "session-evicted" : "session-shutdown";
  }
  std::uint64_t sequence() const { return session.events - 1; }
  // A hostile clock may jump further than nanoseconds in 64 bits reach.
  std::uint64_t duration_ns() const
  {
    constexpr std::int64_t longest = std::numeric_limits<std::int64_t>::max();
    const std::int64_t us = std::max<std::int64_t>(0, session.time_us - session.start_us);
    return static_cast<std::uint64_t>(us > longest / 1000 ? longest : us * 1000);
  }
};

// Input that belongs to no session.
struct AnomalyLine
{
  std::string_view text; // secrets hidden
  std::string_view error;
  std::int64_t time_us;
  const LoggerState& logger;
};

} // namespace jsonlog
