// SPDX-License-Identifier: ISC
#include "reading/logged_time.hpp"

#include "jsonlog/text.hpp"

#include <algorithm>
#include <chrono>

namespace jsonlog {

namespace {

// The digits at that place, or -1.
int number_at(std::string_view text, std::size_t at, std::size_t digits)
{
  int number = 0;
  for (const char c : text.substr(at, digits)) {
    if (!is_digit(c))
      return -1;
    number = 10 * number + (c - '0');
  }
  return number;
}

} // namespace

std::optional<std::int64_t> parse_logged_time(std::string_view text)
{
  using namespace std::chrono;
  constexpr std::string_view shape = "0000-00-00T00:00:00";
  if (text.size() <= shape.size() || !text.ends_with('Z'))
    return std::nullopt;
  for (std::size_t i = 0; i < shape.size(); ++i)
    if (shape[i] != '0' && text[i] != shape[i])
      return std::nullopt;
  const int year_number = number_at(text, 0, 4);
  const int month_number = number_at(text, 5, 2);
  const int day_number = number_at(text, 8, 2);
  const int hour = number_at(text, 11, 2);
  const int minute = number_at(text, 14, 2);
  const int second = number_at(text, 17, 2);
  if (std::min({year_number, month_number, day_number, hour, minute, second}) < 0 || hour > 23 ||
      minute > 59 || second > 60)
    return std::nullopt;
  const year_month_day date{year(year_number), month(static_cast<unsigned>(month_number)),
                            day(static_cast<unsigned>(day_number))};
  if (!date.ok())
    return std::nullopt;
  std::string_view fraction = text.substr(shape.size(), text.size() - shape.size() - 1);
  std::int64_t us = 0;
  if (!fraction.empty()) {
    if (fraction.front() != '.')
      return std::nullopt;
    fraction.remove_prefix(1);
    constexpr std::size_t digits = 6;
    for (std::size_t i = 0; i < digits; ++i) {
      const char c = i < fraction.size() ? fraction[i] : '0';
      if (!is_digit(c))
        return std::nullopt;
      us = 10 * us + (c - '0');
    }
  }
  const std::int64_t days = sys_days(date).time_since_epoch().count();
  return ((days * 24 + hour) * 60 + minute) * 60'000'000 + second * std::int64_t{1'000'000} + us;
}

} // namespace jsonlog
