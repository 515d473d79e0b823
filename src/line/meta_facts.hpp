// SPDX-License-Identifier: ISC
//
// What an output knows of a file that it begins, for the first line in it. All of it can be read
// from the text of the lines before: an output knows no sessions.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>

namespace jsonlog {

struct MetaFacts
{
  // opensmtpd.logger of a line.
  struct Logger
  {
    std::string run; // hex
    std::uint64_t sequence = 0, dropped = 0;
  };

  bool process_start = true;                      // the first line of this process
  std::string previous_file;                      // empty: none
  std::optional<std::uint64_t> previous_sequence; // logger.sequence of the last line in it
  std::optional<std::uint64_t> repaired_bytes;    // cut off: a torn line
  std::optional<Logger> logger;                   // of the last line of this process
};

// Makes the line, LF included. Called by the writer thread; may throw std::bad_alloc.
using MetaWriter = std::function<std::string(const MetaFacts& facts)>;

} // namespace jsonlog
