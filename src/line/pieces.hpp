// SPDX-License-Identifier: ISC
//
// The session's part of a line, cut into pieces that change together: what each is made of, and
// how it is written, straight into text. This table is the order of the line. The bytes are those
// of document.hpp.
#pragma once

#include "jsonlog/limits.hpp"
#include "jsonlog/session.hpp"
#include "jsonlog/text.hpp"
#include "jsonlog/text_buffer.hpp"
#include "schema/fields.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

namespace jsonlog {

enum class Piece : std::uint8_t {
  // Parts of the event's own text that stay the same over a session.
  id_prefix,
  start,
  peer,
  // The root.
  link,
  tls,
  user,
  related,
  email,
  // opensmtpd.
  session,
  session_state,
  history,
  mail_from,
  rcpt_to,
  rcpt_domain,
  session_end,
  banner,
  helo,
  tls_bits,
  auth,
  count,
  anomaly,
  tx,
  tx_from,
  tx_state,
  tx_envelope_ids,
  tx_rcpt,
  tx_rcpt_address,
  tx_rcpt_accepted,
  tx_rcpt_rejected,
  tx_rcpt_domain,
  tx_end,
  origin,
  transactions,
  command,
  reply,
  filter,
  decisions,
  filter_reports,
  end,
};
inline constexpr auto piece_count = static_cast<std::size_t>(Piece::end);
inline constexpr auto first_root_piece = Piece::link;
inline constexpr auto first_opensmtpd_piece = Piece::session;

// The end of a text, where a piece is written, and what was cut in it. Keys are given with the
// comma before them; the first member of an object goes without.
struct PieceText
{
  TextBuffer& out;
  Cuts cuts = {};
  bool at_start = false; // of an object

  // `,"key":{`
  template <std::size_t N>
  void open(const char (&comma_key)[N])
  {
    key(comma_key);
    out << '{';
    at_start = true;
  }
  template <std::size_t N>
  void key(const char (&comma_key)[N])
  {
    if (at_start)
      out << std::string_view(comma_key + 1, N - 2);
    else
      out << comma_key;
    at_start = false;
  }
  // `,"key":"text"`, if there is a text.
  template <std::size_t N>
  void member(const char (&comma_key)[N], Field field, std::string_view text)
  {
    if (text.empty())
      return;
    key(comma_key);
    out << '"';
    string_body(field, text);
  }
  // The rest of a string whose quote is open.
  void string_body(Field field, std::string_view text)
  {
    if (!append_json_text(out, text, {limits::keyword, false}))
      cuts.add(field);
    out << '"';
  }
  // `,"key":["a","b"]`, if there are values.
  template <std::size_t N>
  void list(const char (&comma_key)[N], Field field, const UniqueList& list)
  {
    if (list.cut())
      cuts.add(field);
    if (list.values().empty())
      return;
    key(comma_key);
    out << '[';
    values(field, list.values());
    out << ']';
  }
  // `"a","b"`
  void values(Field field, std::span<const std::string> values)
  {
    for (const std::string& value : values) {
      if (&value != values.data())
        out << ',';
      out << '"';
      string_body(field, value);
    }
  }
};

// A list that only grows while its session or transaction lives: `,"key":["a","b"]`.
struct GrowingList
{
  std::string_view key; // `,"key":`
  Field field{};
  const UniqueList* (*values)(const Session& session) = nullptr; // may give null: there is none
};

// One of the two ways is set.
struct PieceRow
{
  Piece piece;
  Sections made_of;
  void (*text)(PieceText& text, const Session& session) = nullptr;
  GrowingList list = {};
};

extern const std::array<PieceRow, piece_count> piece_rows;

// What is true of this line only: anomaly_new, rcpt, unknown. `report` may be null.
void write_moment_text(PieceText& text, const Session& session, const Report* report);

} // namespace jsonlog
