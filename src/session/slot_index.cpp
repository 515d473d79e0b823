// SPDX-License-Identifier: ISC
#include "jsonlog/slot_index.hpp"

#include <utility>

namespace jsonlog {

// smtpd's ids are a counter above random bits: mixing both halves is enough.
std::size_t hash_of(const SessionKey& key) noexcept
{
  const std::uint64_t mixed = (key.id ^ (key.id >> 32)) * 0x9e3779b97f4a7c15U;
  return (mixed ^ (mixed >> 29)) + static_cast<std::size_t>(key.subsystem);
}

SlotIndex::Slot SlotIndex::find(const SessionKey& key) const noexcept
{
  return entries_[place_of(key)].slot;
}

void SlotIndex::insert(const SessionKey& key, Slot slot)
{
  if (2 * (size_ + 1) > entries_.size())
    grow();
  entries_[place_of(key)] = {key, slot};
  ++size_;
}

// Entries behind the gap move up into it, so that none is cut off from its hash's place.
void SlotIndex::erase(const SessionKey& key) noexcept
{
  const std::size_t mask = entries_.size() - 1;
  std::size_t gap = place_of(key);
  for (std::size_t at = next(gap); entries_[at].slot != none; at = next(at)) {
    const std::size_t home = hash_of(entries_[at].key) & mask;
    if (((at - home) & mask) >= ((at - gap) & mask)) {
      entries_[gap] = entries_[at];
      gap = at;
    }
  }
  entries_[gap] = {};
  --size_;
}

// Where the key stands, or the empty place where it would.
std::size_t SlotIndex::place_of(const SessionKey& key) const noexcept
{
  std::size_t place = hash_of(key) & (entries_.size() - 1);
  while (entries_[place].slot != none && entries_[place].key != key)
    place = next(place);
  return place;
}

void SlotIndex::grow()
{
  const std::vector<Entry> old = std::exchange(entries_, std::vector<Entry>(2 * entries_.size()));
  for (const Entry& entry : old)
    if (entry.slot != none)
      entries_[place_of(entry.key)] = entry;
}

} // namespace jsonlog
