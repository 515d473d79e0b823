// SPDX-License-Identifier: ISC
#include "program/reading_options.hpp"

#include "program/time_span.hpp"
#include "reading/logged_time.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <utility>

#include <sys/ioctl.h>
#include <unistd.h>

namespace jsonlog {

namespace {

constexpr std::int64_t second = 1'000'000;

// Columns of the terminal, or what COLUMNS says, or 0.
std::size_t columns()
{
  winsize size = {};
  if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col != 0)
    return size.ws_col;
  const char* const text = std::getenv("COLUMNS");
  return text == nullptr ? 0 : std::strtoul(text, nullptr, 10);
}

// Of a text on the screen: inks take none, and each character one.
std::size_t columns_of(std::string_view text)
{
  std::size_t columns = 0;
  bool in_ink = false;
  for (const char c : text) {
    in_ink = in_ink || c == '\033';
    const bool continues = (static_cast<unsigned char>(c) & 0xc0U) == 0x80;
    columns += in_ink || continues ? 0U : 1U;
    in_ink = in_ink && c != 'm';
  }
  return columns;
}

// The words up to a comma, a semicolon or a wider gap; the first word where those are too many.
std::string_view first_piece(std::string_view text, std::size_t most_columns)
{
  for (std::size_t blank = text.find(' '); blank != std::string_view::npos;
       blank = text.find(' ', blank + 1)) {
    const std::string_view piece = text.substr(0, blank);
    const bool ends_here =
      piece.ends_with(',') || piece.ends_with(';') || text.substr(blank).starts_with("  ");
    if (ends_here && columns_of(piece) <= most_columns)
      return piece;
    if (ends_here)
      return text.substr(0, text.find(' '));
  }
  return columns_of(text) <= most_columns ? text : text.substr(0, text.find(' '));
}

bool wants_colors(const std::string& choice)
{
  if (choice != "auto")
    return choice == "always";
  const char* const no = std::getenv("NO_COLOR"); // no-color.org
  return isatty(STDOUT_FILENO) != 0 && (no == nullptr || *no == '\0');
}

// `14:00` or `14:00:30` of the day that it is now.
std::optional<std::int64_t> parse_time_of_day(std::string_view text, std::int64_t now_us, bool utc)
{
  std::tm day = {};
  const std::time_t now = now_us / second;
  if ((utc ? gmtime_r(&now, &day) : localtime_r(&now, &day)) == nullptr)
    return std::nullopt;
  int hour = -1;
  int minute = -1;
  int seconds = 0;
  int end = 0;
  const std::string copy(text);
  if (std::sscanf(copy.c_str(), "%2d:%2d%n:%2d%n", &hour, &minute, &end, &seconds, &end) < 2 ||
      static_cast<std::size_t>(end) != copy.size() || hour < 0 || hour > 23 || minute < 0 ||
      minute > 59 || seconds < 0 || seconds > 60)
    return std::nullopt;
  day.tm_hour = hour;
  day.tm_min = minute;
  day.tm_sec = seconds;
  day.tm_isdst = -1;
  return (utc ? timegm(&day) : std::mktime(&day)) * second;
}

} // namespace

std::optional<std::int64_t> parse_when(std::string_view text, std::int64_t now_us, bool utc)
{
  constexpr std::size_t date_size = 10;
  if (text.size() == date_size)
    return parse_logged_time(std::string(text) + "T00:00:00Z");
  if (const auto time = parse_logged_time(text))
    return time;
  if (text.find(':') != std::string_view::npos)
    return parse_time_of_day(text, now_us, utc);
  const auto ago = parse_time_span_us(text);
  return ago ? std::optional(now_us - *ago) : std::nullopt;
}

Terminal::Terminal(const ReadingOptions& options)
  : colors_(wants_colors(options.color))
  , utc_(options.utc)
{
  constexpr std::size_t narrowest = 40;
  constexpr std::size_t widest = 400;
  if (const std::size_t found = columns(); found != 0)
    width_ = std::clamp(found, narrowest, widest);
}

std::string Terminal::in(Ink ink, const std::string& text) const
{
  constexpr std::array<const char*, 5> inks = {"", "\033[1m", "\033[2m", "\033[31m", "\033[32m"};
  if (!colors_ || ink == Ink::plain)
    return text;
  return inks[static_cast<std::size_t>(ink)] + text + "\033[0m";
}

std::string Terminal::folded(std::string_view text, std::size_t indent) const
{
  std::string lines;
  std::size_t column = indent;
  std::string_view blanks; // before the next piece
  while (!text.empty()) {
    const std::string_view piece = first_piece(text, width_ - std::min(width_, indent));
    text.remove_prefix(piece.size());
    const std::size_t columns = columns_of(piece);
    if (column > indent && column + blanks.size() + columns > width_) {
      lines += '\n' + std::string(indent, ' ');
      column = indent;
      blanks = {};
    }
    lines.append(blanks).append(piece);
    column += blanks.size() + columns;
    blanks = text.substr(0, std::min(text.find_first_not_of(' '), text.size()));
    text.remove_prefix(blanks.size());
  }
  return lines;
}

std::string Terminal::date_time(std::int64_t us) const
{
  const std::tm parts = broken_down(us);
  char text[64];
  std::snprintf(text, sizeof text, "%04d-%02d-%02d %02d:%02d:%02d.%03d", parts.tm_year + 1900,
                parts.tm_mon + 1, parts.tm_mday, parts.tm_hour, parts.tm_min, parts.tm_sec,
                static_cast<int>(us % second / 1000));
  return text;
}

std::string Terminal::time(std::int64_t us) const
{
  return date_time(us).substr(11, 8);
}

std::tm Terminal::broken_down(std::int64_t us) const
{
  std::tm parts = {};
  const std::time_t seconds = us / second;
  if (utc_)
    gmtime_r(&seconds, &parts);
  else
    localtime_r(&seconds, &parts);
  return parts;
}

std::string span_text(std::int64_t us)
{
  char text[32];
  const auto number = static_cast<double>(us);
  if (us < second)
    std::snprintf(text, sizeof text, "%.1f ms", number / 1e3);
  else if (us < 120 * second)
    std::snprintf(text, sizeof text, "%.1f s", number / 1e6);
  else if (us < 7200 * second)
    std::snprintf(text, sizeof text, "%.0f min", number / 6e7);
  else if (us < 48 * 3600 * second)
    std::snprintf(text, sizeof text, "%.1f h", number / 3.6e9);
  else
    std::snprintf(text, sizeof text, "%.1f d", number / 8.64e10);
  return text;
}

} // namespace jsonlog
