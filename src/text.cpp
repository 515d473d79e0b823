// SPDX-License-Identifier: ISC
#include "jsonlog/text.hpp"

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstring>

namespace jsonlog {

namespace {

constexpr std::string_view hex_digits = "0123456789abcdef";

unsigned byte_at(std::string_view bytes, std::size_t index) noexcept
{
  return static_cast<unsigned char>(bytes[index]);
}

// The length of the well-formed UTF-8 sequence at `at`, or 0 where there is none.
// The ranges are those of the Unicode Standard, table 3-7.
std::size_t sequence_length(std::string_view bytes, std::size_t at) noexcept
{
  const unsigned first = byte_at(bytes, at);
  if (first < 0x80)
    return 1;
  if (first < 0xc2 || first > 0xf4)
    return 0;
  const std::size_t length = first < 0xe0 ? 2 : first < 0xf0 ? 3 : 4;
  if (bytes.size() - at < length)
    return 0;
  const unsigned second = byte_at(bytes, at + 1);
  const unsigned lowest = first == 0xe0 ? 0xa0 : first == 0xf0 ? 0x90 : 0x80;
  const unsigned highest = first == 0xed ? 0x9f : first == 0xf4 ? 0x8f : 0xbf;
  if (second < lowest || second > highest)
    return 0;
  for (std::size_t i = 2; i < length; ++i)
    if ((byte_at(bytes, at + i) & 0xc0) != 0x80)
      return 0;
  return length;
}

struct Unit
{
  std::array<char, 6> json; // the JSON text of one character, or of one bad byte
  std::uint8_t json_size;
  std::uint8_t value_size; // what it counts once the JSON is decoded
  std::uint8_t consumed;
};

Unit control_unit(unsigned code, std::uint8_t size)
{
  return {{'\\', 'u', '0', '0', hex_digits[code >> 4], hex_digits[code & 15]}, 6, size, size};
}

Unit next_unit(std::string_view bytes, std::size_t at)
{
  const unsigned first = byte_at(bytes, at);
  const std::size_t length = sequence_length(bytes, at);
  if (length == 0)
    return {{'\\', '\\', 'x', hex_digits[first >> 4], hex_digits[first & 15], 0}, 5, 4, 1};
  if (first < 0x20 || first == 0x7f)
    return control_unit(first, 1);
  if (first == 0xc2 && byte_at(bytes, at + 1) < 0xa0)
    return control_unit(byte_at(bytes, at + 1), 2);
  if (first == '"' || first == '\\')
    return {{'\\', bytes[at], 0, 0, 0, 0}, 2, 1, 1};
  const auto size = static_cast<std::uint8_t>(length);
  Unit unit{{}, size, size, size};
  std::memcpy(unit.json.data(), bytes.data() + at, length);
  return unit;
}

char lower(char c) noexcept
{
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c + ('a' - 'A')) : c;
}

// Eight bytes at a time: true if one of them is a control, DEL or not ASCII.
bool has_special(std::uint64_t word) noexcept
{
  constexpr std::uint64_t ones = 0x0101010101010101U;
  constexpr std::uint64_t tops = 0x8080808080808080U;
  const std::uint64_t below_blank = (word - ones * 0x20) & ~word;
  const std::uint64_t is_delete = word ^ (ones * 0x7f);
  return ((word | below_blank | ((is_delete - ones) & ~is_delete)) & tops) != 0;
}

// Eight bytes at a time: true if one of them is `c`.
bool has_byte(std::uint64_t word, char c) noexcept
{
  constexpr std::uint64_t ones = 0x0101010101010101U;
  constexpr std::uint64_t tops = 0x8080808080808080U;
  const std::uint64_t different = word ^ (ones * static_cast<unsigned char>(c));
  return ((different - ones) & ~different & tops) != 0;
}

std::uint64_t load_word(const char* from) noexcept
{
  std::uint64_t word = 0;
  std::memcpy(&word, from, sizeof word);
  return word;
}

// Calls `test` with each eight bytes until it says no. The last ones overlap the ones before; a
// text of less than eight is filled up with blanks, which need no care.
template <typename Test>
bool all_words(std::string_view bytes, Test test) noexcept
{
  constexpr std::size_t word_size = sizeof(std::uint64_t);
  const char* const end = bytes.data() + bytes.size();
  if (bytes.size() >= word_size) {
    for (const char* at = bytes.data(); at + word_size <= end; at += word_size)
      if (!test(load_word(at)))
        return false;
    return test(load_word(end - word_size));
  }
  std::uint64_t word = 0x2020202020202020U;
  for (const char c : bytes)
    word = word << 8 | static_cast<unsigned char>(c);
  return test(word);
}

bool needs_no_escape(std::string_view bytes) noexcept
{
  return all_words(bytes, [](std::uint64_t word) {
    return !has_special(word) && !has_byte(word, '"') && !has_byte(word, '\\');
  });
}

} // namespace

bool is_plain(std::string_view bytes) noexcept
{
  return all_words(bytes, [](std::uint64_t word) { return !has_special(word); });
}

bool is_utf8(std::string_view bytes) noexcept
{
  constexpr std::uint64_t tops = 0x8080808080808080U;
  if (all_words(bytes, [](std::uint64_t word) { return (word & tops) == 0; }))
    return true;
  for (std::size_t at = 0; at < bytes.size();) {
    const std::size_t length = sequence_length(bytes, at);
    if (length == 0)
      return false;
    at += length;
  }
  return true;
}

bool append_json_text(TextBuffer& out, std::string_view bytes, Cut cut)
{
  if (bytes.size() <= cut.limit && needs_no_escape(bytes)) {
    out << bytes;
    return true;
  }
  std::size_t written = 0;
  for (std::size_t at = 0; at < bytes.size();) {
    const Unit unit = next_unit(bytes, at);
    written += cut.encoded ? unit.json_size : unit.value_size;
    if (written > cut.limit)
      return false;
    out << std::string_view(unit.json.data(), unit.json_size);
    at += unit.consumed;
  }
  return true;
}

bool equals_ignoring_case(std::string_view a, std::string_view b) noexcept
{
  return a.size() == b.size() && starts_with_ignoring_case(a, b);
}

bool starts_with_ignoring_case(std::string_view text, std::string_view prefix) noexcept
{
  return text.size() >= prefix.size() &&
         std::equal(prefix.begin(), prefix.end(), text.begin(),
                    [](char x, char y) { return lower(x) == lower(y); });
}

void to_lower(std::string& text) noexcept
{
  for (char& c : text)
    c = lower(c);
}

std::string_view skip_blanks(std::string_view text) noexcept
{
  const std::size_t start = text.find_first_not_of(" \t");
  return start == std::string_view::npos ? std::string_view{} : text.substr(start);
}

std::string_view first_word(std::string_view text) noexcept
{
  return text.substr(0, text.find_first_of(" \t"));
}

} // namespace jsonlog
