// SPDX-License-Identifier: ISC
#include "reading/log_order.hpp"

#include "jsonlog/time_text.hpp"
#include "reading/input_lines.hpp"
#include "reading/logged_line.hpp"

#include <cerrno>

namespace jsonlog {

FileAge age_of(const std::string& path, int& error)
{
  constexpr int lines_looked_at = 1000; // anomaly records before the first report, broken lines
  constexpr std::uint64_t year_9999_us = 253'402'300'800'000'000;
  InputLines file(path, longest_logged_line);
  LoggedLineReader reader;
  LoggedLine record;
  FileAge age;
  for (int i = 0; i < lines_looked_at; ++i) {
    const auto line = file.next();
    if (!line)
      break;
    if (line->oversized || !reader.read(line->text, record).empty())
      continue;
    if (record.run > 0 && record.run < year_9999_us) {
      TextBuffer time;
      append_time(time, static_cast<std::int64_t>(record.run));
      return {std::string(time.view()), record.sequence};
    }
    if (age.time.empty())
      age.time = record.time;
  }
  error = file.error() == EBADMSG ? 0 : file.error(); // whoever reads it all says so
  return age;
}

} // namespace jsonlog
