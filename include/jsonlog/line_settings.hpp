// SPDX-License-Identifier: ISC
//
// What the lines of one process have in common: how much they show, and what the logger says of
// itself in each of them.
#pragma once

#include "jsonlog/limits.hpp"

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace jsonlog {

enum class Detail : std::uint8_t { compact, standard, full };

// What is the same in all lines.
struct LineSettings
{
  std::string program_version;
  std::string host;                                        // empty: no host.name
  std::vector<std::pair<std::string, std::string>> labels; // key, value
  Detail detail = Detail::standard;
  bool original = false;                   // with event.original
  std::size_t max_line = limits::max_line; // bytes, the LF not counted

  // The least max_line: what a line may need when it is made as small as it gets.
  std::size_t smallest_line() const noexcept
  {
    constexpr std::size_t frame = std::string_view(R"("":"",)").size();
    std::size_t size = limits::smallest_line;
    for (const auto& [key, value] : labels)
      size += key.size() + limits::shortest_text + frame;
    return size;
  }
};

// opensmtpd.logger of a line.
struct LoggerState
{
  std::int64_t run_us = 0; // time of the first report of this run
  std::uint64_t sequence = 0;
  std::uint64_t dropped = 0;
};

} // namespace jsonlog
