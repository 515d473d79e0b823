// SPDX-License-Identifier: ISC
#include "jsonlog/session_table.hpp"

#include "prefetch.hpp"

#include <algorithm>

namespace jsonlog {

SessionTable::SessionTable(std::size_t capacity)
  : capacity_(std::max<std::size_t>(1, capacity))
  , sessions_(1) // the anchor's, unused
  , ring_{{anchor, anchor}}
{}

// smtpd's ids are a counter above random bits: mixing both halves is enough.
std::size_t SessionTable::Hash::operator()(const Key& key) const noexcept
{
  const std::uint64_t mixed = (key.id ^ (key.id >> 32)) * 0x9e3779b97f4a7c15U;
  return (mixed ^ (mixed >> 29)) + static_cast<std::size_t>(key.subsystem);
}

std::optional<SessionTable::Slot> SessionTable::find(Subsystem subsystem, std::uint64_t id)
{
  const auto found = slots_.find(Key{id, subsystem});
  if (found == slots_.end())
    return std::nullopt;
  const Slot slot = found->second;
  prefetch_bytes(&sessions_[slot], sizeof(Session));
  unlink(slot);
  link_newest(slot);
  return slot;
}

SessionTable::Slot SessionTable::create(Subsystem subsystem, std::uint64_t id)
{
  Slot slot = static_cast<Slot>(sessions_.size());
  if (free_.empty()) {
    ring_.push_back({anchor, anchor});
    if (free_.capacity() < ring_.size())
      free_.reserve(ring_.capacity()); // erase() must not need memory
    sessions_.emplace_back();
  } else {
    slot = free_.back();
    free_.pop_back();
  }
  const Key key{id, subsystem};
  slots_.emplace(key, slot);
  link_newest(slot);
  Session& session = sessions_[slot];
  session.id = id;
  session.subsystem = subsystem;
  session.after_close = closed_[Hash{}(key) % closed_.size()] == key;
  return slot;
}

void SessionTable::erase(Slot slot, bool closed) noexcept
{
  free_.push_back(slot);
  const Key key = key_of(sessions_[slot]);
  if (closed)
    closed_[Hash{}(key) % closed_.size()] = key;
  slots_.erase(key);
  unlink(slot);
  sessions_[slot] = Session{};
}

std::optional<SessionTable::Slot> SessionTable::idlest() const noexcept
{
  const Slot slot = ring_[anchor].newer;
  return slot == anchor ? std::nullopt : std::optional(slot);
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
