// SPDX-License-Identifier: ISC
#include "jsonlog/handshake.hpp"

#include "jsonlog/limits.hpp"

#include <array>
#include <charconv>

namespace jsonlog {

namespace {

constexpr std::string_view prefix = "config|";

struct Setting
{
  std::string_view key, value;
};

Setting split(std::string_view line) noexcept
{
  line.remove_prefix(prefix.size());
  const std::size_t bar = line.find('|');
  if (bar == std::string_view::npos)
    return {line, {}};
  return {line.substr(0, bar), line.substr(bar + 1)};
}

} // namespace

bool Handshake::is_line(std::string_view line) noexcept
{
  constexpr std::array<std::string_view, 6> keys = {
    "smtpd-version", "protocol", "smtp-session-timeout", "subsystem", "admd", "ready"};
  if (!line.starts_with(prefix))
    return false;
  const std::string_view key = split(line).key;
  for (const std::string_view known : keys)
    if (key == known)
      return true;
  return false;
}

void Handshake::feed(std::string_view line)
{
  const auto [key, value] = split(line);
  if (key == "smtpd-version")
    smtpd_version_ = value.substr(0, limits::kept_text);
  else if (key == "admd")
    admd_ = value.substr(0, limits::kept_text);
  else if (key == "subsystem" && value == "smtp-in")
    smtp_in_ = true;
  else if (key == "subsystem" && value == "smtp-out")
    smtp_out_ = true;
  else if (key == "ready")
    ready_ = true;
}

bool Handshake::knows_smtp_out() const noexcept
{
  int major = 0;
  int minor = 0;
  const char* const end = smtpd_version_.data() + smtpd_version_.size();
  const auto [dot, error] = std::from_chars(smtpd_version_.data(), end, major);
  if (error != std::errc{})
    return false;
  if (dot != end && *dot == '.')
    std::from_chars(dot + 1, end, minor);
  return major > 6 || (major == 6 && minor >= 7);
}

std::string_view Handshake::registration() const noexcept
{
  static constexpr std::string_view in = "register|report|smtp-in|*\n";
  static constexpr std::string_view both_ready =
    "register|report|smtp-in|*\nregister|report|smtp-out|*\nregister|ready\n";
  static constexpr std::string_view in_ready = "register|report|smtp-in|*\nregister|ready\n";
  const bool told = smtp_in_ || smtp_out_;
  const bool registers_in = smtp_in_ || !told;
  const bool registers_out = smtp_out_ || (!told && knows_smtp_out());
  if (!registers_out)
    return in_ready;
  return registers_in ? both_ready : both_ready.substr(in.size());
}

} // namespace jsonlog
