// SPDX-License-Identifier: ISC
//
// A line's session part, cut into pieces: one writer a piece, and for each piece the sections of
// the session it is made of. This table is the order of the line.
#pragma once

#include "json.hpp"
#include "jsonlog/session.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace jsonlog {

enum class Piece : std::uint8_t {
  // Parts of the envelope that stay the same over a session.
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
  history,
  mail_from,
  rcpt_to,
  rcpt_domain,
  link_state,
  banner,
  helo,
  tls_bits,
  auth,
  count,
  anomaly,
  tx,
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

// A list that grows by appending, `,"key":["a","b"]`; nothing while it is empty.
struct GrowingList
{
  std::string_view key;
  Field field;
  const UniqueList* (*values)(const Session& session); // null: the session has none now
};

struct PieceRow
{
  Piece piece;
  Sections made_of;
  // Writes the piece; nothing where the session has nothing to say. Null for a growing list.
  void (*write)(Json& json, const Session& session);
  // What a line over budget leaves out, and the fields that it names then. 0: never left out.
  Cuts droppable = 0;
  GrowingList list = {};
  bool in_compact = true;
};

// 16 hex digits, as smtpd writes a session id.
std::string hex_id(std::uint64_t id);

extern const std::array<PieceRow, piece_count> piece_rows;

} // namespace jsonlog
