// SPDX-License-Identifier: ISC
//
// The JSON text of one session, kept from line to line.
#pragma once

#include "pieces.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace jsonlog {

class SessionText
{
public:
  // Writes the pieces that are made of what changed; with all_sections, everything from nothing.
  void render(Json& json, const Session& session, Sections changed, bool compact);

  // From nothing, without lists: for a line whose texts are cut short.
  void render_without_lists(Json& json, const Session& session);

  std::string_view piece(Piece piece) const { return range(piece, next(piece)); }
  // The pieces from `first` up to but not including `end`, as one text.
  std::string_view range(Piece first, Piece end) const;

  // What caps cut in the pieces.
  Cuts cuts() const noexcept;
  // The fields of all lists that are there.
  Cuts lists() const noexcept;

private:
  static Piece next(Piece piece) { return static_cast<Piece>(static_cast<std::size_t>(piece) + 1); }
  void clear();
  // Makes the piece its own first `keep` bytes and the text.
  void put(std::size_t index, std::size_t keep, std::string_view text);
  void write_row(Json& json, const PieceRow& row, const Session& session);
  void write_list(Json& json, const PieceRow& row, const Session& session);

  std::string text_;
  std::array<std::uint32_t, piece_count> ends_{};
  std::array<Cuts, piece_count> cuts_{};
  std::array<std::uint16_t, piece_count> list_sizes_{}; // members written of each growing list
  std::uint64_t transaction_ = 0;                       // whose lists are written
  bool building_ = false;                               // the pieces are put one behind the other
};

} // namespace jsonlog
