// SPDX-License-Identifier: ISC
//
// All live sessions, keyed by subsystem and id, bounded.
//
// A session lives in a slot: a small number, stable while the session lives and reused after it,
// so that others can keep things beside a session without owning it. Nothing expires by time:
// message bodies are not reported, so a slow upload is silent for long, and smtpd always reports
// the end of a session while it lives. When the table is full, the caller ends idlest().
// Every operation takes constant time on average.
#pragma once

#include "jsonlog/session.hpp"
#include "jsonlog/slot_index.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <optional>
#include <vector>

namespace jsonlog {

class SessionTable
{
public:
  using Slot = SlotIndex::Slot;

  // Holds at most `capacity` sessions, at least one; memory is taken as sessions come.
  explicit SessionTable(std::size_t capacity);

  // Finds a session, which becomes the most recent one.
  std::optional<Slot> find(Subsystem subsystem, std::uint64_t id);

  // REQUIRES: not full(), and no such session.
  Slot create(Subsystem subsystem, std::uint64_t id);

  // `closed`: smtpd reported its end, so that later reports of it are marked `after-close`.
  // The last 1,024 closed sessions are remembered, more or less.
  void erase(Slot slot, bool closed) noexcept;

  // Later reports of sessions that have ended are those of unknown ones again: another run.
  void forget_closed() noexcept { closed_.fill(std::nullopt); }

  Session& operator[](Slot slot) { return sessions_[slot]; }
  const Session& operator[](Slot slot) const { return sessions_[slot]; }

  bool full() const noexcept { return size() >= capacity_; }
  std::size_t size() const noexcept { return slots_.size(); }
  // The session whose last report is the longest ago, in order of arrival.
  std::optional<Slot> idlest() const noexcept;
  // When the oldest live session began; takes time for each of them.
  std::optional<std::int64_t> oldest_start_us() const noexcept;

private:
  // A ring: the anchor's neighbours are the most recent and the idlest session.
  struct Neighbours
  {
    Slot newer, older;
  };
  static constexpr Slot anchor = SlotIndex::none;

  void unlink(Slot slot) noexcept;
  void link_newest(Slot slot) noexcept;
  std::size_t capacity_;
  SlotIndex slots_;
  std::deque<Session> sessions_;
  std::vector<Neighbours> ring_;
  std::vector<Slot> free_;
  std::array<std::optional<SessionKey>, 1024> closed_;
};

} // namespace jsonlog
