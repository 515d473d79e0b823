// SPDX-License-Identifier: ISC
#include "session_text.hpp"

#include <bit>
#include <cstring>

namespace jsonlog {

namespace {

constexpr std::size_t index_of(Piece piece)
{
  return static_cast<std::size_t>(piece);
}

// The pieces, one bit each, that are made of each section.
using Pieces = std::uint64_t;
static_assert(piece_count <= 64);
constexpr Pieces all_pieces = (Pieces{1} << piece_count) - 1;

std::array<Pieces, sections> pieces_by_section()
{
  std::array<Pieces, sections> pieces{};
  for (std::size_t section = 0; section < sections; ++section)
    for (const PieceRow& row : piece_rows)
      if ((row.made_of & section_bit(static_cast<Section>(section))) != 0)
        pieces[section] |= Pieces{1} << index_of(row.piece);
  return pieces;
}

Pieces pieces_of(Sections changed)
{
  static const std::array<Pieces, sections> by_section = pieces_by_section();
  Pieces pieces = 0;
  for (; changed != 0; changed &= changed - 1)
    pieces |= by_section[static_cast<std::size_t>(std::countr_zero(changed))];
  return pieces;
}

} // namespace

void SessionText::render(Workshop& workshop, const Session& session, Sections changed)
{
  const std::uint64_t transaction = session.tx ? session.tx->number : 0;
  building_ = changed == all_sections;
  if (building_) {
    text_.clear();
    list_sizes_.fill(0);
    cuts_.fill(0);
    all_cuts_ = 0;
  } else if (transaction != transaction_) {
    for (std::size_t i = index_of(Piece::tx); i < index_of(Piece::tx_end); ++i)
      list_sizes_[i] = 0;
  }
  transaction_ = transaction;
  for (Pieces pieces = building_ ? all_pieces : pieces_of(changed); pieces != 0;
       pieces &= pieces - 1)
    write_row(workshop, piece_rows[static_cast<std::size_t>(std::countr_zero(pieces))], session);
}

std::string_view SessionText::range(Piece first, Piece end) const
{
  const std::size_t from = first == Piece{} ? 0 : ends_[index_of(first) - 1];
  const std::size_t to = ends_[index_of(end) - 1];
  return std::string_view(text_).substr(from, to - from);
}

void SessionText::write_row(Workshop& workshop, const PieceRow& row, const Session& session)
{
  if (row.text != nullptr) {
    workshop.text.clear();
    row.text(workshop.text, session);
    put(row.piece, 0, workshop.text.out.view());
    set_cuts(row.piece, workshop.text.cuts);
  } else if (row.members != nullptr) {
    write_members(workshop.json, row, session);
  } else {
    write_list(workshop.text, row, session);
  }
}

// `{"a":1,"b":2}` without its braces goes on in the line's object.
void SessionText::write_members(Json& json, const PieceRow& row, const Session& session)
{
  json.clear();
  json.begin_object();
  row.members(json, session);
  json.end_object();
  std::string_view members = json.text();
  members.remove_suffix(1);
  if (members.size() == 1)
    members = {};
  put(row.piece, 0, members);
  if (!members.empty())
    text_[ends_[index_of(row.piece)] - members.size()] = ',';
  set_cuts(row.piece, json.cuts());
}

void SessionText::write_list(PieceText& text, const PieceRow& row, const Session& session)
{
  const UniqueList* const list = row.list.values(session);
  std::uint16_t& written = list_sizes_[index_of(row.piece)];
  if (list == nullptr || list->values().empty()) {
    put(row.piece, 0, {});
    set_cuts(row.piece, list != nullptr && list->cut() ? cut_bit(row.list.field) : 0);
    return;
  }
  const auto& values = list->values();
  text.clear();
  if (list->cut())
    text.cuts |= cut_bit(row.list.field);
  if (written == values.size()) {
    set_cuts(row.piece, cuts_[index_of(row.piece)] | text.cuts);
    return;
  }
  if (written == 0)
    text.out << ",\"" << row.list.key << "\":[\"";
  else
    text.out << ",\"";
  text.string_body(row.list.field, values[written]);
  for (std::size_t i = written + std::size_t{1}; i < values.size(); ++i) {
    text.out << ",\"";
    text.string_body(row.list.field, values[i]);
  }
  text.out << ']';
  const std::size_t keep = written == 0 ? 0 : piece(row.piece).size() - 1; // all but the bracket
  const Cuts before = written == 0 ? 0 : cuts_[index_of(row.piece)];
  put(row.piece, keep, text.out.view());
  set_cuts(row.piece, before | text.cuts);
  written = static_cast<std::uint16_t>(values.size());
}

void SessionText::put(Piece piece, std::size_t keep, std::string_view text)
{
  const std::size_t index = index_of(piece);
  if (building_) {
    text_.append(text);
    ends_[index] = static_cast<std::uint32_t>(text_.size());
    return;
  }
  const std::size_t start = index == 0 ? 0 : ends_[index - 1];
  const std::size_t old_size = ends_[index] - start;
  const std::size_t new_size = keep + text.size();
  if (new_size == old_size) {
    text.copy(text_.data() + start + keep, text.size());
    return;
  }
  const std::size_t old_end = ends_[index];
  const std::size_t tail = text_.size() - old_end;
  if (new_size > old_size)
    text_.resize(text_.size() + new_size - old_size);
  char* const to = text_.data() + start;
  std::memmove(to + new_size, text_.data() + old_end, tail);
  text.copy(to + keep, text.size());
  text_.resize(start + new_size + tail);
  const auto delta = static_cast<std::uint32_t>(new_size - old_size); // wraps: that is meant
  for (std::size_t i = index; i < ends_.size(); ++i)
    ends_[i] += delta;
}

void SessionText::set_cuts(Piece piece, Cuts cuts)
{
  if (cuts == 0 && all_cuts_ == 0) // nearly always
    return;
  Cuts& of_piece = cuts_[index_of(piece)];
  of_piece = cuts;
  all_cuts_ = 0;
  for (const Cuts each : cuts_)
    all_cuts_ |= each;
}

} // namespace jsonlog
