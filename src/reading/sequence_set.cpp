// SPDX-License-Identifier: ISC
#include "reading/sequence_set.hpp"

#include <algorithm>

namespace jsonlog {

void SequenceSet::begin_at(std::uint64_t number) noexcept
{
  begun_ = true;
  begin_ = end_ = number;
}

SequenceSet::Finding SequenceSet::add(std::uint64_t number)
{
  if (!begun_)
    begin_at(number);
  if (number >= end_) {
    expect(number);
    end_ = number + 1;
    return Finding::next;
  }
  if (number < begin_) {
    add_gap(number + 1, begin_);
    begin_ = number;
    return Finding::late;
  }
  if (fill(number))
    return Finding::late;
  return number < forgotten_below_ ? Finding::not_followed : Finding::duplicate;
}

void SequenceSet::expect(std::uint64_t end)
{
  if (end <= end_)
    return;
  add_gap(end_, end);
  end_ = end;
}

void SequenceSet::add_gap(std::uint64_t begin, std::uint64_t end)
{
  if (begin == end)
    return;
  missing_ += end - begin;
  remember_gap(begin, end);
}

// Without room the oldest gap goes: what is long past will hardly come any more.
void SequenceSet::remember_gap(std::uint64_t begin, std::uint64_t end)
{
  gaps_.emplace(begin, end);
  if (*room_ > 0) {
    --*room_;
    return;
  }
  const auto oldest = gaps_.begin();
  forgotten_below_ = std::max(forgotten_below_, oldest->second);
  gaps_.erase(oldest);
}

bool SequenceSet::fill(std::uint64_t number)
{
  const auto after = gaps_.upper_bound(number);
  if (after == gaps_.begin())
    return false;
  const auto gap = std::prev(after);
  const auto [begin, end] = *gap;
  if (number >= end)
    return false;
  --missing_;
  gaps_.erase(gap);
  ++*room_;
  if (begin < number)
    remember_gap(begin, number);
  if (number + 1 < end)
    remember_gap(number + 1, end);
  return true;
}

} // namespace jsonlog
