// SPDX-License-Identifier: ISC
//
// A member's key, known when the program is compiled: as text, and with all that stands around it.
#pragma once

#include "text/letters.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <string_view>

namespace jsonlog {

template <Letters letters>
struct Key
{
  static constexpr std::string_view plain = letters.view();
  // `,"key":`
  static constexpr auto behind_comma = [] {
    std::array<char, letters.view().size() + 4> text{};
    text[0] = ',';
    text[1] = '"';
    std::ranges::copy(letters.view(), text.begin() + 2);
    text[text.size() - 2] = '"';
    text[text.size() - 1] = ':';
    return text;
  }();
};

// The last key of a field's name: `rcpt_ok` of `opensmtpd.count.rcpt_ok`.
template <Letters name>
inline constexpr auto last_key = [] {
  constexpr std::size_t start = name.view().rfind('.') + 1; // 0 where there is no dot
  char text[sizeof(name.text) - start]{};
  std::ranges::copy(name.view().substr(start), text);
  return Letters(text);
}();

template <Letters name>
using KeyOf = Key<last_key<name>>;

// `"rcpt_ok"_key`. No consteval: clang 14 takes it in a template and then cannot link.
template <Letters letters>
constexpr Key<letters> operator""_key() noexcept
{
  return {};
}

} // namespace jsonlog
