// SPDX-License-Identifier: ISC
#include "jsonlog/text.hpp"

#include <algorithm>
#include <array>
#include <bit>
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

// Sixteen bytes at once, in one vector of whatever machine this is compiled for. A comparison gives
// -1 for each byte of which it is true. Bytes from 0x80 on are negative.
using Block [[gnu::vector_size(16)]] = signed char;

bool is_any(Block truth) noexcept
{
  const auto halves = std::bit_cast<std::array<std::uint64_t, 2>>(truth);
  return (halves[0] | halves[1]) != 0;
}

template <typename Word>
Word load(const char* from) noexcept
{
  Word word;
  std::memcpy(&word, from, sizeof word);
  return word;
}

// A text of less than a block, filled up with blanks, which need no care. Its two halves may hold
// the same bytes twice.
Block load_short(std::string_view bytes) noexcept
{
  const char* const begin = bytes.data();
  const char* const end = begin + bytes.size();
  std::array<std::uint64_t, 2> halves = {0x2020202020202020U, 0x2020202020202020U};
  if (bytes.size() >= 8)
    halves = {load<std::uint64_t>(begin), load<std::uint64_t>(end - 8)};
  else if (bytes.size() >= 4)
    halves[0] = load<std::uint32_t>(begin) | std::uint64_t{load<std::uint32_t>(end - 4)} << 32;
  else
    for (const char c : bytes)
      halves[0] = halves[0] << 8 | static_cast<unsigned char>(c);
  return std::bit_cast<Block>(halves);
}

// True if `test` is true of any byte. The last block overlaps the one before.
template <typename Test>
bool is_any_byte(std::string_view bytes, Test test) noexcept
{
  if (bytes.size() < sizeof(Block))
    return is_any(test(load_short(bytes)));
  const char* const last = bytes.data() + bytes.size() - sizeof(Block);
  Block truth = test(load<Block>(last));
  for (const char* at = bytes.data(); at < last; at += sizeof(Block))
    truth |= test(load<Block>(at));
  return is_any(truth);
}

Block is_special(Block bytes) noexcept
{
  return (bytes < 0x20) | (bytes == 0x7f);
}

} // namespace

bool needs_escape(std::string_view bytes) noexcept
{
  return is_any_byte(
    bytes, [](Block block) { return is_special(block) | (block == '"') | (block == '\\'); });
}

bool is_plain(std::string_view bytes) noexcept
{
  return !is_any_byte(bytes, is_special);
}

bool is_ascii(std::string_view bytes) noexcept
{
  return !is_any_byte(bytes, [](Block block) { return block <= 0; });
}

bool is_utf8(std::string_view bytes) noexcept
{
  for (std::size_t at = 0; at < bytes.size();) {
    const std::size_t length = sequence_length(bytes, at);
    if (length == 0)
      return false;
    at += length;
  }
  return true;
}

bool append_escaped(TextBuffer& out, std::string_view bytes, Cut cut)
{
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

std::optional<std::string_view> between_brackets(std::string_view text) noexcept
{
  const std::size_t open = text.find('<');
  if (open == std::string_view::npos)
    return std::nullopt;
  const std::size_t close = text.find('>', open);
  if (close == std::string_view::npos)
    return std::nullopt;
  return text.substr(open + 1, close - open - 1);
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
