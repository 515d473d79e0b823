// SPDX-License-Identifier: ISC
#include "jsonlog/command.hpp"

#include "jsonlog/text.hpp"

#include <array>

namespace jsonlog {

namespace {

constexpr std::string_view mail_from = "MAIL FROM";
constexpr std::string_view rcpt_to = "RCPT TO";

// `MAIL FROM:`; a blank before the colon is the client's mistake, not another command.
bool is_path_command(std::string_view line, std::string_view verb) noexcept
{
  return starts_with_ignoring_case(line, verb) &&
         skip_blanks(line.substr(verb.size())).starts_with(':');
}

} // namespace

std::string_view command_verb(std::string_view line) noexcept
{
  static constexpr std::array<std::string_view, 14> single_words = {
    "EHLO", "QUIT", "DATA", ".",    "RSET", "HELO", "STARTTLS",
    "AUTH", "NOOP", "HELP", "LHLO", "VRFY", "EXPN", "WIZ"};
  line = skip_blanks(line);
  if (is_path_command(line, rcpt_to))
    return rcpt_to;
  if (is_path_command(line, mail_from))
    return mail_from;
  const std::string_view word = first_word(line);
  for (const std::string_view verb : single_words)
    if (equals_ignoring_case(word, verb))
      return verb;
  return "other";
}

std::string_view command_address(std::string_view line) noexcept
{
  return between_brackets(line).value_or(std::string_view{});
}

} // namespace jsonlog
