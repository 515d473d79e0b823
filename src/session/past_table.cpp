// SPDX-License-Identifier: ISC
#include "jsonlog/past_table.hpp"

#include <algorithm>
#include <bit>

namespace jsonlog {

namespace {

std::size_t rank_of(std::size_t bytes) noexcept
{
  return static_cast<std::size_t>(std::countl_zero(bytes));
}

} // namespace

PastTable::PastTable(std::size_t most_bytes)
  : most_bytes_(most_bytes)
  , most_bytes_each_(std::min(most_bytes, std::max(most_bytes / 64, limits::hold_bytes_each)))
{}

void PastTable::remember(Slot slot, std::string_view line, bool written,
                         std::shared_ptr<const Origin> origin)
{
  entry(slot).past.add(line, written, std::move(origin));
  unlink(slot);
  link(slot);
}

std::optional<PastTable::Slot> PastTable::must_forget(Slot last) const noexcept
{
  if (last < entries_.size() && entries_[last].bytes > most_bytes_each_)
    return last;
  if (bytes_ <= most_bytes_)
    return std::nullopt;
  for (const Slot idlest : idlest_)
    if (idlest != 0)
      return idlest;
  return std::nullopt;
}

std::uint64_t PastTable::forget(Slot slot, const Session& session) noexcept
{
  Entry& entry = entries_[slot];
  if (entry.past.empty()) // its state alone is too much
    return give_up(slot);
  const std::uint64_t lost = entry.past.unwritten();
  try {
    entry.past.begin_at(session);
  } catch (...) {
    return give_up(slot);
  }
  unlink(slot);
  link(slot);
  return lost;
}

std::uint64_t PastTable::give_up(Slot slot) noexcept
{
  if (slot >= entries_.size())
    return 0;
  const std::uint64_t lost = take(slot).unwritten();
  entries_[slot].off = true;
  return lost;
}

Past PastTable::take(Slot slot) noexcept
{
  if (slot >= entries_.size())
    return {};
  unlink(slot);
  entries_[slot].off = false;
  return std::exchange(entries_[slot].past, Past{});
}

PastTable::Entry& PastTable::entry(Slot slot)
{
  if (slot >= entries_.size())
    entries_.resize(slot + std::size_t{1});
  return entries_[slot];
}

void PastTable::unlink(Slot slot) noexcept
{
  Entry& entry = entries_[slot];
  if (entry.bytes == 0)
    return;
  const std::size_t rank = rank_of(entry.bytes);
  (entry.newer != 0 ? entries_[entry.newer].older : newest_[rank]) = entry.older;
  (entry.older != 0 ? entries_[entry.older].newer : idlest_[rank]) = entry.newer;
  bytes_ -= entry.bytes;
  --sessions_;
  entry.bytes = 0;
}

void PastTable::link(Slot slot) noexcept
{
  Entry& entry = entries_[slot];
  entry.bytes = entry.past.bytes();
  if (entry.bytes == 0)
    return;
  const std::size_t rank = rank_of(entry.bytes);
  entry.newer = 0;
  entry.older = newest_[rank];
  (entry.older != 0 ? entries_[entry.older].newer : idlest_[rank]) = slot;
  newest_[rank] = slot;
  bytes_ += entry.bytes;
  ++sessions_;
}

} // namespace jsonlog
