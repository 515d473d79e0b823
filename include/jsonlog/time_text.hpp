// SPDX-License-Identifier: ISC
#pragma once

#include "jsonlog/text_buffer.hpp"

#include <cstdint>

namespace jsonlog {

// Appends `2026-11-20T10:00:00.123456Z` (RFC 3339, UTC) for microseconds since 1970.
// REQUIRES: a year from 1970 to 9999.
void append_time(TextBuffer& out, std::int64_t time_us);

// The same for many times in a row: the text of the second is kept, as the next one is likely to
// be of the same.
class TimeText
{
public:
  void append(TextBuffer& out, std::int64_t time_us);

private:
  std::int64_t second_ = -1;
  TextBuffer text_; // of the last time, in which only the fraction is written anew
};

} // namespace jsonlog
