// SPDX-License-Identifier: ISC
#include "reading/line_header.hpp"

namespace jsonlog {

bool is_recorded(std::string_view text) noexcept
{
  return text.starts_with("report|") || text.starts_with("config|");
}

std::string_view without_header(std::string_view line) noexcept
{
  constexpr std::size_t longest_header = 512;
  constexpr std::string_view byte_order_mark = "\xef\xbb\xbf";
  const auto is_content = [](std::string_view text) {
    return text.starts_with('{') || is_recorded(text);
  };
  if (line.starts_with(byte_order_mark))
    line.remove_prefix(byte_order_mark.size());
  if (is_content(line))
    return line;
  for (std::string_view rest = line; !rest.empty() && line.size() - rest.size() < longest_header;) {
    const char before = rest.front();
    rest.remove_prefix(1);
    if ((before == ' ' || before == ':') && is_content(rest))
      return rest;
  }
  return line;
}

} // namespace jsonlog
