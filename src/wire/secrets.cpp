// SPDX-License-Identifier: ISC
#include "jsonlog/secrets.hpp"

#include "jsonlog/text.hpp"

#include <algorithm>

namespace jsonlog {

namespace {

constexpr std::string_view auth = "AUTH";

// Any control is taken for a blank here: it is safer to hide too much.
bool is_blank(char c) noexcept
{
  return static_cast<unsigned char>(c) <= 0x20;
}

std::string_view skip_space(std::string_view text) noexcept
{
  while (!text.empty() && is_blank(text.front()))
    text.remove_prefix(1);
  return text;
}

std::string_view take_word(std::string_view& text) noexcept
{
  text = skip_space(text);
  std::size_t length = 0;
  while (length < text.size() && !is_blank(text[length]))
    ++length;
  const std::string_view word = text.substr(0, length);
  text.remove_prefix(length);
  return word;
}

bool is_word_character(char c) noexcept
{
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
}

// Just behind the first AUTH that is a word of its own, or npos.
std::size_t find_behind_auth(std::string_view text) noexcept
{
  for (std::size_t at = 0; at + auth.size() <= text.size(); ++at) {
    if ((text[at] | 0x20) != 'a' || !starts_with_ignoring_case(text.substr(at), auth))
      continue;
    const std::size_t behind = at + auth.size();
    if (at > 0 && is_word_character(text[at - 1]))
      continue;
    if (behind < text.size() && is_word_character(text[behind]))
      continue;
    return behind;
  }
  return std::string_view::npos;
}

// The line up to where the text begins that is a view into it.
std::string_view line_before(std::string_view line, std::string_view part) noexcept
{
  return line.substr(0, static_cast<std::size_t>(part.data() - line.data()));
}

// Just behind so many `|`, or npos.
std::size_t find_behind_fields(std::string_view line, int fields) noexcept
{
  std::size_t at = 0;
  for (int field = 0; field < fields; ++field) {
    at = line.find('|', at);
    if (at == std::string_view::npos)
      return at;
    ++at;
  }
  return at;
}

// Where the part of a line between smtpd and a filter begins that nobody else may see: a line of a
// message, or a login. smtpd-filters(7), and protocol 0.7:
//   filter|VERSION|TIME|SUBSYSTEM|PHASE|SESSION|TOKEN|...      filter-dataline|SESSION|TOKEN|...
// npos if it has none.
std::size_t find_conversation_secret(std::string_view line) noexcept
{
  if (line.starts_with("filter-dataline|"))
    return find_behind_fields(line, 3);
  if (!line.starts_with("filter|"))
    return std::string_view::npos;
  const std::string_view behind = line.substr(std::min(find_behind_fields(line, 4), line.size()));
  if (behind.starts_with("data-line|"))
    return find_behind_fields(line, 7);
  if (behind.starts_with("auth|"))
    return find_behind_fields(line, 5);
  return std::string_view::npos;
}

} // namespace

bool may_hold_secret(std::string_view command, bool in_auth_exchange) noexcept
{
  return in_auth_exchange || starts_with_ignoring_case(skip_space(command), auth);
}

MaskedText mask_command(std::string_view command, bool in_auth_exchange)
{
  if (in_auth_exchange) {
    if (command.empty() || command == secret_mask)
      return {std::string(command), false};
    return {std::string(secret_mask), true};
  }
  std::string_view rest = command;
  const std::string_view verb = take_word(rest);
  if (!equals_ignoring_case(verb, auth))
    return {std::string(command), false};
  const std::string_view mechanism = take_word(rest);
  rest = skip_space(rest);
  if (rest.empty())
    return {std::string(command), false};
  MaskedText masked;
  masked.text.append(verb).append(" ").append(mechanism).append(" ").append(secret_mask);
  masked.hidden = rest != secret_mask;
  return masked;
}

bool holds_secret(const FilterResponse& response) noexcept
{
  const bool goes_to_client = response.response == "reject" || response.response == "disconnect";
  return response.phase == "auth" && !goes_to_client && !response.param.empty();
}

std::string mask_report(const Report& report, bool in_auth_exchange)
{
  const std::string_view line = report.line;
  if (const auto* client = std::get_if<ProtocolClient>(&report.event)) {
    if (!may_hold_secret(client->command, in_auth_exchange) || client->command.empty())
      return std::string(line);
    std::string masked(line_before(line, client->command));
    return masked += mask_command(client->command, in_auth_exchange).text;
  }
  if (const auto* response = std::get_if<FilterResponse>(&report.event)) {
    if (!holds_secret(*response))
      return std::string(line);
    std::string masked(line_before(line, response->param));
    return masked += secret_mask;
  }
  if (const auto* unknown = std::get_if<Unknown>(&report.event)) {
    if (unknown->params.empty())
      return std::string(line);
    std::string masked(line_before(line, unknown->params));
    return masked += mask_unknown(unknown->params);
  }
  return std::string(line);
}

std::string mask_line(std::string_view line)
{
  const std::size_t secret = find_conversation_secret(line);
  if (secret >= line.size())
    return mask_unknown(line);
  std::string masked(line.substr(0, secret));
  return masked += secret_mask;
}

std::string mask_unknown(std::string_view text)
{
  const std::size_t behind = find_behind_auth(text);
  if (behind == std::string_view::npos || behind == text.size())
    return std::string(text);
  std::string masked(text.substr(0, behind + 1));
  return masked += secret_mask;
}

} // namespace jsonlog
