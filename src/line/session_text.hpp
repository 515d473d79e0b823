// SPDX-License-Identifier: ISC
//
// The JSON text of one session, kept from line to line: its rows (description.hpp) in one buffer,
// one behind the other in the order of the line.
//
// A row that changed is written where it is needed, in the line, and kept from there: the line is
// copied together from what stayed the same and what is new, and what is new is copied back.
#pragma once

#include "line/description.hpp"

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
  // The rows that are made of these sections are out of date; with all_sections, all are, and what
  // the text held before (another session's) is forgotten.
  void change(const Session& session, Sections changed);

  // Appends the rows from `first` up to but not including `end` to the line, brought up to date.
  // If it throws, forget() the text.
  void append(TextBuffer& line, const Session& session, std::size_t first, std::size_t end)
  {
    if ((stale_ & bits(first, end)) == 0)
      line << range(first, end);
    else
      append_changed(line, session, first, end);
  }
  // True if one of these rows is out of date.
  bool is_stale(std::size_t first, std::size_t end) const noexcept
  {
    return (stale_ & bits(first, end)) != 0;
  }

  // All rows are out of date.
  void forget() noexcept;

  // REQUIRES: the rows of the event's texts are up to date. The views are valid until change().
  EventTexts event_texts() const
  {
    return {range(id_prefix, start), range(start, peer), range(peer, first_root_row)};
  }

  // What caps cut in the rows.
  const Cuts& cuts() const noexcept { return all_cuts_; }

private:
  using Bits = std::uint64_t; // one of each row
  static_assert(row_count < 64);

  static constexpr Bits bits(std::size_t first, std::size_t end)
  {
    return (Bits{1} << end) - (Bits{1} << first);
  }
  std::string_view range(std::size_t first, std::size_t end) const
  {
    const std::size_t from = first == 0 ? 0 : ends_[first - 1];
    return {text_.data() + from, ends_[end - 1] - from};
  }
  void append_changed(TextBuffer& line, const Session& session, std::size_t first, std::size_t end);
  // Writes a row of which `before` is the old text.
  void write(TextBuffer& line, std::size_t row, const Session& session, std::string_view before);
  Cuts write_list(TextBuffer& line, std::size_t row, const Session& session,
                  std::string_view before);
  void set_cuts(std::size_t row, const Cuts& cuts);

  std::string text_;
  std::array<std::uint32_t, row_count> ends_{};
  std::array<std::uint16_t, row_count> list_sizes_{}; // members written of each growing list
  Bits stale_ = bits(0, row_count);
  std::uint64_t transaction_ = 0; // whose lists are written
  Cuts all_cuts_;
  std::unique_ptr<std::array<Cuts, row_count>> cuts_; // few sessions have any
};

} // namespace jsonlog
