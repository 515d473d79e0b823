// SPDX-License-Identifier: ISC
#include "line/session_text.hpp"

#include <bit>

namespace jsonlog {

namespace {

constexpr std::size_t index_of(Piece piece)
{
  return static_cast<std::size_t>(piece);
}

// The first of some pieces. REQUIRES: there is one, and only bits of pieces are set.
std::size_t first_of(std::uint64_t pieces) noexcept
{
  const auto piece = static_cast<std::size_t>(std::countr_zero(pieces));
  if (piece >= piece_count)
    __builtin_unreachable(); // a compiler would warn of a place behind the arrays
  return piece;
}

// The pieces, one bit each, that are made of each section.
std::array<std::uint64_t, sections> pieces_by_section()
{
  std::array<std::uint64_t, sections> pieces{};
  for (std::size_t section = 0; section < sections; ++section)
    for (const PieceRow& row : piece_rows)
      if ((row.made_of & section_bit(static_cast<Section>(section))) != 0)
        pieces[section] |= std::uint64_t{1} << index_of(row.piece);
  return pieces;
}

std::uint64_t pieces_of(Sections changed)
{
  static const std::array<std::uint64_t, sections> by_section = pieces_by_section();
  std::uint64_t pieces = 0;
  for (; changed != 0; changed &= changed - 1)
    pieces |= by_section[static_cast<std::size_t>(std::countr_zero(changed))];
  return pieces;
}

} // namespace

void SessionText::change(const Session& session, Sections changed)
{
  const std::uint64_t transaction = session.tx ? session.tx->number : 0;
  if (changed == all_sections) {
    forget();
  } else {
    stale_ |= pieces_of(changed);
    if (transaction != transaction_)
      for (std::size_t i = index_of(Piece::tx); i < index_of(Piece::tx_end); ++i)
        list_sizes_[i] = 0;
  }
  transaction_ = transaction;
}

void SessionText::forget() noexcept
{
  text_.clear();
  ends_.fill(0);
  list_sizes_.fill(0);
  stale_ = bits(Piece{}, Piece::end);
  all_cuts_ = {};
  cuts_.reset();
}

void SessionText::append_changed(TextBuffer& line, const Session& session, Piece first, Piece end)
{
  Pieces stale = stale_ & bits(first, end);
  stale_ &= ~stale;
  const auto old_ends = ends_;
  const auto old_start = [&](std::size_t piece) { return piece == 0 ? 0 : old_ends[piece - 1]; };
  const std::string_view old_text = text_;
  std::size_t copied = old_start(index_of(first)); // of the old text

  const std::size_t changed = old_start(first_of(stale));
  line << old_text.substr(copied, changed - copied);
  copied = changed;
  const std::size_t line_changed = line.size();
  std::uint32_t growth = 0; // of the text so far; wraps where it shrinks
  while (stale != 0) {
    const std::size_t piece = first_of(stale);
    stale &= stale - 1;
    const std::size_t start = old_start(piece);
    const std::size_t old_size = old_ends[piece] - start;
    line << old_text.substr(copied, start - copied);
    copied = start + old_size;

    const std::size_t line_start = line.size();
    write(line, piece_rows[piece], session, old_text.substr(start, old_size));
    growth += static_cast<std::uint32_t>(line.size() - line_start - old_size);
    if (growth == 0)
      continue;
    const std::size_t next_stale = stale == 0 ? piece_count : first_of(stale);
    for (std::size_t i = piece; i < next_stale; ++i)
      ends_[i] += growth;
  }
  const std::size_t news_size = line.size() - line_changed;
  line << old_text.substr(copied, old_ends[index_of(end) - 1] - copied);
  text_.replace(changed, copied - changed, line.view().substr(line_changed, news_size));
}

void SessionText::write(TextBuffer& line, const PieceRow& row, const Session& session,
                        std::string_view before)
{
  PieceText text{line};
  if (row.text != nullptr)
    row.text(text, session);
  else
    write_list(text, row, session, before);
  if (text.cuts.any() || all_cuts_.any()) // seldom
    set_cuts(row.piece, text.cuts);
}

void SessionText::write_list(PieceText& text, const PieceRow& row, const Session& session,
                             std::string_view before)
{
  const UniqueList* const list = row.list.values(session);
  if (list == nullptr)
    return;
  const std::span<const std::string> values = list->values();
  std::uint16_t& written = list_sizes_[index_of(row.piece)];
  if (list->cut())
    text.cuts.add(row.list.field);
  if (values.empty())
    return;
  if (written == 0) {
    text.out << row.list.key << '[';
  } else {
    text.cuts.add(cuts_of(row.piece));
    before.remove_suffix(1); // the bracket
    text.out << before;
    if (written < values.size())
      text.out << ',';
  }
  text.values(row.list.field, values.subspan(written));
  text.out << ']';
  written = static_cast<std::uint16_t>(values.size());
}

Cuts SessionText::cuts_of(Piece piece) const
{
  return cuts_ == nullptr ? Cuts{} : (*cuts_)[index_of(piece)];
}

void SessionText::set_cuts(Piece piece, Cuts cuts)
{
  if (cuts_ == nullptr)
    cuts_ = std::make_unique<std::array<Cuts, piece_count>>();
  (*cuts_)[index_of(piece)] = cuts;
  all_cuts_ = {};
  for (const Cuts each : *cuts_)
    all_cuts_.add(each);
}

} // namespace jsonlog
