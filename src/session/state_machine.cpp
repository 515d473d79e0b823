// SPDX-License-Identifier: ISC
//
// The names and the table of the session's state machine.
#include "jsonlog/session.hpp"

namespace jsonlog {

namespace {

using Row = std::array<Transition, phases>;

constexpr Row all_to(Phase next)
{
  return {{{next, {}},
           {next, {}},
           {next, {}},
           {next, {}},
           {next, {}},
           {next, {}},
           {next, {}},
           {next, {}}}};
}

constexpr Row stay()
{
  return {{{Phase::connect, {}},
           {Phase::greeting, {}},
           {Phase::helo, {}},
           {Phase::mail, {}},
           {Phase::rcpt, {}},
           {Phase::data, {}},
           {Phase::quit, {}},
           {Phase::closed, {}}}};
}

// `row` but for the phases from `first` to `last`, which go to `next`.
constexpr Row with(Row row, Phase first, Phase last, Phase next)
{
  for (auto i = static_cast<std::size_t>(first); i <= static_cast<std::size_t>(last); ++i)
    row[i].next = next;
  return row;
}

constexpr Row raising(Row row, Phase first, Phase last, Anomaly anomaly)
{
  for (auto i = static_cast<std::size_t>(first); i <= static_cast<std::size_t>(last); ++i)
    row[i].anomaly = anomaly;
  return row;
}

// Phases stand in the order of a session, so a range of them reads like one.
constexpr std::array<Row, steps> table = {
  /* link-connect */ all_to(Phase::connect),
  /* link-greeting */ with(stay(), Phase::connect, Phase::connect, Phase::greeting),
  /* STARTTLS */ with(stay(), Phase::greeting, Phase::helo, Phase::greeting),
  /* link-identify */ with(stay(), Phase::connect, Phase::greeting, Phase::helo),
  /* MAIL */
  raising(raising(stay(), Phase::connect, Phase::connect, Anomaly::command_before_greeting),
          Phase::mail, Phase::data, Anomaly::nested_mail),
  /* QUIT */
  raising(with(stay(), Phase::connect, Phase::data, Phase::quit), Phase::connect, Phase::connect,
          Anomaly::command_before_greeting),
  /* another command */
  raising(stay(), Phase::connect, Phase::connect, Anomaly::command_before_greeting),
  /* tx-begin */ with(stay(), Phase::connect, Phase::data, Phase::mail),
  /* tx-mail ok */ with(stay(), Phase::connect, Phase::data, Phase::mail),
  /* tx-rcpt ok */ with(stay(), Phase::connect, Phase::data, Phase::rcpt),
  /* tx-data ok */ with(stay(), Phase::connect, Phase::data, Phase::data),
  /* end of a transaction */ with(stay(), Phase::mail, Phase::data, Phase::helo),
  /* link-disconnect */ all_to(Phase::closed),
};

} // namespace

Transition transition(Step step, Phase phase) noexcept
{
  return table[static_cast<std::size_t>(step)][static_cast<std::size_t>(phase)];
}

std::string_view to_string(Phase phase) noexcept
{
  constexpr std::array<std::string_view, phases> names = {"connect", "greeting", "helo", "mail",
                                                          "rcpt",    "data",     "quit", "closed"};
  return names[static_cast<std::size_t>(phase)];
}

std::string_view to_string(Close close) noexcept
{
  constexpr std::array<std::string_view, 13> names = {
    "",           "shutdown", "evicted", "timeout",    "filter-disconnect", "connect-failed",
    "tls-failed", "rejected", "quit",    "server-421", "server-5xx",        "server-lost",
    "client-lost"};
  return names[static_cast<std::size_t>(close)];
}

std::string_view to_string(TransactionStatus status) noexcept
{
  constexpr std::array<std::string_view, 3> names = {"open", "committed", "rolled-back"};
  return names[static_cast<std::size_t>(status)];
}

} // namespace jsonlog
