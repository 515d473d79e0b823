// SPDX-License-Identifier: ISC
#include "jsonlog/time_text.hpp"

#include <array>
#include <chrono>
#include <string_view>

namespace jsonlog {

namespace {

void put_digits(char* end, std::int64_t value, int digits) noexcept
{
  for (; digits > 0; --digits, value /= 10)
    *--end = static_cast<char>('0' + value % 10);
}

} // namespace

void append_time(TextBuffer& out, std::int64_t time_us)
{
  namespace chrono = std::chrono;
  const chrono::sys_time<chrono::microseconds> time{chrono::microseconds(time_us)};
  const auto day = chrono::floor<chrono::days>(time);
  const chrono::year_month_day date(day);
  const auto since_midnight = chrono::duration_cast<chrono::seconds>(time - day).count();

  std::array<char, 27> text{'0', '0', '0', '0', '-', '0', '0', '-', '0', '0', 'T', '0', '0', ':',
                            '0', '0', ':', '0', '0', '.', '0', '0', '0', '0', '0', '0', 'Z'};
  put_digits(&text[4], int(date.year()), 4);
  put_digits(&text[7], unsigned(date.month()), 2);
  put_digits(&text[10], unsigned(date.day()), 2);
  put_digits(&text[13], since_midnight / 3600, 2);
  put_digits(&text[16], since_midnight / 60 % 60, 2);
  put_digits(&text[19], since_midnight % 60, 2);
  put_digits(&text[26], time_us % 1'000'000, 6);
  out << std::string_view(text.data(), text.size());
}

void TimeText::append(TextBuffer& out, std::int64_t time_us)
{
  constexpr std::size_t up_to_fraction = 20; // `2026-11-20T10:00:00.`
  const std::int64_t second = time_us / 1'000'000;
  if (second != second_) {
    second_ = second;
    text_.clear();
    append_time(text_, time_us);
  }
  constexpr std::size_t size = up_to_fraction + 7;
  char* const text = out.room(size);
  text_.view().copy(text, up_to_fraction);
  put_digits(text + size - 1, time_us % 1'000'000, 6);
  text[size - 1] = 'Z';
  out.take(size);
}

} // namespace jsonlog
