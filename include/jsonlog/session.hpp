// SPDX-License-Identifier: ISC
//
// One SMTP session, rebuilt from its reports.
//
// Session is a plain struct of facts. apply() takes the next report and always records it: odd
// order, hostile bytes and smtpd's own repetitions become an anomaly, never a refusal. There is
// no clock (all time comes from the reports) and no I/O; memory per session is bounded by
// limits.hpp. What is unknown is an empty text or an empty optional.
//
// The life of a session, and what moves it on (smtpd-filters(7) has no such table; this order is
// what smtpd 6.6 to 7.8 sends):
//
//   connect --link-greeting--> greeting --link-identify--> helo --tx-mail ok--> mail
//     --tx-rcpt ok--> rcpt --tx-data ok--> data --tx-commit, tx-rollback, tx-reset--> helo ...
//   STARTTLS on smtp-in: back to greeting, the client must say EHLO again; on smtp-out the EHLO
//   stands before the link-tls.  QUIT --> quit.  link-disconnect --> closed, from everywhere.
#pragma once

#include "jsonlog/address.hpp"
#include "jsonlog/anomaly.hpp"
#include "jsonlog/history.hpp"
#include "jsonlog/origin.hpp"
#include "jsonlog/reply.hpp"
#include "jsonlog/report.hpp"
#include "jsonlog/transaction.hpp"
#include "jsonlog/unique_list.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace jsonlog {

enum class Phase : std::uint8_t { connect, greeting, helo, mail, rcpt, data, quit, closed };

std::string_view to_string(Phase phase) noexcept;

// Why a session ended. smtpd gives no reason: it is inferred, the first that fits.
enum class Close : std::uint8_t {
  none,
  shutdown,          // end of input
  evicted,           // the table was full
  timeout,           // smtpd said so
  filter_disconnect, // the last answer of a filter
  connect_failed,    // smtp-out never connected
  tls_failed,        // 220 to STARTTLS, or SMTPS, and no link-tls after it
  rejected,          // seen from its beginning, no greeting, a 4xx or 5xx reply
  quit,
  server_421,
  server_5xx,  // the last reply, and no command after it
  server_lost, // smtp-out
  client_lost, // smtp-in
};

std::string_view to_string(Close close) noexcept;

// The steps of the state machine: what a report means for the phase. A report that moves nothing
// is no step.
enum class Step : std::uint8_t {
  link_connect,
  link_greeting,
  starttls, // link-tls on smtp-in
  link_identify,
  mail_command,
  quit_command,
  other_command,
  tx_begin,
  tx_mail_ok,
  tx_rcpt_ok,
  tx_data_ok,
  tx_end,
  link_disconnect,
};

struct Transition
{
  Phase next;
  std::optional<Anomaly> anomaly;
};

Transition transition(Step step, Phase phase) noexcept;

// What a report changed, so that whoever renders the session renders only that.
enum class Section : std::uint8_t {
  link, // endpoints, rdns, fcrdns
  tls,
  auth,
  related,
  session, // phase, with, partial, final, close, transaction totals
  history,
  mail_from, // of the session, as the next two
  rcpt_to,
  rcpt_domain,
  banner,
  helo,
  count,
  anomaly,
  tx, // which one: id, number, start
  tx_from,
  tx_state,  // status, duration, size, data
  envelopes, // how many
  envelope_ids,
  recipients, // how many
  addresses,
  accepted,
  rejected,
  domains,
  origin,
  transactions, // summaries
  command,
  reply,
  filter,
  decisions,
  filter_reports,
};
using Sections = std::uint32_t;

constexpr Sections section_bit(Section section) noexcept
{
  return Sections{1} << static_cast<unsigned>(section);
}
inline constexpr Sections all_sections = ~Sections{0};

// How much a session keeps in its lists.
struct Caps
{
  std::size_t recipients, envelopes, domains, senders, filter_reports, transactions, related;

  static constexpr Caps compact() { return {0, 0, 0, 0, 0, 0, 0}; }
  static constexpr Caps standard()
  {
    return {limits::recipients, limits::envelopes,      limits::domains,
            limits::senders,    limits::filter_reports, 0,
            limits::related};
  }
  static constexpr Caps full()
  {
    return {limits::full, limits::full, limits::full,   limits::full,
            limits::full, limits::full, limits::related};
  }
};

enum class Outcome : std::uint8_t { none, success, failure };

// The recipient that a tx-rcpt is about.
struct Recipient
{
  MailAddress address; // these three as in Sender
  std::string original, status;
};

// What is true of the last report only.
struct Moment
{
  Outcome outcome = Outcome::none;
  std::string reason;
  std::optional<std::int64_t> gap_us; // since the session's report before
  std::optional<Recipient> recipient;
  AnomalyList anomalies;
  bool unknown_event = false;
  std::string unknown_params; // of an unknown event, secrets hidden
};

struct Counts
{
  std::uint64_t command = 0, reply_2xx = 0, reply_3xx = 0, reply_4xx = 0, reply_5xx = 0, mail = 0,
                rcpt = 0, rcpt_ok = 0, rcpt_tempfail = 0, rcpt_permfail = 0, commit = 0,
                rollback = 0, timeout = 0, filter_report = 0;
};

struct FilterCounts
{
  std::uint64_t proceed = 0, junk = 0, rewrite = 0, reject = 0, disconnect = 0, report = 0,
                other = 0;
};

