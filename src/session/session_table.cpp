// SPDX-License-Identifier: ISC
#include "jsonlog/session_table.hpp"

#include <algorithm>
#include <memory>

namespace jsonlog {

SessionTable::SessionTable(std::size_t capacity)
  : capacity_(std::max<std::size_t>(1, capacity))
  , sessions_(1) // the anchor's, unused
  , ring_{{anchor, anchor}}
{}

std::optional<SessionTable::Slot> SessionTable::find(Subsystem subsystem, std::uint64_t id)
{
  const Slot slot = slots_.find({id, subsystem});
  if (slot == SlotIndex::none)
    return std::nullopt;
  unlink(slot);
  link_newest(slot);
  return slot;
}

SessionTable::Slot SessionTable::create(Subsystem subsystem, std::uint64_t id)
{
  Slot slot = static_cast<Slot>(sessions_.size());
  if (free_.empty()) {
    sessions_.emplace_back();
    try {
      ring_.resize(sessions_.size(), {anchor, anchor});
      if (free_.capacity() < ring_.size())
        free_.reserve(ring_.capacity()); // erase() must not need memory
    } catch (...) {
      sessions_.pop_back();
      throw;
    }
  } else {
    slot = free_.back();
    free_.pop_back();
  }
  const SessionKey key{id, subsystem};
  try {
    slots_.insert(key, slot);
  } catch (...) {
    free_.push_back(slot);
    throw;
  }
  link_newest(slot);
  Session& session = sessions_[slot];
  session.id = id;
  session.subsystem = subsystem;
  session.after_close = closed_[hash_of(key) % closed_.size()] == key;
  return slot;
}

void SessionTable::erase(Slot slot, bool closed) noexcept
{
  free_.push_back(slot);
  Session& session = sessions_[slot];
  const SessionKey key{session.id, session.subsystem};
  if (closed)
    closed_[hash_of(key) % closed_.size()] = key;
  slots_.erase(key);
  unlink(slot);
  std::destroy_at(&session);
  std::construct_at(&session);
}

std::optional<SessionTable::Slot> SessionTable::idlest() const noexcept
{
  const Slot slot = ring_[anchor].newer;
  return slot == anchor ? std::nullopt : std::optional(slot);
}

std::optional<std::int64_t> SessionTable::oldest_start_us() const noexcept
{
  std::optional<std::int64_t> oldest;
  for (Slot slot = ring_[anchor].newer; slot != anchor; slot = ring_[slot].newer)
    if (!oldest || sessions_[slot].start_us < *oldest)
      oldest = sessions_[slot].start_us;
  return oldest;
}

void SessionTable::unlink(Slot slot) noexcept
{
  const auto [newer, older] = ring_[slot];
  ring_[newer].older = older;
  ring_[older].newer = newer;
}

void SessionTable::link_newest(Slot slot) noexcept
{
  const Slot newest = ring_[anchor].older;
  ring_[slot] = {anchor, newest};
  ring_[newest].newer = slot;
  ring_[anchor].older = slot;
}

} // namespace jsonlog
