// SPDX-License-Identifier: ISC
//
// What is remembered of all sessions, bounded in all and for each of them. When it is too much, the
// fullest forget first, and of those that are about as full one that has long been idle: a client
// that says much costs nobody's memory but its own. Every operation takes constant time on average.
//
// The idle ones are found as an operating system finds pages: sessions stand in a ring as they
// grew, and one that has said something since then goes once more to its end before it has to
// forget. Moving it at each report would cost five times as much, in memory that is not at hand.
#pragma once

#include "jsonlog/past.hpp"
#include "jsonlog/slot_index.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

namespace jsonlog {

class PastTable
{
public:
  using Slot = SlotIndex::Slot;

  explicit PastTable(std::size_t most_bytes);

  // Before remember(), the first as soon as the slot is known, the second a little later: what will
  // be written to may come out of slow memory meanwhile. With a thousand sessions at a time waiting
  // for it is a third of what remembering costs.
  void fetch_entry(Slot slot) const noexcept
  {
    if (slot < entries_.size())
      __builtin_prefetch(&entries_[slot], 1);
  }
  void fetch_past(Slot slot) const noexcept
  {
    if (slot < entries_.size())
      entries_[slot].past.fetch();
  }
  // The next report of the session in the slot, as Past::add(). True: there may be one that must
  // forget.
  bool remember(Slot slot, const Report& report, bool written,
                const std::shared_ptr<const Origin>& origin);

  // A session that must forget before the next one is remembered, if there is one: `last`, if it
  // has more than its share, or the fullest.
  std::optional<Slot> must_forget(Slot last) noexcept;

  // Forgets what was before: the session's past begins where it stands now, or, where its state
  // alone is too much, it has none any more and is_off(). Returns how many unwritten lines this
  // cost.
  std::uint64_t forget(Slot slot, const Session& session) noexcept;
  // As forget(), for good.
  std::uint64_t give_up(Slot slot) noexcept;
  bool is_off(Slot slot) const noexcept { return slot < entries_.size() && entries_[slot].off; }

  // The past of a session, which is not remembered any longer.
  Past take(Slot slot) noexcept;
  // The session has ended without a need of it.
  void drop(Slot slot) noexcept;

  std::size_t sessions() const noexcept { return sessions_; } // of which there is something
  std::size_t bytes() const noexcept { return bytes_; }

private:
  // By leading zeros of the bytes: the fullest have the fewest.
  static constexpr std::size_t ranks = 64;

  // What each report needs comes first: it fits a line of the processor's cache.
  struct alignas(64) Entry
  {
    std::uint64_t used = 0; // when, by clock_
    std::size_t bytes = 0;  // as counted in bytes_; 0: not in a ring
    Slot newer = 0, older = 0;
    bool off = false;
    Past past;
    std::uint64_t linked = 0; // as used
  };

  // Sessions come and go: the memory of some that have gone serves the next ones.
  static constexpr std::size_t most_spares = 16;
  static constexpr std::size_t most_spare_bytes = 4096; // each; not counted in bytes_

  Entry& entry(Slot slot);
  void unlink(Slot slot) noexcept;
  void link(Slot slot) noexcept;

  std::size_t most_bytes_;
  std::size_t most_bytes_each_;
  std::size_t bytes_ = 0;
  std::size_t sessions_ = 0;
  std::uint64_t clock_ = 0;    // reports so far
  std::vector<Entry> entries_; // by slot
  std::vector<TextBuffer> spares_;
  std::array<Slot, ranks> idlest_{}; // of each rank; 0: none
  std::array<Slot, ranks> newest_{};
};

} // namespace jsonlog
