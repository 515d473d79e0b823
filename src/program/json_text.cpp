// SPDX-License-Identifier: ISC
#include "program/json_text.hpp"

#include "jsonlog/text.hpp"
#include "jsonlog/time_text.hpp"
#include "text/shown_text.hpp"

namespace jsonlog {

std::string json_string(std::string_view text)
{
  TextBuffer buffer;
  append_json_text(buffer, text, {std::string_view::npos, false});
  return '"' + shown_json(buffer.view()) + '"';
}

std::string json_time(std::int64_t us)
{
  TextBuffer buffer;
  append_time(buffer, us);
  return '"' + std::string(buffer.view()) + '"';
}

} // namespace jsonlog
