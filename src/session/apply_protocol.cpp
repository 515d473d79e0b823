// SPDX-License-Identifier: ISC
#include "session/apply.hpp"

#include "jsonlog/command.hpp"
#include "jsonlog/secrets.hpp"

#include <array>
#include <limits>

namespace jsonlog {

namespace {

std::string_view registered_phase(std::string_view phase) noexcept
{
  if (phase == "connected")
    return "connect";
  if (phase == "tls")
    return "starttls";
  return phase;
}

constexpr std::string_view connect = "connect";
constexpr std::string_view unsolicited = "unsolicited";

// What smtpd says when it gives up on a client, whatever command it waits to answer. These texts
// have not changed since 6.6.
bool refuses_pipelining(const Reply& reply) noexcept
{
  return reply.code == 500 && reply.text.find("ipelining not supported") != std::string::npos;
}

bool refuses_long_line(const Reply& reply) noexcept
{
  return reply.code == 500 && reply.text.find("ine too long") != std::string::npos;
}

// A sum of hostile numbers stays a number.
std::int64_t saturating_sum(std::int64_t one, std::int64_t other) noexcept
{
  std::int64_t sum = 0;
  return __builtin_add_overflow(one, other, &sum) ? std::numeric_limits<std::int64_t>::max() : sum;
}

constexpr char no_letter = 0;

// The history's letter for a command that was refused. A refused message (`.`) shows by its event,
// tx-data or tx-rollback, and QUIT when it is said.
char refusal_letter(std::string_view verb) noexcept
{
  struct Letter
  {
    std::string_view verb;
    char letter;
  };
  static constexpr std::array<Letter, 10> letters = {{{"MAIL FROM", 'm'},
                                                      {"RCPT TO", 'r'},
                                                      {"DATA", 'd'},
                                                      {"AUTH", 'a'},
                                                      {"STARTTLS", 't'},
                                                      {"EHLO", 'e'},
                                                      {"HELO", 'h'},
                                                      {"LHLO", 'l'},
                                                      {".", no_letter},
                                                      {"QUIT", no_letter}}};
  for (const Letter& row : letters)
    if (row.verb == verb)
      return row.letter;
  return '?';
}

} // namespace

void Apply::operator()(const ProtocolClient& event)
{
  ++s_.count.command;
  mark(Section::count);
  mark(Section::command);
  if (s_.command.verb.empty())
    mark(Section::reply); // the two share an object: its first member is another one now
  if (may_hold_secret(event.command, s_.progress.in_auth_exchange)) {
    MaskedText masked = mask_command(event.command, s_.progress.in_auth_exchange);
    if (masked.hidden)
      raise(Anomaly::secret_masked);
    s_.command.line = kept(masked.text);
  } else {
    s_.command.line = kept(event.command);
  }
  // A line of an AUTH exchange is no command of its own.
  s_.command.verb = s_.progress.in_auth_exchange ? "AUTH" : command_verb(event.command);
  const bool mail = s_.command.verb == "MAIL FROM";
  const bool rcpt = s_.command.verb == "RCPT TO";
  s_.command.address = {};
  if (mail || rcpt)
    s_.command.address = parse_mail_address(command_address(event.command));
  s_.progress.mail_answered = s_.progress.mail_answered && !mail;
  s_.progress.rcpt_answered = s_.progress.rcpt_answered && !rcpt;
  s_.progress.unanswered = true;
  s_.progress.banner_expected = false;
  s_.progress.replies = 0;
  s_.progress.refusal_noted = s_.progress.filter_refused = false;
  s_.progress.rewritten.reset();
  s_.progress.command_us = time_us_;
  s_.progress.command_timed = true;
  if (mail) {
    move(Step::mail_command);
  } else if (s_.command.verb == "QUIT") {
    s_.progress.quit_said = true;
    note('Q');
    move(Step::quit_command);
  } else {
    move(Step::other_command);
  }
  // smtpd tells a relay's RSET by nothing but this.
  if (s_.subsystem == Subsystem::smtp_out && s_.command.verb == "RSET" && s_.tx) {
    end_transaction();
    move(Step::tx_end);
  }
}

void Apply::operator()(const ProtocolServer& event)
{
  s_.reply.feed(event.reply);
  if (s_.reply.lines == 1)
    s_.answers = answered_by_reply();
  s_.progress.unanswered = s_.progress.unanswered && s_.answers != unsolicited;
  s_.progress.replied = true;
  mark(Section::reply);
  if (begins_auth_exchange())
    s_.progress.in_auth_exchange = true;
  if (!s_.reply.complete)
    return;
  s_.progress.banner_expected = false;
  count_reply();
  ++s_.progress.replies;
  if (s_.reply.code == 334)
    return;
  // Until 0.3 there was no link-greeting.
  if (report_->dialect <= dialect_0(3) && s_.reply.code_class() == 2)
    s_.progress.greeted = true;
  if (s_.reply.refuses() && !s_.progress.greeted && !s_.partial && s_.rejection.empty())
    s_.rejection = s_.reply.whole();
  s_.progress.in_auth_exchange = false;
  if (s_.reply.code == 220 && s_.progress.unanswered && s_.command.verb == "STARTTLS")
    s_.progress.tls_expected = true;
  judge_refusal();
  s_.progress.unsolicited = s_.answers == unsolicited;
  s_.progress.unanswered = false;
}

void Apply::operator()(const FilterResponse& event)
{
  const std::string_view phase = registered_phase(event.phase);
  expect_token(phase, {"connect", "helo", "ehlo", "starttls", "auth", "mail-from", "rcpt-to",
                       "data", "data-line", "rset", "quit", "noop", "help", "wiz", "commit"});
  FilterAnswer& last = s_.filter;
  last.phase = kept(phase);
  last.response = kept(event.response);
  last.param.clear();
  last.latency_us.reset();
  if (s_.progress.command_timed)
    last.latency_us = elapsed(s_.progress.command_us, time_us_);
  measure_answer();
  if (!holds_secret(event))
    last.param = kept(event.param);
  else if (event.response == "rewrite")
    raise(Anomaly::secret_masked);
  count_filter_response(event);
  if (!phase.empty() && !event.response.empty()) {
    std::string decision(kept(phase));
    decision.append(":").append(event.response);
    if (s_.decisions.add(decision, limits::decisions))
      mark(Section::decisions);
  }
  if (phase == "connect" && (event.response == "proceed" || event.response == "junk"))
    s_.progress.connect_passed = true;
  mark(Section::filter);
}

void Apply::operator()(const FilterReport& event)
{
  expect_token(event.kind, {"builtin", "proc"});
  ++s_.count.filter_report;
  mark(Section::count);
  if (event.kind.empty() && event.name.empty() && event.message.empty())
    return;
  std::string report(kept(event.kind));
  report.append(":").append(kept(event.name)).append(":").append(kept(event.message));
  if (s_.filter_reports.add(report, caps_.filter_reports))
    mark(Section::filter_reports);
}

// A 334 to anything else asks for nothing.
bool Apply::begins_auth_exchange() const
{
  const std::string_view verb = s_.command.verb;
  return s_.reply.code == 334 && (verb == "AUTH" || (s_.partial && verb.empty()));
}

// Of a reply whose first line has just come.
std::string_view Apply::answered_by_reply()
{
  const bool in = s_.subsystem == Subsystem::smtp_in;
  if (in && (refuses_pipelining(s_.reply) || refuses_long_line(s_.reply)))
    return unsolicited;
  if (s_.progress.unanswered)
    return s_.command.verb;
  if (s_.progress.banner_expected)
    return connect;
  // Over LMTP each accepted recipient gets a verdict on the message, RFC 2033 4.2.
  if (s_.is_lmtp() && s_.command.verb == "." && s_.tx &&
      s_.progress.replies < s_.tx->recipients.accepted)
    return s_.command.verb;
  return unsolicited;
}

void Apply::count_reply()
{
  switch (s_.reply.code_class()) {
  case 2: ++s_.count.reply_2xx; break;
  case 3: ++s_.count.reply_3xx; break;
  case 4: ++s_.count.reply_4xx; break;
  case 5: ++s_.count.reply_5xx; break;
  default: return;
  }
  mark(Section::count);
}

// smtpd has no event for most refused commands: the reply is all there is.
void Apply::judge_refusal()
{
  if (!s_.reply.refuses())
    return;
  if (s_.reply.code == 500 && s_.subsystem == Subsystem::smtp_in) {
    if (refuses_pipelining(s_.reply))
      raise(Anomaly::pipelining_refused);
    else if (refuses_long_line(s_.reply))
      raise(Anomaly::oversized_line);
    else if (s_.progress.unanswered && s_.command.verb == "other")
      raise(Anomaly::unknown_command);
  }
  if (!s_.progress.unanswered)
    return;
  const bool unknown_to_server = s_.reply.code == 500 || s_.reply.code == 502; // RFC 5321, 4.2.4
  if (unknown_to_server && (s_.command.verb == "VRFY" || s_.command.verb == "EXPN"))
    raise(Anomaly::unknown_command);
  if (const char letter = refusal_letter(s_.command.verb); letter != no_letter)
    note_refusal(letter);
}

void Apply::measure_answer()
{
  if (!s_.filter.latency_us)
    return;
  const std::int64_t latency_us = *s_.filter.latency_us;
  FilterTimes& times = s_.filter_times;
  times.wait_us = saturating_sum(times.wait_us, latency_us);
  if (times.slowest_us && latency_us <= *times.slowest_us)
    return;
  times.slowest_us = latency_us;
  times.slowest_phase = s_.filter.phase;
}

void Apply::count_filter_response(const FilterResponse& event)
{
  FilterCounts& count = s_.filter_count;
  s_.now.outcome = event.response.empty() ? Outcome::none : Outcome::success;
  if (event.response == "proceed") {
    ++count.proceed;
  } else if (event.response == "junk") {
    ++count.junk;
    note('J');
  } else if (event.response == "rewrite") {
    ++count.rewrite;
    note('W');
    if (event.phase == "mail-from" || event.phase == "rcpt-to")
      s_.progress.rewritten = parse_mail_address(inside_brackets(event.param));
  } else if (event.response == "reject" || event.response == "disconnect") {
    const bool reject = event.response == "reject";
    ++(reject ? count.reject : count.disconnect);
    note(reject ? 'X' : 'Y');
    s_.now.outcome = Outcome::failure;
    s_.now.reason = s_.filter.param;
    s_.progress.filter_refused = true;
  } else if (event.response == "report") {
    ++count.report;
  } else if (!event.response.empty()) {
    ++count.other;
    raise(Anomaly::unknown_token);
  }
}

} // namespace jsonlog
