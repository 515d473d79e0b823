// SPDX-License-Identifier: ISC
//
// The reports of a session that are remembered: 35 bytes each, where their lines had 2,000. Applied
// again to the session as it was before them, they give the lines that were not written then.
#pragma once

#include "jsonlog/origin.hpp"
#include "jsonlog/packed_report.hpp"
#include "jsonlog/session.hpp"
#include "jsonlog/text_buffer.hpp"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string_view>
#include <utility>
#include <vector>

namespace jsonlog {

class Past
{
public:
  // The next report. `written`: its line is out. `origin` is what tell_origin() was given
  // then. True: bytes() may have grown. May throw std::bad_alloc; nothing is remembered of it then.
  bool add(const Report& report, bool written, const std::shared_ptr<const Origin>& origin);

  // Asks the processor for the memory that add() will write to.
  void fetch() const noexcept
  {
    constexpr std::uintptr_t cache_line = 64;
    const std::string_view reports = reports_.view();
    // As a number, because what is fetched may lie behind the buffer, which harms nobody.
    const auto end = reinterpret_cast<std::uintptr_t>(reports.data() + reports.size());
    __builtin_prefetch(reinterpret_cast<const void*>(end), 1);
    __builtin_prefetch(reinterpret_cast<const void*>(end + cache_line), 1);
  }

  // Begins anew behind the reports so far, which `session` has seen. May throw std::bad_alloc;
  // then nothing changed.
  void begin_at(const Session& session);

  // Memory that holds no past any longer, and what takes it over for its reports: an empty one.
  TextBuffer take_memory() noexcept { return std::exchange(reports_, {}); }
  void use_memory(TextBuffer memory) noexcept
  {
    reports_ = std::move(memory);
    reports_.clear();
  }

  // Reports whose lines were not written.
  std::uint64_t unwritten() const noexcept { return unwritten_; }
  bool empty() const noexcept { return reports_.size() == 0; }
  // Of memory, about.
  std::size_t bytes() const noexcept
  {
    return start_bytes_ + reports_.capacity() + origins_.capacity() * sizeof(origins_.front());
  }

  // Null: a session of which nothing was seen.
  std::unique_ptr<Session> take_start() noexcept { return std::move(start_); }

  // Calls visit(line, written, origin) for each report of the session, in order.
  template <typename Visit>
  void for_each(Subsystem subsystem, std::uint64_t session, Visit visit) const
  {
    auto origin = origins_.begin();
    TextBuffer line;
    for (std::string_view rest = reports_.view(); !rest.empty();) {
      const auto mark = static_cast<unsigned char>(rest.front());
      line.clear();
      rest.remove_prefix(1);
      rest.remove_prefix(PackedReport::unpack(rest, subsystem, session, line));
      visit(line.view(), (mark & written_mark) != 0,
            (mark & origin_mark) != 0 ? *origin++ : nullptr);
    }
  }

private:
  // Before each packed report in reports_.
  static constexpr unsigned written_mark = 1, origin_mark = 2;

  TextBuffer reports_;
  std::uint64_t unwritten_ = 0;
  // These change seldom.
  std::vector<std::shared_ptr<const Origin>> origins_;
  std::unique_ptr<Session> start_;
  std::size_t start_bytes_ = 0;
};

} // namespace jsonlog
