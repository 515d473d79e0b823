// SPDX-License-Identifier: ISC
//
// The session's part of a line, cut into pieces that change together: what each is made of, and
// how it is written. This table is the order of the line.
//
// Pieces that change with every few reports are written straight into text; the others are
// members.hpp's, written by RapidJSON. Either way the bytes are those of document.hpp.
#pragma once

#include "fields.hpp"
#include "json.hpp"
#include "jsonlog/session.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
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

// Text of a piece, and what was cut in it.
struct PieceText
{
  TextBuffer out;
  Cuts cuts = 0;

  void clear() noexcept
  {
    out.clear();
    cuts = 0;
  }
  // `"key":"text"` behind a comma, if there is a text.
  template <std::size_t N>
  void member(const char (&comma_key)[N], Field field, std::string_view text)
  {
    if (text.empty())
      return;
    out << comma_key << '"';
    string_body(field, text);
  }
  // The rest of a string whose quote is open.
  void string_body(Field field, std::string_view text)
  {
    if (!append_json_text(out, text, {limits::keyword, false}))
      cuts |= cut_bit(field);
    out << '"';
  }
};

// A list that only grows while its session or transaction lives: `,"key":["a","b"]`.
struct GrowingList
{
  std::string_view key;
  Field field{};
  const UniqueList* (*values)(const Session& session) = nullptr; // may give null: there is none
};

// One of the three ways is set.
struct PieceRow
{
  Piece piece;
  Sections made_of;
  void (*text)(PieceText& text, const Session& session) = nullptr;
  void (*members)(Json& json, const Session& session) = nullptr;
  GrowingList list = {};
};

extern const std::array<PieceRow, piece_count> piece_rows;

} // namespace jsonlog
