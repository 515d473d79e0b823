// SPDX-License-Identifier: ISC
//
// Which of the numbers 0, 1, 2 … have come. They come nearly in order, so what is remembered is
// the gaps, as many as there is room for; of those that had to be forgotten, the size still
// counts, but a number that falls among them can no longer be judged.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>

namespace jsonlog {

class SequenceSet
{
public:
  enum class Finding : std::uint8_t { next, late, duplicate, not_followed };

  // `room`: how many gaps may still be remembered; shared, outlives the set.
  explicit SequenceSet(std::size_t& room)
    : room_(&room)
  {}

  bool has_begun() const noexcept { return begun_; }
  // Numbers below are somewhere else. REQUIRES: not has_begun().
  void begin_at(std::uint64_t number) noexcept;
  // Begins at `number` if it has not begun. A number below the begin moves the begin down.
  Finding add(std::uint64_t number);
  // All numbers below `end` exist, so those that have not come are missing.
  void expect(std::uint64_t end);

  std::uint64_t begin() const noexcept { return begin_; }
  std::uint64_t end() const noexcept { return end_; } // after the highest
  std::uint64_t missing() const noexcept { return missing_; }

private:
  void add_gap(std::uint64_t begin, std::uint64_t end);
  void remember_gap(std::uint64_t begin, std::uint64_t end);
  bool fill(std::uint64_t number);

  std::size_t* room_;
  bool begun_ = false;
  std::uint64_t begin_ = 0;
  std::uint64_t end_ = 0;
  std::uint64_t missing_ = 0;
  std::uint64_t forgotten_below_ = 0;           // there may be gaps that are not in gaps_
  std::map<std::uint64_t, std::uint64_t> gaps_; // begin, and end: the first number that came
};

} // namespace jsonlog
