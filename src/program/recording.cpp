// SPDX-License-Identifier: ISC
#include "program/recording.hpp"

#include "jsonlog/limits.hpp"
#include "jsonlog/time_text.hpp"
#include "reading/input_lines.hpp"
#include "reading/line_header.hpp"

#include <utility>

namespace jsonlog {

bool is_of_recording(std::string_view line) noexcept
{
  return is_recorded(without_header(line));
}

std::string time_of_recording(const std::string& path)
{
  constexpr int lines_looked_at = 1000;
  InputLines file(path);
  for (int i = 0; i < lines_looked_at; ++i) {
    const auto line = file.next();
    const std::string_view text = line ? without_header(line->text) : std::string_view();
    if (!is_recorded(text))
      break;
    Report report;
    if (!parse_report(text, report).empty())
      continue;
    TextBuffer time;
    append_time(time, report.time_us);
    return std::string(time.view());
  }
  return {};
}

Recording::Lines::Lines(Take take)
  : take_(std::move(take))
{}

bool Recording::Lines::write(std::string_view line, Worth)
{
  take_(line.substr(0, line.size() - 1));
  return true;
}

Recording::Recording(Take take)
  : lines_(std::move(take))
  , pipeline_(PipelineSettings{}, lines_)
{}

void Recording::feed(const Line& line)
{
  if (!has_headers_)
    has_headers_ = !is_recorded(line.text);
  const std::string_view text = *has_headers_ ? without_header(line.text) : line.text;
  pipeline_.feed({text.substr(0, limits::line), line.oversized || text.size() > limits::line});
}

} // namespace jsonlog
