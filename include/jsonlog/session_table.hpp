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

#include <array>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <optional>
#include <unordered_map>
#include <vector>

namespace jsonlog {

class SessionTable
{
public:
  using Slot = std::uint32_t;

  // Holds at most `capacity` sessions, at least one; memory is taken as sessions come.
  explicit SessionTable(std::size_t capacity);

  // Finds a session, which becomes the most recent one.
  std::optional<Slot> find(Subsystem subsystem, std::uint64_t id);

  // REQUIRES: not full(), and no such session.
  Slot create(Subsystem subsystem, std::uint64_t id);

  // `closed`: smtpd reported its end, so that later reports of it are marked `after-close`.
  // The last 1,024 closed sessions are remembered, more or less.
  void erase(Slot slot, bool closed) noexcept;

  Session& operator[](Slot slot) { return sessions_[slot]; }
  const Session& operator[](Slot slot) const { return sessions_[slot]; }

  bool full() const noexcept { return size() >= capacity_; }
  std::size_t size() const noexcept { return slots_.size(); }
  // The session whose last report is the longest ago, in order of arrival.
  std::optional<Slot> idlest() const noexcept;

private:
  struct Key
  {
    std::uint64_t id;
    Subsystem subsystem;
    bool operator==(const Key&) const = default;
  };
  struct Hash
  {
    std::size_t operator()(const Key& key) const noexcept;
  };
  // A ring: the anchor's neighbours are the most recent and the idlest session.
  struct Neighbours
  {
    Slot newer, older;
  };
  static constexpr Slot anchor = 0;

  void unlink(Slot slot) noexcept;
  void link_newest(Slot slot) noexcept;
  static Key key_of(const Session& session) noexcept { return {session.id, session.subsystem}; }

  std::size_t capacity_;
  std::unordered_map<Key, Slot, Hash> slots_;
  std::deque<Session> sessions_;
  std::vector<Neighbours> ring_;
  std::vector<Slot> free_;
  std::array<std::optional<Key>, 1024> closed_;
};

} // namespace jsonlog