struct Command
{
  std::string_view verb; // a constant: `MAIL FROM`, `other` ...; empty: none yet
  std::string line;      // secrets hidden
  MailAddress address;   // between `<` and `>` of MAIL and RCPT
};

struct FilterAnswer
{
  std::string phase; // as registered: connect, starttls, not smtpd's connected, tls
  std::string response, param;
  std::optional<std::int64_t> latency_us;
};

// What the filters cost the client of a session, in microseconds.
struct FilterTimes
{
  std::int64_t wait_us = 0; // sum of all known latencies
  std::string slowest_phase;
  std::optional<std::int64_t> slowest_us; // empty before the first known latency
};

// How far commands and replies have come: what the state machine needs to understand the next
// report. No line shows it.
struct Progress
{
  std::int64_t order_us = 0; // of the last report that smtpd's SMTP process stamped itself
  std::int64_t command_us = 0;
  bool command_timed = false; // command_us is the last command, or the connect

  bool greeted = false;
  bool replied = false;
  bool unanswered = false;      // the last command has had no final reply
  bool unsolicited = false;     // the last reply answers no command
  bool banner_expected = false; // connected, and neither side has said anything
  std::uint64_t replies = 0;    // complete ones since the last command
  bool refusal_noted = false;   // the history shows the refusal of the last command
  bool filter_refused = false;  // the last command; the reply may be still to come
  bool mail_answered = false;   // a tx-mail since the last MAIL
  bool rcpt_answered = false;
  bool in_auth_exchange = false;
  bool tls_expected = false;   // 220 to STARTTLS
  bool connect_passed = false; // the filters let the connection in
  bool quit_said = false;
  bool timed_out = false;
  std::optional<MailAddress> rewritten; // a filter's rewrite of the command being answered
};

struct Session
{
  // The key, and the clock of the session.
  std::uint64_t id = 0;
  Subsystem subsystem = Subsystem::smtp_in;
  Phase phase = Phase::connect;
  Close close = Close::none;
  bool partial = false;     // the first report we have is not the first one there was
  bool after_close = false; // set before the first apply(): the id had ended already
  std::uint64_t events = 0; // sequence of the next line
  std::int64_t start_us = 0;
  std::int64_t time_us = 0; // of the last report
  bool connected = false;

  Progress progress;

  Counts count;
  FilterCounts filter_count;
  std::uint64_t helo_count = 0;
  std::uint64_t auth_attempts = 0, auth_failures = 0;
  std::uint64_t tx_count = 0, tx_committed = 0, tx_rolled_back = 0;
  std::int64_t tx_bytes = 0;
  std::optional<std::int64_t> size_reported; // smtp-out: the last figure of a tx-commit
  std::optional<std::int64_t> to_tls_us, to_mail_us;
  std::optional<int> tls_bits;
  bool tls_established = false;
  bool authenticated = false;

  // Where not every event gets a line: the number of the line among those of the session, and how
  // many it should have had and lost, because they could not be remembered.
  std::optional<std::uint64_t> line;
  std::uint64_t forgotten = 0;

  Moment now;
  History history;
  AnomalyList anomalies;
  Command command;
  Reply reply;
  std::string_view answers; // what the reply answers: a verb, `connect` or `unsolicited`
  FilterAnswer filter;
  FilterTimes filter_times;
  std::optional<Transaction> tx;

  std::string protocol; // the wire version of the last report
  Endpoint source, destination;
  std::string rdns; // empty for `<unknown>` and for a bare address
  std::string fcrdns;
  std::string banner;
  std::string helo_method, helo_name;
  std::string tls_version, tls_protocol, tls_cipher;
  std::string user, auth_result;
  std::string rejection; // the first reply that refused a client before it was greeted

  UniqueList related_ip, related_hosts, related_user;
  UniqueList mail_from, rcpt_to, rcpt_domain;
  UniqueList decisions, filter_reports;
  std::vector<TransactionSummary> transactions;
  bool transactions_cut = false;

  bool final() const noexcept { return close != Close::none; }
  // The other end: the client, on smtp-out the server.
  const Endpoint& peer() const noexcept
  {
    return subsystem == Subsystem::smtp_in ? source : destination;
  }
  bool is_lmtp() const noexcept { return helo_method == "LHLO"; }
};

// Records a report of this session (the caller has matched subsystem and id) and returns the
// sections it changed. Strong guarantee: none; if it throws std::bad_alloc, counts may be off by
// this report.
Sections apply(Session& session, const Report& report, const Caps& caps);

// Ends a session without a report (shutdown, evicted) at the time given. What became of its
// transaction nobody knows: it stays open. `reason` goes into the line.
Sections finish(Session& session, Close close, std::string_view reason, std::int64_t time_us,
                const Caps& caps);

// The session's current transaction, which was committed just now, as the origin of what goes out.
Origin origin_of(const Session& session);

// After apply() of the report, or after finish() (`report` is null then): where the message of the
// session's transaction came from, if that was `found` just now (null: not, or it is known
// already), and on a tx-rcpt, tx-commit or tx-rollback how long ago. Returns the sections it
// changed, as apply().
Sections tell_origin(Session& session, const Report* report,
                     const std::shared_ptr<const Origin>& found, const Caps& caps);

// Bytes that the session takes, about.
std::size_t memory_of(const Session& session) noexcept;

// RFC 3848: SMTP, ESMTP, ESMTPS, ESMTPA, ESMTPSA, LMTP ...; empty before a greeting command.
std::string with_protocol(const Session& session);

} // namespace jsonlog
