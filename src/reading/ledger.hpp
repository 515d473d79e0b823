// SPDX-License-Identifier: ISC
//
// The account of a log: every record of every run is there once, or declared lost; every session
// goes without a gap and has an end. Pure: lines in, problems and sums out.
//
// Records are told apart by host.name, logger.run and logger.sequence. The order of lines matters
// little: one that comes late fills its gap. Memory is bounded whatever the lines say; what there
// is no room for is reported as not followed.
#pragma once

#include "reading/logged_line.hpp"
#include "reading/sequence_set.hpp"

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace jsonlog {

struct LinePlace
{
  std::size_t file = 0; // as the caller numbers them
  std::uint64_t line = 0;
};

enum class Problem : std::uint8_t {
  invalid,      // no JSON, no UTF-8, or not a line of this program
  torn,         // a file ends within a line
  duplicate,    // a record that was there already
  lost,         // records that are not there and were not declared lost
  surplus,      // records that were declared lost and are there
  session_gap,  // events of sessions that are not there, more than records of the run
  unended,      // sessions without an end in a run that is over
  unaccounted,  // a run that is over without its closing stats record
  not_followed, // no room
};

struct Sums
{
  std::uint64_t records = 0;
  std::uint64_t runs = 0;
  std::uint64_t sessions = 0;
  std::uint64_t open = 0;           // sessions that may go on after the last line
  std::uint64_t declared = 0;       // records that are not there, and declared lost
  std::uint64_t late = 0;           // records that stand behind a later one
  std::uint64_t repaired_bytes = 0; // of torn lines that a start has cut off
};

struct LedgerRoom
{
  std::size_t hosts = 4096;
  std::size_t runs = 65536;
  std::size_t sessions = 262144; // open at a time
  std::size_t gaps = 262144;     // remembered, to tell a late line from a duplicate
};

class Ledger
{
public:
  // `count` things of a kind; the text says which, in numbers and ids only.
  using Report = std::function<void(Problem problem, std::uint64_t count,
                                    const std::optional<LinePlace>& place, std::string_view text)>;

  Ledger(LedgerRoom room, Report report);

  void enter(const LoggedLine& line, LinePlace place);
  // After the last line: settles every run. Nothing is entered any more.
  void close();

  const Sums& sums() const noexcept { return sums_; }

private:
  struct Hole
  {
    LinePlace place; // of the line behind it
    std::uint64_t begin = 0;
    std::uint64_t end = 0;
  };
  struct OpenSession
  {
    std::uint64_t next = 0; // number of its next line
    LinePlace place;        // of its last line
  };
  struct Run
  {
    explicit Run(std::size_t& gap_room)
      : sequences(gap_room)
    {}

    std::uint64_t id = 0;
    SequenceSet sequences;
    std::uint64_t declared_before = 0; // logger.dropped where the sequences begin
    std::uint64_t declared = 0;        // the highest
    std::vector<Hole> holes;           // the first few that no line had declared
    std::map<LoggedSession, OpenSession> sessions;
    std::uint64_t session_missing = 0;
    std::optional<LinePlace> session_hole; // the first
    std::uint64_t first_record = 0;        // of all records that were entered
    std::uint64_t last_record = 0;
    LinePlace last_place;
    bool keeps_accounts = false; // has stats or meta records; a replay has none
    bool ends_with_stats = false;
  };
  struct Host
  {
    std::optional<Run> nameless; // before its first report a run is 0
    std::map<std::uint64_t, Run> runs;
  };

  Run* find_run(const LoggedLine& line);
  Run* nameless_run(Host& host, const LoggedLine& line);
  Run* new_run(std::optional<Run>& run);
  void enter_declared(Run& run, const LoggedLine& line);
  void enter_repeated(Run& run, const LoggedLine& line, LinePlace place);
  void enter_record(Run& run, const LoggedLine& line, LinePlace place);
  void enter_event(Run& run, const LoggedLine& line, LinePlace place, bool late);
  void note_hole(Run& run, std::uint64_t begin, std::uint64_t end, LinePlace place);
  void settle(const Run& run, bool preceded, bool over);
  void settle_records(const Run& run, bool preceded);
  void settle_end(const Run& run);

  LedgerRoom room_;
  Report report_;
  Sums sums_;
  std::map<std::string, Host, std::less<>> hosts_;
  std::size_t open_sessions_ = 0;
};

} // namespace jsonlog
