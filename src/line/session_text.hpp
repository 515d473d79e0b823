// SPDX-License-Identifier: ISC
//
// The JSON text of one session, kept from line to line: its pieces in one buffer, one behind the
// other in the order of the line.
//
// A piece that changed is written where it is needed, in the line, and kept from there: the line
// is copied together from what stayed the same and what is new, and what is new is copied back.
#pragma once

#include "line/pieces.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

namespace jsonlog {

class SessionText
{
public:
  // The pieces that are made of these sections are out of date; with all_sections, all are, and
  // what the text held before (another session's) is forgotten.
  void change(const Session& session, Sections changed);

  // Appends the pieces from `first` up to but not including `end` to the line, brought up to date.
  // If it throws, forget() the text.
  void append(TextBuffer& line, const Session& session, Piece first, Piece end)
  {
    if ((stale_ & bits(first, end)) == 0)
      line << range(first, end);
    else
      append_changed(line, session, first, end);
  }
  // True if one of these pieces is out of date.
  bool is_stale(Piece first, Piece end) const noexcept { return (stale_ & bits(first, end)) != 0; }

  // All pieces are out of date.
  void forget() noexcept;

  // Of a piece that is up to date.
  std::string_view piece(Piece piece) const { return range(piece, next(piece)); }

  // What caps cut in the pieces.
  Cuts cuts() const noexcept { return all_cuts_; }

private:
  using Pieces = std::uint64_t; // one bit each
  static_assert(piece_count <= 64);

  static Piece next(Piece piece) { return static_cast<Piece>(static_cast<std::size_t>(piece) + 1); }
  static constexpr Pieces bits(Piece first, Piece end)
  {
    return (Pieces{1} << static_cast<unsigned>(end)) - (Pieces{1} << static_cast<unsigned>(first));
  }
  std::string_view range(Piece first, Piece end) const
  {
    const auto i = static_cast<std::size_t>(first);
    const std::size_t from = i == 0 ? 0 : ends_[i - 1];
    return {text_.data() + from, ends_[static_cast<std::size_t>(end) - 1] - from};
  }
  void append_changed(TextBuffer& line, const Session& session, Piece first, Piece end);
  // Writes a piece of which `before` is the old text.
  void write(TextBuffer& line, const PieceRow& row, const Session& session,
             std::string_view before);
  void write_list(PieceText& text, const PieceRow& row, const Session& session,
                  std::string_view before);
  Cuts cuts_of(Piece piece) const;
  void set_cuts(Piece piece, Cuts cuts);

  std::string text_;
  std::array<std::uint32_t, piece_count> ends_{};
  std::array<std::uint16_t, piece_count> list_sizes_{}; // members written of each growing list
  Pieces stale_ = 0;
  std::uint64_t transaction_ = 0; // whose lists are written
  Cuts all_cuts_;
  std::unique_ptr<std::array<Cuts, piece_count>> cuts_; // few sessions have any
};

} // namespace jsonlog
