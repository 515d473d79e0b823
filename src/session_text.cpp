// SPDX-License-Identifier: ISC
#include "session_text.hpp"

namespace jsonlog {

namespace {

constexpr std::size_t index_of(Piece piece)
{
  return static_cast<std::size_t>(piece);
}

} // namespace

void SessionText::render(Json& json, const Session& session, Sections changed, bool compact)
{
  const std::uint64_t transaction = session.tx ? session.tx->number : 0;
  building_ = changed == all_sections;
  if (building_) {
    clear();
  } else if (transaction != transaction_) {
    for (std::size_t i = index_of(Piece::tx); i < index_of(Piece::tx_end); ++i)
      list_sizes_[i] = 0;
  }
  transaction_ = transaction;
  for (const PieceRow& row : piece_rows) {
    if ((building_ || (row.made_of & changed) != 0) && (row.in_compact || !compact))
      write_row(json, row, session);
    else if (building_)
      put(index_of(row.piece), 0, {});
  }
}

void SessionText::render_without_lists(Json& json, const Session& session)
{
  building_ = true;
  clear();
  for (const PieceRow& row : piece_rows) {
    if (row.droppable == 0)
      write_row(json, row, session);
    else
      put(index_of(row.piece), 0, {});
  }
}

void SessionText::clear()
{
  text_.clear();
  cuts_.fill(0);
  list_sizes_.fill(0);
}

std::string_view SessionText::range(Piece first, Piece end) const
{
  const std::size_t from = first == Piece{} ? 0 : ends_[index_of(first) - 1];
  const std::size_t to = ends_[index_of(end) - 1];
  return std::string_view(text_).substr(from, to - from);
}

Cuts SessionText::cuts() const noexcept
{
  Cuts all = 0;
  for (const Cuts cuts : cuts_)
    all |= cuts;
  return all;
}

Cuts SessionText::lists() const noexcept
{
  Cuts lists = 0;
  for (const PieceRow& row : piece_rows)
    if (row.droppable != 0 && !piece(row.piece).empty())
      lists |= row.droppable;
  return lists;
}

void SessionText::put(std::size_t index, std::size_t keep, std::string_view text)
{
  if (building_) {
    text_.append(text);
    ends_[index] = static_cast<std::uint32_t>(text_.size());
    return;
  }
  const std::size_t start = index == 0 ? 0 : ends_[index - 1];
  const std::size_t old_size = ends_[index] - start;
  const std::size_t new_size = keep + text.size();
  text_.replace(start + keep, old_size - keep, text);
  if (new_size == old_size)
    return;
  const auto delta = static_cast<std::uint32_t>(new_size - old_size); // wraps: that is meant
  for (std::size_t i = index; i < ends_.size(); ++i)
    ends_[i] += delta;
}

void SessionText::write_row(Json& json, const PieceRow& row, const Session& session)
{
  if (row.write == nullptr) {
    write_list(json, row, session);
    return;
  }
  json.clear();
  row.write(json, session);
  put(index_of(row.piece), 0, json.piece());
  cuts_[index_of(row.piece)] = json.cuts();
}

void SessionText::write_list(Json& json, const PieceRow& row, const Session& session)
{
  const std::size_t index = index_of(row.piece);
  std::uint16_t& written = list_sizes_[index];
  const UniqueList* const list = row.list.values(session);
  json.clear();
  if (written == 0)
    cuts_[index] = 0;
  if (list != nullptr && list->cut())
    cuts_[index] |= cut_bit(row.list.field);
  if (list == nullptr || list->values().empty()) {
    put(index, 0, {});
    return;
  }
  const auto& values = list->values();
  if (written == values.size())
    return;
  if (written == 0) {
    json.raw(R"(,")");
    json.raw(row.list.key);
    json.raw(R"(":)");
  }
  // The Writer begins an array with `[`; behind members that are there, a comma belongs in its
  // place.
  const std::size_t bracket = json.piece().size();
  json.begin_array();
  for (std::size_t i = written; i < values.size(); ++i)
    json.text(row.list.field, values[i]);
  json.end_array();
  const std::size_t keep = written == 0 ? 0 : piece(row.piece).size() - 1;
  if (written != 0)
    json.overwrite(bracket, ',');
  put(index, keep, json.piece());
  cuts_[index] |= json.cuts();
  written = static_cast<std::uint16_t>(values.size());
}

} // namespace jsonlog
