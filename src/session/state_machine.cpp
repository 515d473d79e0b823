// SPDX-License-Identifier: ISC
//
// The names and the table of the session's state machine.
#include "jsonlog/session.hpp"

#include "text/words.hpp"

namespace jsonlog {

namespace {

using Row = std::array<Transition, value_count<Phase>>;

constexpr Row all_to(Phase next)
{
  Row row{};
  row.fill({next, {}});
  return row;
}

constexpr Row stay()
{
  Row row{};
  for (std::size_t i = 0; i < row.size(); ++i)
    row[i].next = static_cast<Phase>(i);
  return row;
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

struct StepRow
{
  Step step;
  Row by_phase;
};

// Phases stand in the order of a session, so a range of them reads like one.
constexpr std::array table = std::to_array<StepRow>({
  {Step::link_connect, all_to(Phase::connect)},
  {Step::link_greeting, with(stay(), Phase::connect, Phase::connect, Phase::greeting)},
  {Step::starttls, with(stay(), Phase::greeting, Phase::helo, Phase::greeting)},
  {Step::link_identify, with(stay(), Phase::connect, Phase::greeting, Phase::helo)},
  {Step::mail_command,
   raising(raising(stay(), Phase::connect, Phase::connect, Anomaly::command_before_greeting),
           Phase::mail, Phase::data, Anomaly::nested_mail)},
  {Step::quit_command, raising(with(stay(), Phase::connect, Phase::data, Phase::quit),
                               Phase::connect, Phase::connect, Anomaly::command_before_greeting)},
  {Step::other_command,
   raising(stay(), Phase::connect, Phase::connect, Anomaly::command_before_greeting)},
  {Step::tx_begin, with(stay(), Phase::connect, Phase::data, Phase::mail)},
  {Step::tx_mail_ok, with(stay(), Phase::connect, Phase::data, Phase::mail)},
  {Step::tx_rcpt_ok, with(stay(), Phase::connect, Phase::data, Phase::rcpt)},
  {Step::tx_data_ok, with(stay(), Phase::connect, Phase::data, Phase::data)},
  {Step::tx_end, with(stay(), Phase::mail, Phase::data, Phase::helo)},
  {Step::link_disconnect, all_to(Phase::closed)},
});
static_assert(has_row_for_each(table, &StepRow::step));

constexpr Words<Phase> phase_words({{"connect", Phase::connect},
                                    {"greeting", Phase::greeting},
                                    {"helo", Phase::helo},
                                    {"mail", Phase::mail},
                                    {"rcpt", Phase::rcpt},
                                    {"data", Phase::data},
                                    {"quit", Phase::quit},
                                    {"closed", Phase::closed}});

constexpr Words<Close> close_words({{"", Close::none},
                                    {"shutdown", Close::shutdown},
                                    {"evicted", Close::evicted},
                                    {"timeout", Close::timeout},
                                    {"filter-disconnect", Close::filter_disconnect},
                                    {"connect-failed", Close::connect_failed},
                                    {"tls-failed", Close::tls_failed},
                                    {"rejected", Close::rejected},
                                    {"quit", Close::quit},
                                    {"server-421", Close::server_421},
                                    {"server-5xx", Close::server_5xx},
                                    {"server-lost", Close::server_lost},
                                    {"client-lost", Close::client_lost}});

constexpr Words<TransactionStatus> status_words({{"open", TransactionStatus::open},
                                                 {"committed", TransactionStatus::committed},
                                                 {"rolled-back", TransactionStatus::rolled_back}});

} // namespace

Transition transition(Step step, Phase phase) noexcept
{
  return table[static_cast<std::size_t>(step)].by_phase[static_cast<std::size_t>(phase)];
}

std::string_view to_string(Phase phase) noexcept
{
  return phase_words[phase];
}

std::string_view to_string(Close close) noexcept
{
  return close_words[close];
}

std::string_view to_string(TransactionStatus status) noexcept
{
  return status_words[status];
}

} // namespace jsonlog
