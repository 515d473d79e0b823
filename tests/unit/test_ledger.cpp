// SPDX-License-Identifier: ISC
#include "reading/ledger.hpp"

#include <initializer_list>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include <doctest/doctest.h>

using namespace jsonlog;

namespace {

// A ledger and what it reported.
class Account
{
public:
  explicit Account(LedgerRoom room = {})
    : ledger_(room, [this](Problem problem, std::uint64_t count, const std::optional<LinePlace>&,
                           std::string_view text) {
      counts_[problem] += count;
      texts.emplace_back(text);
    })
  {}

  Account& enter(const LoggedLine& line)
  {
    ledger_.enter(line, {0, ++line_});
    return *this;
  }
  Account& close()
  {
    ledger_.close();
    return *this;
  }
  std::uint64_t count(Problem problem) { return counts_[problem]; }
  // Closed, there is nothing but this.
  bool only(Problem problem, std::uint64_t count)
  {
    close();
    return counts_ == std::map<Problem, std::uint64_t>{{problem, count}};
  }
  bool good()
  {
    close();
    return counts_.empty();
  }
  const Sums& sums() const { return ledger_.sums(); }

  std::vector<std::string> texts;

private:
  std::uint64_t line_ = 0;
  std::map<Problem, std::uint64_t> counts_;
  Ledger ledger_;
};

constexpr std::uint64_t run_a = 1000;
constexpr std::uint64_t run_b = 2000;

LoggedLine anomaly(std::uint64_t run, std::uint64_t sequence, std::uint64_t dropped = 0)
{
  LoggedLine line;
  line.kind = RecordKind::anomaly;
  line.run = run;
  line.has_sequence = true;
  line.sequence = sequence;
  line.dropped = dropped;
  return line;
}

LoggedLine event(std::uint64_t run, std::uint64_t sequence, std::uint64_t session,
                 std::uint64_t event_sequence, bool final = false, std::uint64_t dropped = 0)
{
  LoggedLine line = anomaly(run, sequence, dropped);
  line.kind = RecordKind::event;
  line.session = {session, 1, false};
  line.event_sequence = line.number = event_sequence;
  line.final = final;
  return line;
}

LoggedLine repeating(RecordKind kind, std::uint64_t run, std::uint64_t sequence,
                     std::uint64_t dropped = 0)
{
  LoggedLine line = anomaly(run, sequence, dropped);
  line.kind = kind;
  return line;
}

LoggedLine logger_start()
{
  LoggedLine line;
  line.kind = RecordKind::meta;
  line.process_start = true;
  return line;
}

LoggedLine of_host(LoggedLine line, std::string_view host)
{
  line.host = host;
  return line;
}

void enter_anomalies(Account& account, std::uint64_t run, std::uint64_t begin, std::uint64_t end)
{
  for (std::uint64_t sequence = begin; sequence < end; ++sequence)
    account.enter(anomaly(run, sequence));
}

} // namespace

