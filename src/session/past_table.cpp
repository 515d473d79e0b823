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
{
  spares_.reserve(most_spares);
}

bool PastTable::remember(Slot slot, const Report& report, bool written,
                         const std::shared_ptr<const Origin>& origin)
{
  Entry& entry = this->entry(slot);
  if (entry.bytes == 0 && !spares_.empty()) {
    entry.past.use_memory(std::move(spares_.back()));
    spares_.pop_back();
  }
  entry.used = ++clock_;
  if (!entry.past.add(report, written, origin) && entry.bytes != 0)
    return false;
  unlink(slot);
  link(slot);
  return true;
}

std::optional<PastTable::Slot> PastTable::must_forget(Slot last) noexcept
{
  if (last < entries_.size() && entries_[last].bytes > most_bytes_each_)
    return last;
  if (bytes_ <= most_bytes_)
    return std::nullopt;
  for (const Slot& idlest : idlest_)
    if (idlest != 0) {
      while (entries_[idlest].used > entries_[idlest].linked) {
        const Slot slot = idlest;
        unlink(slot);
        link(slot);
      }
      return idlest;
    }
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

void PastTable::drop(Slot slot) noexcept
{
  Past past = take(slot);
  if (!past.empty() && past.bytes() <= most_spare_bytes && spares_.size() < most_spares)
    spares_.push_back(past.take_memory());
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
  entry.linked = clock_;
  entry.newer = 0;
  entry.older = newest_[rank];
  (entry.older != 0 ? entries_[entry.older].newer : idlest_[rank]) = slot;
  newest_[rank] = slot;
  bytes_ += entry.bytes;
  ++sessions_;
}

} // namespace jsonlog
