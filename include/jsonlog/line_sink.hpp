// SPDX-License-Identifier: ISC
#pragma once

#include <cstdint>
#include <string_view>

namespace jsonlog {

// What a line is worth to whoever reads the log, for the case that not all of them can be kept.
enum class Worth : std::uint8_t {
  ordinary,
  counted,     // people count lines like this one: results, logins, refusals, anomalies
  session_end, // sums up a whole session
  always,      // no event: the account of the log itself
};

// Where finished lines go.
class LineSink
{
public:
  virtual ~LineSink() = default;
  // Takes a line, LF included. False: it will not get out.
  virtual bool write(std::string_view line, Worth worth) = 0;
};

} // namespace jsonlog
