// SPDX-License-Identifier: ISC
#pragma once

#include <cstddef>
#include <string_view>

namespace jsonlog {

// The letters of a literal, as an argument of a template.
template <std::size_t size>
struct Letters
{
  char text[size]{};

  constexpr Letters(const char (&literal)[size])
  {
    for (std::size_t i = 0; i < size; ++i)
      text[i] = literal[i];
  }
  constexpr std::string_view view() const noexcept { return {text, size - 1}; }
};

} // namespace jsonlog
