// SPDX-License-Identifier: ISC
#include "program/whole_option.hpp"

#include "program/time_span.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <cstdint>
#include <limits>
#include <optional>
#include <string_view>
#include <utility>

#include <CLI/Error.hpp>

namespace jsonlog {

namespace {

struct Word
{
  std::string_view word;
  bool Conditions::*flag;
};
constexpr std::array words = {Word{"refused", &Conditions::refused},
                              Word{"login-failed", &Conditions::login_failed},
                              Word{"anomaly", &Conditions::anomaly},
                              Word{"junk", &Conditions::junk},
                              Word{"rewritten", &Conditions::rewritten},
                              Word{"timeout", &Conditions::timeout},
                              Word{"lost", &Conditions::lost}};

[[noreturn]] void refuse(std::string_view text, const std::string& what)
{
  throw CLI::ValidationError("--whole", "'" + std::string(text) + "' " + what);
}

// `5%`, `0.1%`: so many of 2^64.
std::optional<std::uint64_t> parse_share(std::string_view text)
{
  if (!text.ends_with('%'))
    return std::nullopt;
  text.remove_suffix(1);
  const std::size_t point = std::min(text.find('.'), text.size());
  std::string digits(text.substr(0, point));
  const std::string_view fraction = text.substr(std::min(point + 1, text.size()));
  digits += fraction;
  std::uint64_t number = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), number);
  if (error != std::errc{} || end != digits.data() + digits.size() || digits.size() > 9)
    return std::nullopt;
  const double percent =
    static_cast<double>(number) / std::pow(10, static_cast<double>(fraction.size()));
  if (!(percent > 0 && percent <= 100))
    return std::nullopt;
  const double share = std::ldexp(percent / 100, 64);
  constexpr std::uint64_t all = std::numeric_limits<std::uint64_t>::max();
  return share >= std::ldexp(1.0, 64)
           ? all
           : std::max<std::uint64_t>(1, static_cast<std::uint64_t>(share));
}

bool is_pattern(std::string_view text) noexcept
{
  return !text.empty() && std::ranges::all_of(text, [](char c) {
    return static_cast<unsigned char>(c) > ' ' && c != 0x7f;
  });
}

void add_condition(Conditions& conditions, std::string_view text)
{
  for (const auto& [word, flag] : words)
    if (text == word) {
      conditions.*flag = true;
      return;
    }
  const std::size_t equals = std::min(text.find('='), text.size());
  const std::string_view name = text.substr(0, equals);
  const std::string_view value = text.substr(std::min(equals + 1, text.size()));
  if (name == "slow") {
    conditions.slow_us = parse_time_span_us(value);
    if (!conditions.slow_us)
      refuse(text, "has no time such as 500ms or 2s");
  } else if (name == "address") {
    if (!is_pattern(value))
      refuse(text, "has no address; `*` stands for any text");
    conditions.addresses.emplace_back(value);
  } else if (name == "client") {
    const auto network = Network::parse(value);
    if (!network)
      refuse(text, "has no address such as 192.0.2.9 or 2001:db8::/32");
    conditions.clients.push_back(*network);
  } else if (name == "sample") {
    const auto share = parse_share(value);
    if (!share)
      refuse(text, "has no share such as 5%");
    conditions.sampled = *share;
  } else {
    refuse(text, "is not one of refused, login-failed, anomaly, junk, rewritten, timeout, lost, "
                 "slow=TIME, address=PATTERN, client=ADDRESS[/BITS], sample=N%");
  }
}

} // namespace

Conditions parse_conditions(const std::vector<std::string>& texts)
{
  Conditions conditions;
  for (std::string_view rest : texts)
    for (bool more = true; more;) {
      const std::size_t comma = rest.find(',');
      more = comma != std::string_view::npos;
      add_condition(conditions, rest.substr(0, comma));
      rest.remove_prefix(more ? comma + 1 : rest.size());
    }
  return conditions;
}

} // namespace jsonlog
