// SPDX-License-Identifier: ISC
#include "session/apply.hpp"

#include "jsonlog/command.hpp"
#include "jsonlog/secrets.hpp"

#include <array>

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
  constexpr std::array<Letter, 10> letters = {{{"MAIL FROM", 'm'},
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
  if (may_hold_secret(event.command, s_.in_auth_exchange)) {
    MaskedText masked = mask_command(event.command, s_.in_auth_exchange);
    if (masked.hidden)
      raise(Anomaly::secret_masked);
    s_.command.line = kept(masked.text);
  } else {
    s_.command.line = kept(event.command);
  }
  // A line of an AUTH exchange is no command of its own.
  s_.command.verb = s_.in_auth_exchange ? "AUTH" : command_verb(event.command);
  const bool mail = s_.command.verb == "MAIL FROM";
  const bool rcpt = s_.command.verb == "RCPT TO";
  s_.command.address.clear();
  if (mail || rcpt)
    s_.command.address = kept(command_address(event.command));
  s_.mail_answered = s_.mail_answered && !mail;
  s_.rcpt_answered = s_.rcpt_answered && !rcpt;
  s_.unanswered = true;
  s_.refusal_noted = false;
  s_.rewritten.clear();
  s_.command_us = time_us_;
  s_.command_timed = true;
  if (mail) {
    move(Step::mail_command);
  } else if (s_.command.verb == "QUIT") {
    s_.quit_said = true;
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
  s_.replied = true;
  mark(Section::reply);
  if (s_.reply.code == 334)
    s_.in_auth_exchange = true;
  if (!s_.reply.complete)
    return;
  count_reply();
  if (s_.reply.code == 334)
    return;
  // Until 0.3 there was no link-greeting.
  if (report_->dialect <= dialect_0(3) && s_.reply.code_class() == 2)
    s_.greeted = true;
  if (s_.reply.refuses() && !s_.greeted && !s_.partial && s_.rejection.empty())
    s_.rejection = s_.reply.whole();
  s_.in_auth_exchange = false;
  if (s_.reply.code == 220 && s_.unanswered && s_.command.verb == "STARTTLS")
    s_.tls_expected = true;
  judge_refusal();
  s_.unsolicited = !s_.unanswered;
  s_.unanswered = false;
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
  if (s_.command_timed)
    last.latency_us = elapsed(s_.command_us, time_us_);
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
    s_.connect_passed = true;
  mark(Section::filter);
}

void Apply::operator()(const FilterReport& event)
{
  expect_token(event.kind, {"builtin", "proc"});
  if (event.kind.empty() && event.name.empty() && event.message.empty())
    return;
  std::string report(kept(event.kind));
  report.append(":").append(kept(event.name)).append(":").append(kept(event.message));
  if (s_.filter_reports.add(report, caps_.filter_reports))
    mark(Section::filter_reports);
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

// smtpd has no event for most refused commands: the reply is all there is. Its texts for
// three kinds of misbehaviour have not changed since 6.6.
void Apply::judge_refusal()
{
  if (!s_.reply.refuses())
    return;
  if (s_.reply.code == 500 && s_.subsystem == Subsystem::smtp_in) {
    if (s_.reply.text.find("ipelining not supported") != std::string::npos)
      raise(Anomaly::pipelining_refused);
    else if (s_.reply.text.find("ine too long") != std::string::npos)
      raise(Anomaly::oversized_line);
    else if (s_.unanswered && s_.command.verb == "other")
      raise(Anomaly::unknown_command);
  }
  if (!s_.unanswered)
    return;
  const bool unknown_to_server = s_.reply.code == 500 || s_.reply.code == 502; // RFC 5321, 4.2.4
  if (unknown_to_server && (s_.command.verb == "VRFY" || s_.command.verb == "EXPN"))
    raise(Anomaly::unknown_command);
  if (const char letter = refusal_letter(s_.command.verb); letter != no_letter)
    note_refusal(letter);
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
      s_.rewritten = kept(event.param);
  } else if (event.response == "reject" || event.response == "disconnect") {
    const bool reject = event.response == "reject";
    ++(reject ? count.reject : count.disconnect);
    note(reject ? 'X' : 'Y');
    s_.now.outcome = Outcome::failure;
    s_.now.reason = s_.filter.param;
  } else if (event.response == "report") {
    ++count.report;
  } else if (!event.response.empty()) {
    ++count.other;
    raise(Anomaly::unknown_token);
  }
}

} // namespace jsonlog
