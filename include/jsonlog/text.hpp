// SPDX-License-Identifier: ISC
//
// Bytes into JSON text, and small string helpers. Nothing here allocates beyond growing the
// caller's buffer; nothing throws but std::bad_alloc.
#pragma once

#include "jsonlog/text_buffer.hpp"

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace jsonlog {

// True when every byte is printable ASCII (0x20 to 0x7e). Such a text needs no repair; a quote
// or a backslash in it is all that a JSON writer must escape.
bool is_plain(std::string_view bytes) noexcept;

// True when every byte is ASCII, and none is NUL.
bool is_ascii(std::string_view bytes) noexcept;

// True when the bytes are well-formed UTF-8 (RFC 3629: no overlong forms, no surrogates).
bool is_utf8(std::string_view bytes) noexcept;

struct Cut
{
  std::size_t limit; // most bytes that may be written
  bool encoded;      // false: count bytes of the value; true: count bytes of its JSON text
};

// Appends the inside of a JSON string (no quotes around it) for any bytes:
//   - well-formed UTF-8 stays as it is;
//   - a byte that is no part of well-formed UTF-8 becomes the four characters \xNN (lower case,
//     so `\\xNN` in the JSON text), which keeps the evidence;
//   - C0 controls, DEL and C1 controls (U+0080 to U+009F) become the JSON escape \u00NN.
// Stops before the character, or the \xNN, that would pass the limit. Returns false if it
// stopped early.
inline bool append_json_text(TextBuffer& out, std::string_view bytes, Cut cut);

// True if append_json_text() would do more than copy these bytes.
bool needs_escape(std::string_view bytes) noexcept;
// append_json_text() of any bytes, one character after the other.
bool append_escaped(TextBuffer& out, std::string_view bytes, Cut cut);

inline bool append_json_text(TextBuffer& out, std::string_view bytes, Cut cut)
{
  if (bytes.size() > cut.limit || needs_escape(bytes)) [[unlikely]]
    return append_escaped(out, bytes, cut);
  out << bytes;
  return true;
}

// ASCII only, as in SMTP's replies and smtpd's reports; the locale does not matter.
constexpr bool is_digit(char c) noexcept
{
  return c >= '0' && c <= '9';
}

// ASCII only: SMTP's verbs and host names are (RFC 5321, 2.4).
bool equals_ignoring_case(std::string_view a, std::string_view b) noexcept;
bool starts_with_ignoring_case(std::string_view text, std::string_view prefix) noexcept;
void to_lower(std::string& text) noexcept;

// What stands between the first `<` and the next `>` after it, if there are both.
std::optional<std::string_view> between_brackets(std::string_view text) noexcept;

// Blanks are space and tab, which smtpd accepts between the words of a command.
std::string_view skip_blanks(std::string_view text) noexcept;
// The text before the first blank.
std::string_view first_word(std::string_view text) noexcept;

} // namespace jsonlog
