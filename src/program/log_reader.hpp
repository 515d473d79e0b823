// SPDX-License-Identifier: ISC
//
// What the reading commands read, as one sequence of documents: logs of this program, plain or
// packed, also with a syslog header before each line; recorded report streams, which are replayed;
// folders, which stand for the logs in them. In the order of their time, whatever the names say.
#pragma once

#include "output/diagnostics.hpp"
#include "reading/json_line.hpp"

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace jsonlog {

class LogReader
{
public:
  using Visit = std::function<void(const JsonLine& line)>;

  // `inputs` must outlive it.
  LogReader(const std::vector<std::string>& inputs, Diagnostics& diagnostics);

  // Lines of a log that do not hold this text are not looked at.
  void skip_lines_without(std::string text) { needle_ = std::move(text); }

  // Calls `visit` for every document. False: a file cannot be read, which was told. Ends early when
  // the user interrupts it.
  bool read(const Visit& visit);

  std::uint64_t lines() const noexcept { return lines_; }     // documents
  std::uint64_t foreign() const noexcept { return foreign_; } // lines that are none

private:
  bool read_file(const std::string& path, const Visit& visit);
  void read_line(std::string_view text, const Visit& visit);
  void show_progress(std::uint64_t bytes);
  void end_progress();
  bool refuse(const std::string& path, const std::string& why);

  const std::vector<std::string>& inputs_;
  Diagnostics& diagnostics_;
  std::string needle_;
  JsonLine line_;
  std::uint64_t lines_ = 0;
  std::uint64_t foreign_ = 0;
  std::uint64_t bytes_ = 0;
  std::int64_t next_progress_ms_ = 0;
  bool progress_shown_ = false;
};

} // namespace jsonlog
