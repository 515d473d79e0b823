// SPDX-License-Identifier: ISC
//
// The JSON text of one session, kept from line to line: its pieces in one buffer, one behind the
// other in the order of the line.
#pragma once

#include "pieces.hpp"
#include "prefetch.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace jsonlog {

class SessionText
{
public:
  // Where pieces are written before they are put in their place; shared by all sessions.
  struct Workshop
  {
    PieceText text;
    Json json;
  };

  // With many sessions the text is seldom in the cache: it is fetched while others compute.
  void prefetch() const noexcept { prefetch_bytes(text_.data(), text_.size()); }

  // Writes the pieces that are made of what changed; with all_sections, all of them anew.
  void render(Workshop& workshop, const Session& session, Sections changed);

  std::string_view piece(Piece piece) const { return range(piece, next(piece)); }
  // The pieces from `first` up to but not including `end`, as one text.
  std::string_view range(Piece first, Piece end) const;

  // What caps cut in the pieces.
  Cuts cuts() const noexcept { return all_cuts_; }

private:
  static Piece next(Piece piece) { return static_cast<Piece>(static_cast<std::size_t>(piece) + 1); }
  void write_row(Workshop& workshop, const PieceRow& row, const Session& session);
  void write_members(Json& json, const PieceRow& row, const Session& session);
  void write_list(PieceText& text, const PieceRow& row, const Session& session);
  // Makes the piece its own first `keep` bytes and the text.
  void put(Piece piece, std::size_t keep, std::string_view text);
  void set_cuts(Piece piece, Cuts cuts);

  std::string text_;
  std::array<std::uint32_t, piece_count> ends_{};
  std::array<std::uint16_t, piece_count> list_sizes_{}; // members written of each growing list
  std::array<Cuts, piece_count> cuts_{};
  Cuts all_cuts_ = 0;
  std::uint64_t transaction_ = 0; // whose lists are written
  bool building_ = false;         // the pieces are put one behind the other
};

} // namespace jsonlog
