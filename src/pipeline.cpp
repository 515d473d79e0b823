// SPDX-License-Identifier: ISC
#include "jsonlog/pipeline.hpp"

#include "line/plain_text.hpp"
#include "line/worth.hpp"

#include <utility>

namespace jsonlog {

Pipeline::Pipeline(PipelineSettings settings, LineSink& sink, Snapshot::Way way)
  : settings_(std::move(settings))
  , caps_(caps_for(settings_.line.detail))
  , sessions_(settings_.max_sessions)
  , messages_(settings_.max_messages)
  , seeks_whole_(settings_.selection.whole.any())
  , pasts_(settings_.selection.hold_bytes)
  , snapshot_(settings_.line, way)
  , sink_(sink)
{}

// Out of memory, or a failed check in a library: the line is lost and counted, the process goes on.
template <typename Make>
void Pipeline::make_line(Make make) noexcept
{
  const std::uint64_t sequence = logger_.sequence;
  try {
    make();
  } catch (...) {
    if (logger_.sequence == sequence) {
      ++logger_.sequence;
      ++logger_.dropped;
    }
  }
}

void Pipeline::feed(const Line& line) noexcept
{
  const bool in_handshake = !running_ && !handshake_.ready();
  if (in_handshake ? line.text.starts_with("config|") : Handshake::is_line(line.text)) {
    feed_handshake(line.text);
    return;
  }
  Report report;
  const std::string_view error = line.oversized ? "line too long" : parse_report(line.text, report);
  if (error.empty())
    feed_report(report);
  else
    feed_malformed(line.text, error);
}

Account Pipeline::account() const noexcept
{
  return {handshake_,
          logger_,
          counts_,
          sessions_.size(),
          sessions_.oldest_start_us(),
          messages_.size(),
          pasts_.sessions(),
          pasts_.bytes()};
}

void Pipeline::finish() noexcept
{
  end_sessions("end of input");
}

void Pipeline::end_sessions(std::string_view reason) noexcept
{
  while (const auto slot = sessions_.idlest())
    end_session(*slot, Close::shutdown, reason);
}

// A handshake in mid-stream is the beginning of another recording: another run, with its own
// count.
void Pipeline::feed_handshake(std::string_view line) noexcept
{
  if (running_ || handshake_.ready()) {
    end_sessions("new run");
    sessions_.forget_closed();
    messages_.clear();
    handshake_ = {};
    logger_ = {};
    counts_ = {};
    newest_us_ = 0;
    running_ = run_started_ = false;
  }
  try {
    handshake_.feed(line);
    snapshot_.set_observer(handshake_);
  } catch (...) { // out of memory: observer.* stays as it was
  }
}

void Pipeline::feed_report(const Report& report) noexcept
{
  // Anomaly records before this one have run 0; the sequence goes on.
  if (!std::exchange(run_started_, true))
    logger_.run_us = report.time_us;
  running_ = true;
  newest_us_ = report.time_us;
  ++counts_.events[report.event.index()];
  auto slot = sessions_.find(report.subsystem, report.session);
  if (slot && seeks_whole_)
    pasts_.fetch_entry(*slot);
  if (!slot && sessions_.full())
    end_session(*sessions_.idlest(), Close::evicted, "too many sessions");
  make_line([&] {
    if (!slot) {
      slot = sessions_.create(report.subsystem, report.session);
      ++counts_.sessions;
    }
    feed_event(*slot, report);
  });
  if (slot && sessions_[*slot].final())
    erase_session(*slot, true);
}

void Pipeline::feed_event(SessionTable::Slot slot, const Report& report)
{
  try {
    Session& session = sessions_[slot];
    const bool in_auth_exchange = session.progress.in_auth_exchange;
    if (seeks_whole_)
      pasts_.fetch_past(slot);
    Sections changed = apply(session, report, caps_);
    const auto origin = follow_message(session, &report);
    changed |= tell_origin(session, &report, origin, caps_);
    if (settings_.selection.lines == LineChoice::all)
      write_event(slot, session, report, changed, in_auth_exchange);
    else
      select_event(slot, report, changed, in_auth_exchange, origin);
  } catch (...) {
    distrust(slot);
    throw;
  }
}

// Nobody knows which sections had changed when memory ran out: the next line writes all of them.
void Pipeline::distrust(SessionTable::Slot slot) noexcept
{
  snapshot_.forget(slot);
  if (slot < watches_.size())
    watches_[slot].unwritten = all_sections;
}

// `in_auth_exchange`: before the report.
void Pipeline::write_event(SessionTable::Slot slot, const Session& session, const Report& report,
                           Sections changed, bool in_auth_exchange)
{
  if (settings_.format == Format::json) {
    const std::string_view line = snapshot_.event(slot, session, &report, changed, logger_);
    write(line, worth_of(session, report), !snapshot_.truncated());
    return;
  }
  plain_line_.clear();
  const bool whole = settings_.format == Format::raw
                       ? append_raw(plain_line_, report, in_auth_exchange, settings_.line.max_line)
                       : append_kv(plain_line_, report, in_auth_exchange, settings_.line.max_line);
  write(plain_line_.view(), worth_of(session, report), whole);
}

// The origin of a message that goes out, when it is first known. Of an end without a report,
// `report` is null.
std::shared_ptr<const Origin> Pipeline::follow_message(const Session& session, const Report* report)
{
  if (!session.tx)
    return nullptr;
  if (session.subsystem == Subsystem::smtp_out)
    return session.tx->origin == nullptr ? messages_.find(session.tx->id) : nullptr;
  if (report != nullptr && std::holds_alternative<TxCommit>(report->event))
    messages_.add(session.tx->id, origin_of(session));
  return nullptr;
}

void Pipeline::feed_malformed(std::string_view line, std::string_view error) noexcept
{
  ++counts_.malformed;
  if (!selects(settings_.selection.lines, Worth::counted)) {
    ++counts_.unselected;
    return;
  }
  make_line([&] { feed_anomaly(line, error); });
}

void Pipeline::feed_anomaly(std::string_view line, std::string_view error)
{
  if (settings_.format == Format::json) {
    const std::string_view record = snapshot_.anomaly(line, error, newest_us_, logger_);
    write(record, Worth::counted, !snapshot_.truncated());
    return;
  }
  plain_line_.clear();
  const bool whole = settings_.format == Format::raw
                       ? append_raw(plain_line_, line, settings_.line.max_line)
                       : append_kv(plain_line_, line, error, newest_us_, settings_.line.max_line);
  write(plain_line_.view(), Worth::counted, whole);
}

void Pipeline::end_session(SessionTable::Slot slot, Close close, std::string_view reason) noexcept
{
  make_line([&] {
    Session& session = sessions_[slot];
    Sections changed = jsonlog::finish(session, close, reason, newest_us_, caps_);
    changed |= tell_origin(session, nullptr, follow_message(session, nullptr), caps_);
    if (settings_.selection.lines != LineChoice::all)
      changed = select_end(slot, changed);
    if (settings_.format != Format::json)
      return;
    const std::string_view line = snapshot_.event(slot, session, nullptr, changed, logger_);
    write(line, Worth::session_end, !snapshot_.truncated());
  });
  erase_session(slot, false);
}

void Pipeline::write(std::string_view line, Worth worth, bool whole)
{
  if (!whole)
    ++counts_.truncated;
  const bool out = sink_.write(line, worth);
  ++logger_.sequence;
  if (!out)
    ++logger_.dropped;
}

} // namespace jsonlog
