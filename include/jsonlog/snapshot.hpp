// SPDX-License-Identifier: ISC
//
// A session, and what just happened to it, as one JSON line.
//
// The state of a session fills 2 KB of JSON and one report changes little of it. So the text of
// each part is kept, and a part is written again only when a report changed what it is made of: a
// line is put together from what stayed the same and what is new. The parts of one session stand
// in one buffer, in the order of the line.
//
// The plain way, a whole document by RapidJSON for every line (Way::from_nothing), gives the same
// bytes for five times the work; tests hold the two equal. It also writes what is seldom: the lines
// over budget and the records of malformed lines.
//
// A line that is longer than LineSettings::max_line is put together again without its lists; if
// that is not enough, anew with every text cut short. opensmtpd.truncated names what is missing.
#pragma once

#include "jsonlog/handshake.hpp"
#include "jsonlog/line_settings.hpp"
#include "jsonlog/report.hpp"
#include "jsonlog/session.hpp"
#include "jsonlog/session_table.hpp"

#include <cstdint>
#include <memory>
#include <string_view>

namespace jsonlog {

// The caps that a session needs for what the detail shows.
Caps caps_for(Detail detail) noexcept;

class Snapshot
{
public:
  enum class Way : std::uint8_t { cached, from_nothing };

  explicit Snapshot(LineSettings settings, Way way = Way::cached);
  ~Snapshot();
  Snapshot(const Snapshot&) = delete;
  Snapshot& operator=(const Snapshot&) = delete;

  // A new run: the observer.
  void set_observer(const Handshake& handshake);

  // The line (with its LF) of a report that was just applied to the session in the slot, and of a
  // synthetic end: `report` is null then. `changed` is what apply() or finish() returned.
  // The view is valid until the next call.
  std::string_view event(SessionTable::Slot slot, const Session& session, const Report* report,
                         Sections changed, const LoggerState& logger);

  // What is known of the session in the slot may be wrong: its next line writes all of it.
  void forget(SessionTable::Slot slot) noexcept;

  // The line of input that belongs to no session. `time_us` is that of the newest report before.
  std::string_view anomaly(std::string_view line, std::string_view error, std::int64_t time_us,
                           const LoggerState& logger);

  // The last line names something in opensmtpd.truncated.
  bool truncated() const noexcept;

private:
  class Writer;
  std::unique_ptr<Writer> writer_;
};

} // namespace jsonlog
