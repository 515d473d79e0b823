// SPDX-License-Identifier: ISC
//
// Bytes into lines. Lines end with LF; a CR is part of the line, as smtpd reports some. What
// stands behind the last LF at the end of input is a line too.
#pragma once

#include "jsonlog/limits.hpp"

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace jsonlog {

struct Line
{
  std::string_view text;  // without LF; the first `limit` bytes if it is longer
  bool oversized = false; // longer than the reader's limit
};

// Pure: the caller reads bytes into space() and says how many with commit(), then takes lines
// with next() until there is none. Memory: at most two lines of the limit and one read.
class LineReader
{
public:
  struct Space
  {
    char* data;
    std::size_t size; // at least read_size
  };
  static constexpr std::size_t read_size = std::size_t{64} * 1024;

  explicit LineReader(std::size_t limit = limits::line)
    : limit_(limit)
  {}

  // Invalidates the lines given out before.
  Space space();
  void commit(std::size_t bytes) { end_ += bytes; }

  // The next whole line; valid until space() is called.
  std::optional<Line> next();
  // After the end of input: the bytes behind the last LF, if there are any.
  std::optional<Line> rest();

private:
  std::size_t limit_;
  std::string buffer_;
  std::size_t start_ = 0;   // of the line that is being read
  std::size_t scanned_ = 0; // no LF before this
  std::size_t end_ = 0;     // of what was read
  bool skipping_ = false;   // inside a line whose beginning was too long and is kept in head_
  std::string head_;
};

} // namespace jsonlog
