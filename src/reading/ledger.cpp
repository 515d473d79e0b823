// SPDX-License-Identifier: ISC
#include "reading/ledger.hpp"

#include "jsonlog/text_buffer.hpp"

#include <algorithm>
#include <limits>
#include <utility>

namespace jsonlog {

namespace {

constexpr std::size_t holes_kept = 5;

// `records 5 to 9 of run 660be8d84a7a0`
void append_records(TextBuffer& out, std::uint64_t begin, std::uint64_t end, std::uint64_t run)
{
  if (end - begin == 1)
    out << "record " << begin;
  else
    out << "records " << begin << " to " << end - 1;
  out << " of run ";
  out.hex(run);
}

void append_session(TextBuffer& out, std::uint64_t id)
{
  TextBuffer digits;
  digits.hex(id);
  out << "session ";
  for (std::size_t i = digits.size(); i < 16; ++i)
    out << '0';
  out << digits.view();
}

} // namespace

Ledger::Ledger(LedgerRoom room, Report report)
  : room_(room)
  , report_(std::move(report))
{}

void Ledger::enter(const LoggedLine& line, LinePlace place)
{
  ++sums_.records;
  sums_.repaired_bytes += line.repaired_bytes;
  Run* const run = find_run(line);
  if (run == nullptr) {
    report_(Problem::not_followed, 1, place, "too many runs");
    return;
  }
  if (run->first_record == 0)
    run->first_record = sums_.records;
  run->last_record = sums_.records;
  run->last_place = place;
  run->ends_with_stats = line.kind == RecordKind::stats;
  if (line.kind == RecordKind::event || line.kind == RecordKind::anomaly) {
    enter_record(*run, line, place);
  } else {
    run->keeps_accounts = true;
    enter_repeated(*run, line, place);
  }
}

void Ledger::close()
{
  for (const auto& [name, host] : hosts_) {
    std::uint64_t earliest_end = std::numeric_limits<std::uint64_t>::max();
    std::uint64_t latest_begin = 0;
    const auto look_at = [&](const Run& run) {
      earliest_end = std::min(earliest_end, run.last_record);
      latest_begin = std::max(latest_begin, run.first_record);
    };
    // Two runs whose lines alternate are two filters side by side, and neither is over.
    const auto settle_one = [&](const Run& run) {
      settle(run, earliest_end<run.first_record, latest_begin> run.last_record);
    };
    if (host.nameless)
      look_at(*host.nameless);
    for (const auto& [id, run] : host.runs)
      look_at(run);
    for (const auto& [id, run] : host.runs)
      settle_one(run);
    if (host.nameless)
      settle_one(*host.nameless);
  }
}

// --- Which run ---

Ledger::Run* Ledger::find_run(const LoggedLine& line)
{
  auto host_at = hosts_.find(line.host);
  if (host_at == hosts_.end()) {
    if (hosts_.size() == room_.hosts)
      return nullptr;
    host_at = hosts_.emplace(std::string(line.host), Host{}).first;
  }
  Host& host = host_at->second;
  if (line.run == 0)
    return nameless_run(host, line);
  const auto run_at = host.runs.find(line.run);
  if (run_at != host.runs.end())
    return &run_at->second;

  const bool repeats = line.kind == RecordKind::meta || line.kind == RecordKind::stats;
  const std::uint64_t first = line.sequence + (repeats ? 1 : 0); // that may still come
  if (host.nameless && host.nameless->sequences.end() > first) {
    settle(*host.nameless, false, true); // another recording: it counts anew
    host.nameless.reset();
  }
  if (!host.nameless && new_run(host.nameless) == nullptr)
    return nullptr;
  host.nameless->id = line.run;
  Run& run = host.runs.emplace(line.run, std::move(*host.nameless)).first->second;
  host.nameless.reset();
  return &run;
}

Ledger::Run* Ledger::nameless_run(Host& host, const LoggedLine& line)
{
  const bool counts_anew =
    line.process_start || (line.kind == RecordKind::anomaly && line.sequence == 0 &&
                           host.nameless && host.nameless->sequences.end() > 0);
  if (host.nameless && counts_anew) {
    settle(*host.nameless, false, true);
    host.nameless.reset();
  }
  return host.nameless ? &*host.nameless : new_run(host.nameless);
}

Ledger::Run* Ledger::new_run(std::optional<Run>& run)
{
  if (sums_.runs == room_.runs)
    return nullptr;
  ++sums_.runs;
  return &run.emplace(room_.gaps);
}

// --- Records ---

void Ledger::enter_declared(Run& run, const LoggedLine& line)
{
  if (!run.sequences.has_begun() || line.sequence < run.sequences.begin())
    run.declared_before = line.dropped;
  run.declared = std::max(run.declared, line.dropped);
}

// A meta or stats record is not counted itself, but tells that the records up to its number were
// made.
void Ledger::enter_repeated(Run& run, const LoggedLine& line, LinePlace place)
{
  if (line.process_start && !run.sequences.has_begun())
    run.sequences.begin_at(0);
  if (!line.has_sequence)
    return;
  if (!run.sequences.has_begun()) {
    run.declared_before = line.dropped;
    run.sequences.begin_at(line.sequence + 1);
  }
  run.declared = std::max(run.declared, line.dropped);
  const std::uint64_t end = run.sequences.end();
  run.sequences.expect(line.sequence + 1);
  if (end <= line.sequence)
    note_hole(run, end, line.sequence + 1, place);
}

void Ledger::enter_record(Run& run, const LoggedLine& line, LinePlace place)
{
  enter_declared(run, line);
  const bool has_begun = run.sequences.has_begun();
  const std::uint64_t end = run.sequences.end();
  const SequenceSet::Finding finding = run.sequences.add(line.sequence);
  if (finding == SequenceSet::Finding::next && has_begun && end < line.sequence)
    note_hole(run, end, line.sequence, place);
  if (finding == SequenceSet::Finding::late)
    ++sums_.late;
  if (finding == SequenceSet::Finding::duplicate) {
    TextBuffer text;
    append_records(text, line.sequence, line.sequence + 1, run.id);
    text << " again";
    report_(Problem::duplicate, 1, place, text.view());
    return;
  }
  if (finding == SequenceSet::Finding::not_followed) {
    report_(Problem::not_followed, 1, place, "late or again, after too many gaps");
    return;
  }
  if (line.kind == RecordKind::event)
    enter_event(run, line, place, finding == SequenceSet::Finding::late);
}

// Most holes are declared by the very line behind them.
void Ledger::note_hole(Run& run, std::uint64_t begin, std::uint64_t end, LinePlace place)
{
  if (run.holes.size() < holes_kept && run.sequences.missing() > run.declared - run.declared_before)
    run.holes.push_back({place, begin, end});
}

// --- Sessions ---

void Ledger::enter_event(Run& run, const LoggedLine& line, LinePlace place, bool late)
{
  auto at = run.sessions.find(line.session);
  if (at == run.sessions.end() && late && line.number > 0) {
    run.session_missing -= std::min<std::uint64_t>(run.session_missing, 1); // its session is over
    return;
  }
  if (at == run.sessions.end()) {
    if (open_sessions_ == room_.sessions) {
      report_(Problem::not_followed, 1, place, "too many open sessions");
      return;
    }
    ++open_sessions_;
    ++sums_.sessions;
    // If the run's begin is not there, the session's need not be either.
    const std::uint64_t first = run.sequences.begin() == 0 ? 0 : line.number;
    at = run.sessions.emplace(line.session, OpenSession{first, place}).first;
  }
  OpenSession& session = at->second;
  if (line.number < session.next) {
    run.session_missing -= std::min<std::uint64_t>(run.session_missing, 1);
  } else {
    if (line.number > session.next && !run.session_hole)
      run.session_hole = place;
    run.session_missing += line.number - session.next;
    session.next = line.number + 1;
  }
  session.place = place;
  if (line.final) {
    run.sessions.erase(at);
    --open_sessions_;
  }
}

// --- The end of a run ---

// preceded: another run of the host ended before this one began, so its begin must be there.
// over: another one began after it had ended, so it must have an end.
void Ledger::settle(const Run& run, bool preceded, bool over)
{
  settle_records(run, preceded);
  if (over)
    settle_end(run);
  else
    sums_.open += run.sessions.size();
}

void Ledger::settle_records(const Run& run, bool preceded)
{
  const SequenceSet& sequences = run.sequences;
  const std::uint64_t before = preceded ? sequences.begin() : 0;
  const std::uint64_t missing = sequences.missing() + before;
  const std::uint64_t declared = run.declared - (preceded ? 0 : run.declared_before);
  sums_.declared += std::min(declared, missing);
  TextBuffer text;
  if (missing > declared) {
    std::uint64_t undeclared = missing - declared;
    const auto tell = [&](std::uint64_t begin, std::uint64_t end,
                          const std::optional<LinePlace>& place) {
      text.clear();
      append_records(text, begin, end, run.id);
      text << std::string_view(place ? " missing before this line" : " missing");
      const std::uint64_t count = std::min(end - begin, undeclared);
      report_(Problem::lost, count, place, text.view());
      undeclared -= count;
    };
    if (before > run.declared_before)
      tell(0, before, std::nullopt);
    for (const Hole& hole : run.holes)
      tell(hole.begin, hole.end, hole.place);
    if (undeclared > 0)
      report_(Problem::lost, undeclared, std::nullopt, "and more of the same run");
  } else if (declared > missing && sequences.begin() == 0) {
    text << declared - missing << " of the records that run ";
    text.hex(run.id);
    text << " declares lost are there";
    report_(Problem::surplus, declared - missing, run.last_place, text.view());
  }
  if (run.session_missing > missing) {
    text.clear();
    text << "lines of sessions missing, first before this line";
    report_(Problem::session_gap, run.session_missing - missing, run.session_hole, text.view());
  }
}

void Ledger::settle_end(const Run& run)
{
  TextBuffer text;
  // The end of a session may be among the records that are missing anyhow.
  std::uint64_t excused = run.sequences.missing();
  for (const auto& [key, session] : run.sessions) {
    if (excused > 0) {
      --excused;
      continue;
    }
    text.clear();
    append_session(text, key.id);
    text << " has no end; this is its last line";
    report_(Problem::unended, 1, session.place, text.view());
  }
  if (run.keeps_accounts && !run.ends_with_stats) {
    text.clear();
    text << "run ";
    text.hex(run.id);
    text << " ends here, without its account";
    report_(Problem::unaccounted, 1, run.last_place, text.view());
  }
}

} // namespace jsonlog
