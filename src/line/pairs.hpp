// SPDX-License-Identifier: ISC
#pragma once

#include "jsonlog/text_buffer.hpp"

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace jsonlog {

// A line of key=value, begun with its time: pairs as long as there is room for them, the value that
// passes the limit cut short.
class Pairs
{
public:
  // `limit`: most bytes of the line, its LF not counted.
  Pairs(TextBuffer& out, std::size_t limit, std::int64_t time_us);

  void add(std::string_view key, std::string_view value);

  // Ends the line. False: the limit cut something.
  bool end();

private:
  TextBuffer& out_;
  const std::size_t limit_;
  bool whole_ = true;
};

} // namespace jsonlog
