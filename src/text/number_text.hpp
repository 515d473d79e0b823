// SPDX-License-Identifier: ISC
//
// Numbers for people.
#pragma once

#include <concepts>
#include <string>
#include <string_view>

namespace jsonlog {

// `12,345`
std::string grouped(std::integral auto number)
{
  std::string text = std::to_string(number);
  const std::size_t first = text.starts_with('-') ? 1 : 0;
  for (std::size_t at = text.size(); at > first + 3; at -= 3)
    text.insert(at - 3, 1, ',');
  return text;
}

// `1 refusal`, `2 refusals`
std::string counted(std::integral auto number, std::string_view noun)
{
  return grouped(number) + ' ' + std::string(noun) + (number == 1 ? "" : "s");
}

} // namespace jsonlog
