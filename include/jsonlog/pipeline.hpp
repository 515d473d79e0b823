// SPDX-License-Identifier: ISC
//
// The walk: a line of a report stream in, finished lines out.
//
//   line -> Handshake
//        -> parse_report -> SessionTable -> apply -> Snapshot -> LineSink
//
// Where a selection leaves lines out, their reports are remembered as long as the session may turn
// out to be worth all its lines (PastTable); then they walk the same way again.
//
// Nothing that comes in stops it: what is no report becomes an anomaly record, and a line that
// could not be made for want of memory is counted as dropped. There is no clock: the same input
// gives the same output, live and in a replay.
#pragma once

#include "jsonlog/account.hpp"
#include "jsonlog/handshake.hpp"
#include "jsonlog/line_reader.hpp"
#include "jsonlog/line_sink.hpp"
#include "jsonlog/message_table.hpp"
#include "jsonlog/past_table.hpp"
#include "jsonlog/selection.hpp"
#include "jsonlog/session_table.hpp"
#include "jsonlog/snapshot.hpp"
#include "jsonlog/text_buffer.hpp"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string_view>
#include <vector>

namespace jsonlog {

// json: the session's snapshot. raw: the report as it came. kv: its fields as key=value. Secrets
// are hidden in all of them; raw and kv have a line for each line of input only.
enum class Format : std::uint8_t { json, raw, kv };

struct PipelineSettings
{
  LineSettings line = {};
  Format format = Format::json;
  std::size_t max_sessions = limits::max_sessions; // that are open; more: the idlest is ended
  std::size_t max_messages = limits::max_messages; // known on their way out; 0: none
  Selection selection = {};
};

class Pipeline
{
public:
  Pipeline(PipelineSettings settings, LineSink& sink, Snapshot::Way way = Snapshot::Way::cached);

  // The next line of input; all of smtpd's, the handshake included.
  void feed(const Line& line) noexcept;

  // End of input: the sessions that are open end as `session-shutdown`, the idlest first.
  void finish() noexcept;

  // Lines that the sink took, and then could not get out.
  void count_lost(std::uint64_t lines) noexcept { logger_.dropped += lines; }

  // Of this run: a handshake in mid-stream begins it anew, as it does the sequence.
  Account account() const noexcept;
  const SessionTable& sessions() const noexcept { return sessions_; }

  // What smtpd has told of itself; complete when ready().
  const Handshake& handshake() const noexcept { return handshake_; }
  const LoggerState& logger() const noexcept { return logger_; }

private:
  template <typename Make>
  void make_line(Make make) noexcept;
  void feed_handshake(std::string_view line) noexcept;
  void feed_report(const Report& report) noexcept;
  void feed_event(SessionTable::Slot slot, const Report& report);
  void distrust(SessionTable::Slot slot) noexcept;
  std::shared_ptr<const Origin> follow_message(const Session& session, const Report* report);
  void write_event(SessionTable::Slot slot, const Session& session, const Report& report,
                   Sections changed, bool in_auth_exchange);
  // --- Where not every event gets a line ---
  // What was seen of the session in a slot.
  struct Watch
  {
    Sections unwritten = all_sections; // that changed since its last line
    bool whole = false;
    bool after_close = false;
    std::uint64_t lines = 0; // made of it
    std::uint64_t forgotten = 0;
  };
  Watch& watch(SessionTable::Slot slot);
  void select_event(SessionTable::Slot slot, const Report& report, Sections changed,
                    bool in_auth_exchange, const std::shared_ptr<const Origin>& origin);
  Sections select_end(SessionTable::Slot slot, Sections changed);
  static void number_line(Session& session, Watch& watch);
  void write_past(SessionTable::Slot slot, Watch& watch) noexcept;
  void replay_past(Past& past, const Session& now, Watch& watch, std::uint64_t& left);
  void remember(SessionTable::Slot slot, const Report& report, bool written,
                const std::shared_ptr<const Origin>& origin) noexcept;
  void erase_session(SessionTable::Slot slot, bool closed) noexcept;
  void feed_malformed(std::string_view line, std::string_view error) noexcept;
  void feed_anomaly(std::string_view line, std::string_view error);
  void end_sessions(std::string_view reason) noexcept;
  void end_session(SessionTable::Slot slot, Close close, std::string_view reason) noexcept;
  void write(std::string_view line, Worth worth, bool whole);

  PipelineSettings settings_;
  Caps caps_;
  Handshake handshake_;
  bool running_ = false;     // reports have come since the last handshake
  bool run_started_ = false; // logger_.run_us is known
  SessionTable sessions_;
  MessageTable messages_;
  bool seeks_whole_;           // sessions that get every line may turn up
  std::vector<Watch> watches_; // by slot
  PastTable pasts_;
  Snapshot snapshot_;
  LoggerState logger_;
  StreamCounts counts_;
  std::int64_t newest_us_ = 0; // of the newest well-formed report
  TextBuffer plain_line_;
  LineSink& sink_;
};

} // namespace jsonlog
