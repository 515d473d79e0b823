// SPDX-License-Identifier: ISC
//
// Bytes into lines. Lines end with LF; a CR is part of the line, as smtpd reports some. What
// stands behind the last LF at the end of input is a line too.
#pragma once

#include "jsonlog/limits.hpp"

#include <cstddef>
#include <memory>
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
// with next() until there is none. Memory: two lines of the limit and two reads, all of it from the
// start, so that reading goes on where there is none left.
class LineReader
{
public:
  struct Space
  {
    char* data;
    std::size_t size; // at least read_size
  };
  static constexpr std::size_t read_size = std::size_t{64} * 1024;

  // May throw std::bad_alloc.
  explicit LineReader(std::size_t limit = limits::line)
    : limit_(limit)
    , size_(limit + 2 * read_size)
    , buffer_(new char[size_])
  {
    head_.reserve(limit);
  }

  // Invalidates the lines given out before.
  Space space() noexcept;
  void commit(std::size_t bytes) noexcept { end_ += bytes; }

  // The next whole line; valid until space() is called.
  std::optional<Line> next() noexcept;
  // After the end of input: the bytes behind the last LF, if there are any.
  std::optional<Line> rest() const noexcept;

private:
  std::string_view text(std::size_t begin, std::size_t end) const noexcept
  {
    return {buffer_.get() + begin, end - begin};
  }

  std::size_t limit_;
  std::size_t size_;
  std::unique_ptr<char[]> buffer_;
  std::size_t start_ = 0;   // of the line that is being read
  std::size_t scanned_ = 0; // no LF before this
  std::size_t end_ = 0;     // of what was read
  bool skipping_ = false;   // inside a line whose beginning was too long and is kept in head_
  std::string head_;
};

} // namespace jsonlog
