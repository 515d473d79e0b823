// SPDX-License-Identifier: ISC
//
// A line of a log that this program wrote, read again: whether it is valid JSON at all, and what
// it says of its place in the log.
#pragma once

#include "schema/record_kind.hpp"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string_view>

namespace jsonlog {

// One session: its id alone is not enough, as smtpd's random ids may come again.
struct LoggedSession
{
  std::uint64_t id = 0;
  std::uint64_t start_us = 0;
  bool outbound = false;

  auto operator<=>(const LoggedSession&) const = default;
};

struct LoggedLine
{
  RecordKind kind = RecordKind::event;
  std::string_view time;      // @timestamp, as it stands
  std::string_view host;      // host.name; empty: none
  std::uint64_t run = 0;      // µs; 0 before the first report
  bool has_sequence = false;  // a meta or stats record before the first record has none
  std::uint64_t sequence = 0; // of the record; meta and stats repeat the last one
  std::uint64_t dropped = 0;  // what logger.dropped, and in stats lines.dropped, declare lost

  // event
  LoggedSession session;
  std::uint64_t event_sequence = 0;
  std::uint64_t number = 0; // among the lines of the session: a gap is a loss
  bool final = false;

  // meta
  bool process_start = false;
  std::uint64_t repaired_bytes = 0;
};

// Not for hostile programs but for hostile bytes: nesting is bounded, and memory by a multiple of
// the longest line.
class LoggedLineReader
{
public:
  // Deeper nesting is refused; ours is 5 deep.
  static constexpr std::size_t max_depth = 64;
  // Numbers of records beyond this are refused, as is any integer that 64 bits cannot hold, so that
  // sums of them cannot overflow.
  static constexpr std::uint64_t max_number = std::uint64_t{1} << 62;

  LoggedLineReader();
  ~LoggedLineReader();
  LoggedLineReader(const LoggedLineReader&) = delete;
  LoggedLineReader& operator=(const LoggedLineReader&) = delete;

  // Reads a line, LF not included, with a header or without_header(). Returns what is wrong with
  // it, or an empty text and `line`, whose views hold until the next call. Keys that it does not
  // know are no error: a newer program may have written the line.
  std::string_view read(std::string_view text, LoggedLine& line);

private:
  struct Parser;

  std::unique_ptr<Parser> parser_;
};

} // namespace jsonlog
