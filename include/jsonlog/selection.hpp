// SPDX-License-Identifier: ISC
//
// Which events get a line. State, counters and sequences see all of them.
#pragma once

#include "jsonlog/conditions.hpp"
#include "jsonlog/limits.hpp"
#include "jsonlog/line_sink.hpp"

#include <cstddef>
#include <cstdint>

namespace jsonlog {

// all: every event. counted: what people count, Worth::counted and more. ends: the last line of
// each session.
enum class LineChoice : std::uint8_t { all, counted, ends };

struct Selection
{
  LineChoice lines = LineChoice::all;
  Conditions whole;                            // sessions that get a line for every event, the past
                                               // ones too
  std::size_t hold_bytes = limits::hold_bytes; // memory for the reports of those that may
};

constexpr bool selects(LineChoice lines, Worth worth) noexcept
{
  switch (lines) {
  case LineChoice::all: break;
  case LineChoice::counted: return worth >= Worth::counted;
  case LineChoice::ends: return worth >= Worth::session_end;
  }
  return true;
}

} // namespace jsonlog
