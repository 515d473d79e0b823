// SPDX-License-Identifier: ISC
#include "program/time_span.hpp"

#include <array>
#include <charconv>
#include <system_error>
#include <utility>

namespace jsonlog {

std::optional<std::int64_t> parse_time_span_us(std::string_view text)
{
  constexpr std::int64_t second = 1'000'000;
  constexpr std::int64_t most = std::int64_t{1'000'000} * 86400 * second;
  constexpr std::array<std::pair<std::string_view, std::int64_t>, 7> units = {
    {{"us", 1},
     {"ms", 1000},
     {"s", second},
     {"", second},
     {"m", 60 * second},
     {"h", 3600 * second},
     {"d", 86400 * second}}};
  std::int64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc{} || number < 1)
    return std::nullopt;
  text.remove_prefix(static_cast<std::size_t>(end - text.data()));
  for (const auto& [unit, factor] : units)
    if (text == unit && number <= most / factor)
      return number * factor;
  return std::nullopt;
}

} // namespace jsonlog
