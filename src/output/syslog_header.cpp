// SPDX-License-Identifier: ISC
#include "output/syslog_header.hpp"

#include <algorithm>

namespace jsonlog {

namespace {

constexpr std::size_t time_size = 15; // Nov 21 10:47:11
constexpr std::size_t longest_tag = 32;

bool is_letter_or_digit(char c) noexcept
{
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

} // namespace

bool is_syslog_tag(std::string_view text) noexcept
{
  static constexpr std::string_view others = "-_./";
  return !text.empty() && text.size() <= longest_tag && is_letter_or_digit(text.front()) &&
         std::all_of(text.begin(), text.end(), [](char c) {
           return is_letter_or_digit(c) || others.find(c) != std::string_view::npos;
         });
}

SyslogHeader::SyslogHeader(const SyslogSettings& settings, pid_t process)
  : text_("<" + std::to_string(settings.facility | settings.severity) + ">")
  , time_at_(text_.size())
{
  text_.append(time_size, ' ');
  text_ += " " + settings.tag + "[" + std::to_string(process) + "]: ";
  if (settings.cee)
    text_ += "@cee: ";
}

std::string_view SyslogHeader::at(std::time_t second) noexcept
{
  if (second != second_) {
    second_ = second;
    std::tm local = {};
    localtime_r(&second, &local);
    char time[time_size + 1] = {};
    // The process never leaves the C locale: the months are English.
    if (std::strftime(time, sizeof time, "%b %e %H:%M:%S", &local) == time_size)
      text_.replace(time_at_, time_size, time, time_size);
  }
  return text_;
}

} // namespace jsonlog
