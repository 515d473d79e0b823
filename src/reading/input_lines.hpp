// SPDX-License-Identifier: ISC
//
// The lines of a file, or of standard input, one after the other; packed by gzip or zstd or not.
#pragma once

#include "jsonlog/limits.hpp"
#include "jsonlog/line_reader.hpp"
#include "reading/packed_file.hpp"
#include "reading/read_ahead.hpp"

#include <cstddef>
#include <memory>
#include <optional>
#include <string>

namespace jsonlog {

class InputLines
{
public:
  // `path`: `-` is standard input. A line of more than `longest` bytes is given as oversized.
  explicit InputLines(const std::string& path, std::size_t longest = limits::line);
  ~InputLines();
  InputLines(const InputLines&) = delete;
  InputLines& operator=(const InputLines&) = delete;

  // Empty at the end, and if the file cannot be opened or read: then error() says why. The text
  // holds until the next call. May throw std::bad_alloc.
  std::optional<Line> next();

  // The line given last does not end with LF.
  bool torn() const noexcept { return torn_; }

  // errno; 0: the file could be read so far. EBADMSG: what is behind the last line is damaged.
  int error() const noexcept { return error_; }
  // The same in words; empty: none.
  std::string problem() const;

private:
  bool fill();
  void read_ahead();

  const int descriptor_;
  int error_;
  bool ended_;
  bool torn_ = false;
  bool first_read_ = true; // comes next
  PackedFile file_;
  std::unique_ptr<ReadAhead> ahead_; // null: file_ is read here
  LineReader reader_;
};

} // namespace jsonlog
