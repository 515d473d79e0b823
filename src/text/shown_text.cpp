// SPDX-License-Identifier: ISC
#include "text/shown_text.hpp"

#include "jsonlog/text.hpp"

#include <algorithm>
#include <cstdint>

namespace jsonlog {

namespace {

struct Character
{
  std::uint32_t code = 0;
  std::size_t size = 1;
  bool valid = false;
};

Character first_character(std::string_view text)
{
  const auto lead = static_cast<unsigned char>(text.front());
  const std::size_t size = lead < 0x80 ? 1 : lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : 4;
  if (size > text.size() || !is_utf8(text.substr(0, size)))
    return {lead, 1, false};
  std::uint32_t code = size == 1 ? lead : lead & (0x7fU >> size);
  for (std::size_t i = 1; i < size; ++i)
    code = code << 6U | (static_cast<unsigned char>(text[i]) & 0x3fU);
  return {code, size, true};
}

// `<U+202E>`, or `\xff` for a byte that is none.
std::string escaped(const Character& character)
{
  constexpr std::string_view digits = "0123456789ABCDEF";
  std::string hex;
  for (std::uint32_t rest = character.code; rest != 0 || hex.size() < 2; rest >>= 4U)
    hex.insert(hex.begin(), digits[rest & 0xfU]);
  if (!character.valid)
    return "\\x" + hex;
  constexpr std::size_t usual_size = 4;
  hex.insert(0, usual_size - std::min(hex.size(), usual_size), '0');
  return "<U+" + hex + ">";
}

bool is_harmless(std::uint32_t code) noexcept
{
  const bool control = code < 0x20 || (code >= 0x7f && code < 0xa0);
  const bool separator = code == 0x2028 || code == 0x2029;
  const bool direction = code == 0x61c || code == 0x200e || code == 0x200f ||
                         (code >= 0x202a && code <= 0x202e) || (code >= 0x2066 && code <= 0x2069);
  const bool invisible = code == 0xfeff || (code >= 0xfff9 && code <= 0xfffb) || code >= 0xe0000;
  return !control && !separator && !direction && !invisible;
}

void append_utf16(std::string& out, std::uint32_t unit)
{
  constexpr std::string_view digits = "0123456789abcdef";
  out += "\\u";
  for (const unsigned shift : {12U, 8U, 4U, 0U})
    out += digits[unit >> shift & 0xfU];
}

} // namespace

void append_shown(std::string& out, std::string_view text, std::size_t most)
{
  std::size_t columns = 0;
  while (!text.empty()) {
    if (columns >= most) {
      out += "...";
      return;
    }
    const Character character = first_character(text);
    if (character.valid && is_harmless(character.code)) {
      out += text.substr(0, character.size);
      ++columns;
    } else {
      const std::string text_of_it = escaped(character);
      out += text_of_it;
      columns += text_of_it.size();
    }
    text.remove_prefix(character.size);
  }
}

std::string shown(std::string_view text, std::size_t most)
{
  std::string out;
  append_shown(out, text, most);
  return out;
}

std::string shown_json(std::string_view json)
{
  constexpr std::uint32_t first_of_planes = 0x10000, high = 0xd800, low = 0xdc00;
  std::string out;
  while (!json.empty()) {
    const Character character = first_character(json);
    if (is_harmless(character.code)) {
      out += json.substr(0, character.size);
    } else if (character.code < first_of_planes) {
      append_utf16(out, character.code);
    } else { // a pair of surrogates, RFC 8259, 7
      const std::uint32_t rest = character.code - first_of_planes;
      append_utf16(out, high + (rest >> 10U));
      append_utf16(out, low + (rest & 0x3ffU));
    }
    json.remove_prefix(character.size);
  }
  return out;
}

} // namespace jsonlog
