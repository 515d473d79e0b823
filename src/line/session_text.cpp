// SPDX-License-Identifier: ISC
#include "line/session_text.hpp"

#include "text/words.hpp"

#include <bit>

namespace jsonlog {

namespace {

// The first of some rows. REQUIRES: there is one, and only bits of rows are set.
std::size_t first_of(std::uint64_t bits) noexcept
{
  const auto row = static_cast<std::size_t>(std::countr_zero(bits));
  if (row >= row_count)
    __builtin_unreachable(); // a compiler would warn of a place behind the arrays
  return row;
}

// The rows, one bit each, that are made of each section.
std::array<std::uint64_t, value_count<Section>> rows_by_section()
{
  std::array<std::uint64_t, value_count<Section>> bits{};
  for (std::size_t section = 0; section < value_count<Section>; ++section)
    for (std::size_t row = 0; row < row_count; ++row)
      if ((rows[row].made_of & section_bit(static_cast<Section>(section))) != 0)
        bits[section] |= std::uint64_t{1} << row;
  return bits;
}

std::uint64_t rows_of(Sections changed)
{
  static const std::array<std::uint64_t, value_count<Section>> by_section = rows_by_section();
  std::uint64_t bits = 0;
  for (; changed != 0; changed &= changed - 1)
    bits |= by_section[static_cast<std::size_t>(std::countr_zero(changed))];
  return bits;
}

} // namespace

void SessionText::change(const Session& session, Sections changed)
{
  const std::uint64_t transaction = session.tx ? session.tx->number : 0;
  if (changed == all_sections) {
    forget();
  } else {
    stale_ |= rows_of(changed);
    if (transaction != transaction_)
      for (std::size_t row = 0; row < row_count; ++row)
        if (rows[row].list.of_transaction)
          list_sizes_[row] = 0;
  }
  transaction_ = transaction;
}

void SessionText::forget() noexcept
{
  text_.clear();
  ends_.fill(0);
  list_sizes_.fill(0);
  stale_ = bits(0, row_count);
  all_cuts_ = {};
  cuts_.reset();
}

void SessionText::append_changed(TextBuffer& line, const Session& session, std::size_t first,
                                 std::size_t end)
{
  Bits stale = stale_ & bits(first, end);
  stale_ &= ~stale;
  const auto old_ends = ends_;
  const auto old_start = [&](std::size_t row) { return row == 0 ? 0 : old_ends[row - 1]; };
  const std::string_view old_text = text_;
  std::size_t copied = old_start(first); // of the old text

  const std::size_t changed = old_start(first_of(stale));
  line << old_text.substr(copied, changed - copied);
  copied = changed;
  const std::size_t line_changed = line.size();
  std::uint32_t growth = 0; // of the text so far; wraps where it shrinks
  while (stale != 0) {
    const std::size_t row = first_of(stale);
    stale &= stale - 1;
    const std::size_t start = old_start(row);
    const std::size_t old_size = old_ends[row] - start;
    line << old_text.substr(copied, start - copied);
    copied = start + old_size;

    const std::size_t line_start = line.size();
    write(line, row, session, old_text.substr(start, old_size));
    growth += static_cast<std::uint32_t>(line.size() - line_start - old_size);
    if (growth == 0)
      continue;
    const std::size_t next_stale = stale == 0 ? row_count : first_of(stale);
    for (std::size_t i = row; i < next_stale; ++i)
      ends_[i] += growth;
  }
  const std::size_t news_size = line.size() - line_changed;
  line << old_text.substr(copied, old_ends[end - 1] - copied);
  text_.replace(changed, copied - changed, line.view().substr(line_changed, news_size));
}

void SessionText::write(TextBuffer& line, std::size_t row, const Session& session,
                        std::string_view before)
{
  const auto write_text = rows[row].text;
  const Cuts cuts =
    write_text != nullptr ? write_text(line, session) : write_list(line, row, session, before);
  if (cuts.any() || all_cuts_.any()) // seldom
    set_cuts(row, cuts);
}

Cuts SessionText::write_list(TextBuffer& line, std::size_t row, const Session& session,
                             std::string_view before)
{
  const GrowingList& growing = rows[row].list;
  const UniqueList* const list = growing.values(session);
  Cuts cuts;
  if (list == nullptr)
    return cuts;
  const std::vector<std::string>& values = list->values();
  std::uint16_t& written = list_sizes_[row];
  if (list->cut())
    cuts.add(growing.field);
  if (values.empty())
    return cuts;
  if (written == 0) {
    line << growing.key << '[';
  } else {
    if (cuts_ != nullptr)
      cuts.add((*cuts_)[row]);
    before.remove_suffix(1); // the bracket
    line << before;
  }
  TextWriter out(line, written == 0 ? Place::start_of_object : Place::behind_a_member);
  for (std::size_t i = written; i < values.size(); ++i)
    out.item(growing.field, values[i]);
  out.close_list();
  written = static_cast<std::uint16_t>(values.size());
  cuts.add(out.finish());
  return cuts;
}

void SessionText::set_cuts(std::size_t row, const Cuts& cuts)
{
  if (cuts_ == nullptr)
    cuts_ = std::make_unique<std::array<Cuts, row_count>>();
  (*cuts_)[row] = cuts;
  all_cuts_ = {};
  for (const Cuts& each : *cuts_)
    all_cuts_.add(each);
}

} // namespace jsonlog