TEST_SUITE("ledger")
{
  TEST_CASE("nothing is good")
  {
    CHECK(Account().good());
  }

  TEST_CASE("records in order are good, and so are those that stand out of order")
  {
    Account in_order;
    enter_anomalies(in_order, run_a, 0, 5);
    CHECK(in_order.good());
    CHECK(in_order.sums().late == 0);

    Account mixed;
    for (const std::uint64_t sequence : {2U, 0U, 4U, 1U, 3U})
      mixed.enter(anomaly(run_a, sequence));
    CHECK(mixed.good());
    CHECK(mixed.sums().late == 3);
  }

  TEST_CASE("a record that is missing is lost, and said where")
  {
    Account account;
    enter_anomalies(account, 0x660be8d84a7a0, 0, 5);
    enter_anomalies(account, 0x660be8d84a7a0, 8, 10);
    CHECK(account.only(Problem::lost, 3));
    CHECK(account.texts ==
          std::vector<std::string>{"records 5 to 7 of run 660be8d84a7a0 missing before this line"});
  }

  TEST_CASE("many holes are all counted")
  {
    Account account;
    for (std::uint64_t sequence = 0; sequence < 200; sequence += 2)
      account.enter(anomaly(run_a, sequence));
    CHECK(account.only(Problem::lost, 99));
    CHECK(account.texts.size() < 10);
  }

  TEST_CASE("a declared loss is no problem, also when it is declared later")
  {
    Account at_once;
    at_once.enter(anomaly(run_a, 0)).enter(anomaly(run_a, 4, 3)).enter(anomaly(run_a, 5, 3));
    CHECK(at_once.good());
    CHECK(at_once.sums().declared == 3);

    Account later;
    later.enter(anomaly(run_a, 0)).enter(anomaly(run_a, 4)).enter(anomaly(run_a, 5, 3));
    CHECK(later.good());

    Account in_stats;
    in_stats.enter(anomaly(run_a, 0)).enter(repeating(RecordKind::stats, run_a, 3, 3));
    CHECK(in_stats.good());
    CHECK(in_stats.sums().declared == 3);
  }

  TEST_CASE("what is missing beyond the declaration is lost")
  {
    Account account;
    account.enter(anomaly(run_a, 0)).enter(anomaly(run_a, 4, 1));
    CHECK(account.only(Problem::lost, 2));
    CHECK(account.sums().declared == 1);
  }

  TEST_CASE("records after the last line are missed if a stats or meta record tells of them")
  {
    for (const RecordKind kind : {RecordKind::stats, RecordKind::meta}) {
      Account account;
      account.enter(anomaly(run_a, 0)).enter(repeating(kind, run_a, 2));
      CHECK(account.only(Problem::lost, 2));
    }
  }

  TEST_CASE("a record that is declared lost and is there is a wrong account")
  {
    Account account;
    account.enter(anomaly(run_a, 0)).enter(anomaly(run_a, 1)).enter(anomaly(run_a, 2, 2));
    CHECK(account.only(Problem::surplus, 2));
  }

  TEST_CASE("a record that is there twice is a duplicate and counts for nothing else")
  {
    Account account;
    account.enter(event(run_a, 0, 7, 0)).enter(event(run_a, 1, 7, 1));
    account.enter(event(run_a, 1, 7, 1)).enter(event(run_a, 2, 7, 2, true));
    CHECK(account.only(Problem::duplicate, 1));
    CHECK(account.sums().sessions == 1);
  }

  TEST_CASE("files may begin in the middle of a run")
  {
    Account account;
    account.enter(event(run_a, 500, 7, 20, false, 9)).enter(event(run_a, 501, 7, 21, true, 9));
    CHECK(account.good());
    CHECK(account.sums().declared == 0);

    Account with_meta;
    with_meta.enter(repeating(RecordKind::meta, run_a, 499, 9)).enter(anomaly(run_a, 500, 9));
    CHECK(with_meta.good());
  }

  TEST_CASE("records between the first meta record and the next line are missed")
  {
    Account account;
    account.enter(repeating(RecordKind::meta, run_a, 499)).enter(anomaly(run_a, 502));
    CHECK(account.only(Problem::lost, 2));
  }

  TEST_CASE("a run that comes after another must have its begin")
  {
    Account account;
    enter_anomalies(account, run_a, 0, 3);
    enter_anomalies(account, run_b, 4, 6);
    CHECK(account.only(Problem::lost, 4));
  }

  TEST_CASE("after the start of a process all records are missed from the first")
  {
    Account account;
    account.enter(logger_start());
    enter_anomalies(account, run_a, 1, 5);
    CHECK(account.only(Problem::lost, 1));

    Account none;
    none.enter(logger_start()).enter(repeating(RecordKind::stats, run_a, 0));
    CHECK(none.only(Problem::lost, 1));
  }

  TEST_CASE("a run has no name before its first report, and keeps its count")
  {
    Account account;
    account.enter(logger_start());
    enter_anomalies(account, 0, 0, 3);
    enter_anomalies(account, run_a, 3, 5);
    CHECK(account.good());
    CHECK(account.sums().runs == 1);

    Account lost;
    enter_anomalies(lost, 0, 0, 3);
    enter_anomalies(lost, run_a, 4, 5);
    CHECK(lost.only(Problem::lost, 1));
  }

  TEST_CASE("nameless runs that count anew are several")
  {
    Account account;
    enter_anomalies(account, 0, 0, 3);
    enter_anomalies(account, 0, 0, 2);
    enter_anomalies(account, run_a, 0, 2);
    CHECK(account.good());
    CHECK(account.sums().runs == 3);
  }

  TEST_CASE("each host and each run has its own count")
  {
    Account account;
    for (std::uint64_t sequence = 0; sequence < 3; ++sequence)
      for (const std::string_view host : {"", "mx1", "mx2"})
        account.enter(of_host(anomaly(run_a, sequence), host));
    enter_anomalies(account, run_b, 0, 3);
    CHECK(account.good());
    CHECK(account.sums().runs == 4);
  }

  TEST_CASE("events of a session are missed only beyond the records that are missing")
  {
    Account gap;
    gap.enter(event(run_a, 0, 7, 0)).enter(event(run_a, 1, 7, 3, true));
    CHECK(gap.only(Problem::session_gap, 2));

    Account begin;
    begin.enter(event(run_a, 0, 7, 2)).enter(event(run_a, 1, 7, 3, true));
    CHECK(begin.only(Problem::session_gap, 2));

    Account declared;
    declared.enter(event(run_a, 0, 7, 0)).enter(event(run_a, 3, 7, 3, true, 2));
    CHECK(declared.good());
  }

  TEST_CASE("a session's lines may stand out of order")
  {
    Account account;
    account.enter(event(run_a, 0, 7, 0)).enter(event(run_a, 3, 7, 3, true));
    account.enter(event(run_a, 1, 7, 1)).enter(event(run_a, 2, 7, 2));
    CHECK(account.good());
    CHECK(account.sums().sessions == 1);
    CHECK(account.sums().open == 0);
  }

  TEST_CASE("one id in both directions, or with two starts, is two sessions")
  {
    Account account;
    LoggedLine outbound = event(run_a, 1, 7, 0);
    outbound.session.outbound = true;
    LoggedLine again = event(run_a, 2, 7, 0);
    again.session.start_us = 2;
    account.enter(event(run_a, 0, 7, 0)).enter(outbound).enter(again);
    CHECK(account.good());
    CHECK(account.sums().sessions == 3);
    CHECK(account.sums().open == 3);
  }

  TEST_CASE("a session may be open in a run that goes on, and not in one that is over")
  {
    Account open;
    open.enter(event(run_a, 0, 7, 0));
    CHECK(open.good());
    CHECK(open.sums().open == 1);

    Account over;
    over.enter(event(run_a, 0, 7, 0)).enter(anomaly(run_b, 0));
    CHECK(over.only(Problem::unended, 1));
    CHECK(over.texts ==
          std::vector<std::string>{"session 0000000000000007 has no end; this is its last line"});

    Account declared; // the end may be what was lost
    declared.enter(event(run_a, 0, 7, 0)).enter(anomaly(run_a, 2, 1)).enter(anomaly(run_b, 0));
    CHECK(declared.good());
  }

  TEST_CASE("two runs whose lines alternate are two filters, and neither is over")
  {
    Account account;
    account.enter(event(run_a, 0, 7, 0)).enter(event(run_b, 0, 8, 0));
    account.enter(event(run_a, 1, 7, 1)).enter(event(run_b, 1, 8, 1));
    CHECK(account.good());
    CHECK(account.sums().open == 2);
  }

  TEST_CASE("a process that writes accounts must end with one, once another has begun")
  {
    Account killed;
    killed.enter(logger_start()).enter(anomaly(run_a, 0));
    killed.enter(logger_start()).enter(anomaly(run_b, 0));
    CHECK(killed.only(Problem::unaccounted, 1));

    Account ended;
    ended.enter(logger_start()).enter(anomaly(run_a, 0));
    ended.enter(repeating(RecordKind::stats, run_a, 0));
    ended.enter(logger_start()).enter(anomaly(run_b, 0));
    CHECK(ended.good());

    Account without_reports;
    LoggedLine stats = logger_start();
    stats.kind = RecordKind::stats;
    stats.process_start = false;
    without_reports.enter(logger_start()).enter(stats);
    without_reports.enter(logger_start()).enter(anomaly(run_b, 0));
    CHECK(without_reports.good());
  }

  TEST_CASE("bytes of torn lines that were cut off are summed up")
  {
    Account account;
    LoggedLine start = logger_start();
    start.repaired_bytes = 40;
    account.enter(start);
    CHECK(account.good());
    CHECK(account.sums().repaired_bytes == 40);
  }

  TEST_CASE("what there is no room for is not followed, and said")
  {
    Account sessions({.sessions = 2});
    for (std::uint64_t i = 0; i < 4; ++i)
      sessions.enter(event(run_a, i, i, 0));
    CHECK(sessions.only(Problem::not_followed, 2));
    CHECK(sessions.sums().open == 2);

    Account runs({.runs = 2});
    for (std::uint64_t run = 1; run < 5; ++run)
      runs.enter(anomaly(run, 0));
    CHECK(runs.only(Problem::not_followed, 2));

    Account hosts({.hosts = 1});
    hosts.enter(anomaly(run_a, 0)).enter(of_host(anomaly(run_a, 0), "mx1"));
    CHECK(hosts.only(Problem::not_followed, 1));

    Account gaps({.gaps = 1});
    gaps.enter(anomaly(run_a, 0)).enter(anomaly(run_a, 2)).enter(anomaly(run_a, 4));
    gaps.enter(anomaly(run_a, 1));
    gaps.close();
    CHECK(gaps.count(Problem::not_followed) == 1);
    CHECK(gaps.count(Problem::lost) == 2);
  }

  TEST_CASE("room is given back when a session ends")
  {
    Account account({.sessions = 1});
    for (std::uint64_t i = 0; i < 10; ++i) {
      account.enter(event(run_a, 2 * i, i, 0));
      account.enter(event(run_a, 2 * i + 1, i, 1, true));
    }
    CHECK(account.good());
    CHECK(account.sums().sessions == 10);
  }
}
