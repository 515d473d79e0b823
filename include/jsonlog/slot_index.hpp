// SPDX-License-Identifier: ISC
//
// Which slot a session lives in: a hash table from subsystem and id to a number other than 0. It is
// asked once for every report and often out of the cache, so its entries stand in one array and are
// looked for one behind the other (linear probing, at most half full).
#pragma once

#include "jsonlog/report.hpp"

#include <cstddef>
#include <cstdint>
#include <vector>

namespace jsonlog {

struct SessionKey
{
  std::uint64_t id = 0;
  Subsystem subsystem = Subsystem::smtp_in;
  bool operator==(const SessionKey&) const = default;
};

std::size_t hash_of(const SessionKey& key) noexcept;

class SlotIndex
{
public:
  using Slot = std::uint32_t;
  static constexpr Slot none = 0;

  // The slot of the key, or none.
  Slot find(const SessionKey& key) const noexcept;
  // REQUIRES: the key is not there, the slot is not none. If it throws std::bad_alloc, nothing
  // changed.
  void insert(const SessionKey& key, Slot slot);
  // REQUIRES: the key is there.
  void erase(const SessionKey& key) noexcept;

  std::size_t size() const noexcept { return size_; }

private:
  struct Entry
  {
    SessionKey key;
    Slot slot = none;
  };

  std::size_t place_of(const SessionKey& key) const noexcept;
  std::size_t next(std::size_t place) const noexcept { return (place + 1) & (entries_.size() - 1); }
  void grow();

  std::vector<Entry> entries_ = std::vector<Entry>(64); // a power of two of them
  std::size_t size_ = 0;
};

} // namespace jsonlog
