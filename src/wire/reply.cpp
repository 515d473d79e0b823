// SPDX-License-Identifier: ISC
#include "jsonlog/reply.hpp"

#include "jsonlog/limits.hpp"
#include "jsonlog/text.hpp"

#include <algorithm>

namespace jsonlog {

namespace {

// The three digits a reply begins with, followed by a blank, a hyphen or nothing.
int parse_code(std::string_view line) noexcept
{
  if (line.size() < 3 || !is_digit(line[0]) || !is_digit(line[1]) || !is_digit(line[2]))
    return 0;
  if (line.size() > 3 && line[3] != ' ' && line[3] != '-')
    return 0;
  return (line[0] - '0') * 100 + (line[1] - '0') * 10 + (line[2] - '0');
}

std::size_t count_digits(std::string_view text) noexcept
{
  std::size_t count = 0;
  while (count < text.size() && is_digit(text[count]))
    ++count;
  return count;
}

bool is_alphanumeric(char c) noexcept
{
  return is_digit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

// `5.1.1` as the first word of the text, RFC 3463: class, subject and detail, 1 to 3 digits each.
// Servers put it in brackets or behind a `#`, and OpenSMTPD up to 6.5 a colon behind it.
std::string_view parse_enhanced(std::string_view text) noexcept
{
  while (!text.empty() && text.front() > ' ' && text.front() < 0x7f &&
         !is_alphanumeric(text.front()))
    text.remove_prefix(1);
  if (text.size() < 5 || (text[0] != '2' && text[0] != '4' && text[0] != '5') || text[1] != '.')
    return {};
  const std::size_t subject = count_digits(text.substr(2));
  const std::size_t dot = 2 + subject;
  if (subject < 1 || subject > 3 || dot >= text.size() || text[dot] != '.')
    return {};
  const std::size_t detail = count_digits(text.substr(dot + 1));
  const std::size_t end = dot + 1 + detail;
  if (detail < 1 || detail > 3)
    return {};
  const std::string_view behind = text.substr(end);
  const bool goes_on = !behind.empty() && (is_alphanumeric(behind[0]) || behind[0] == '_');
  const bool more_numbers = behind.size() > 1 && behind[0] == '.' && is_digit(behind[1]);
  if (goes_on || more_numbers)
    return {};
  return text.substr(0, end);
}

// `text` without the enhanced code it begins with, and without what stands around that.
std::string_view behind_enhanced(std::string_view text, std::string_view code) noexcept
{
  text.remove_prefix(static_cast<std::size_t>(code.data() - text.data()) + code.size());
  while (!text.empty() && text.front() > ' ' && text.front() < 0x7f &&
         !is_alphanumeric(text.front()))
    text.remove_prefix(1);
  return skip_blanks(text);
}

} // namespace

void Reply::feed(std::string_view line)
{
  const int line_code = parse_code(line);
  if (complete || broken_off || lines == 0 || line_code != code) {
    broken_off = false;
    code = line_code;
    enhanced.clear();
    text.clear();
    lines = 0;
  }
  ++lines;
  complete = code == 0 || line.size() == 3 || line[3] == ' ';
  std::string_view rest = code == 0 ? line : line.substr(line.size() > 3 ? 4 : 3);
  const std::string_view line_enhanced = code == 0 ? std::string_view{} : parse_enhanced(rest);
  if (skip_blanks(text).empty())
    enhanced = line_enhanced;
  else if (!enhanced.empty() && line_enhanced == enhanced) // RFC 2034 repeats it on each line
    rest = behind_enhanced(rest, line_enhanced);
  if (lines > 1 && !rest.empty() && text.size() < limits::kept_text)
    text += ' ';
  text.append(rest.substr(0, limits::kept_text - std::min(text.size(), limits::kept_text)));
}

std::string Reply::whole() const
{
  std::string line;
  if (code != 0) {
    line += std::to_string(code);
    line += ' ';
  }
  return line += text;
}

} // namespace jsonlog
