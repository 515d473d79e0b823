// SPDX-License-Identifier: ISC
#include "session/apply.hpp"

#include "jsonlog/secrets.hpp"
#include "jsonlog/text.hpp"

namespace jsonlog {

namespace {

bool is_one_of(std::string_view text, std::initializer_list<std::string_view> tokens) noexcept
{
  return std::find(tokens.begin(), tokens.end(), text) != tokens.end();
}

} // namespace

void Apply::begin()
{
  Moment& now = s_.now;
  now.outcome = Outcome::none;
  now.reason.clear();
  now.gap_us.reset();
  now.recipient.reset();
  now.anomalies.clear();
  now.unknown_event = false;
  now.unknown_params.clear();
  if (s_.events == 0)
    open();
  else
    now.gap_us = elapsed(s_.time_us, time_us_);
  ++s_.events;
  s_.time_us = time_us_;
  drop_what_is_over();
}

void Apply::check_report()
{
  if (s_.protocol != report_->protocol)
    s_.protocol = kept(report_->protocol);
  // smtpd's lookup process stamps filter-report later than the others; that is no step back.
  if (!std::holds_alternative<FilterReport>(report_->event)) {
    if (time_us_ < s_.progress.order_us)
      raise(Anomaly::clock_backwards);
    s_.progress.order_us = time_us_;
  }
  if (report_->missing_fields)
    raise(Anomaly::missing_fields);
  if (report_->extra_fields)
    raise(Anomaly::extra_fields);
  if (report_->bad_bytes)
    raise(Anomaly::bad_bytes);
}

void Apply::operator()(const Unknown& event)
{
  raise(Anomaly::unknown_event);
  s_.now.unknown_event = true;
  s_.now.unknown_params = mask_unknown(kept(event.params));
}

void Apply::raise(Anomaly anomaly)
{
  s_.now.anomalies.add(anomaly);
  if (s_.anomalies.add(anomaly))
    mark(Section::anomaly);
}

void Apply::note(char letter)
{
  s_.history.add(letter);
  mark(Section::history);
}

// A refusal shows once, whether its reply or its event comes first.
void Apply::note_refusal(char letter)
{
  if (!std::exchange(s_.progress.refusal_noted, true))
    note(letter);
}

void Apply::move(Step step)
{
  const auto [next, anomaly] = transition(step, s_.phase);
  if (anomaly && !is_usual(*anomaly))
    raise(*anomaly);
  if (next != s_.phase) {
    s_.phase = next;
    mark(Section::session);
  }
}

// Where a filter refused the connection, the client speaks without ever being greeted; a relay
// gets no verdict on an LMTP message as a whole, so that the next MAIL ends it.
bool Apply::is_usual(Anomaly anomaly) const
{
  if (anomaly == Anomaly::command_before_greeting)
    return s_.progress.replied || s_.partial;
  return anomaly == Anomaly::nested_mail && s_.subsystem == Subsystem::smtp_out;
}

// An empty token is a missing field, or 2018.
void Apply::expect_token(std::string_view token, std::initializer_list<std::string_view> known)
{
  if (!token.empty() && !is_one_of(token, known))
    raise(Anomaly::unknown_token);
}

void Apply::relate(UniqueList& list, std::string_view text)
{
  if (list.add(text, caps_.related))
    mark(Section::related);
}

void Apply::open()
{
  changed_ = all_sections;
  s_.start_us = time_us_;
  s_.progress.order_us = time_us_;
  if (report_ == nullptr)
    return;
  const Event& event = report_->event;
  if (std::holds_alternative<LinkConnect>(event))
    return; // of a closed session's id too: it is a new one
  // A relay that cannot connect reports nothing but its end.
  if (!s_.after_close && s_.subsystem == Subsystem::smtp_out &&
      (std::holds_alternative<LinkDisconnect>(event) || std::holds_alternative<Timeout>(event)))
    return;
  s_.partial = true;
  raise(s_.after_close ? Anomaly::after_close : Anomaly::joined_midstream);
  if (!std::holds_alternative<LinkGreeting>(event))
    s_.phase = Phase::helo;
}

// The reply explains a failure if it has come already: in 6.6 it stands behind the event, and
// always after that of AUTH. Till then a filter's answer does, which is that reply.
void Apply::fail()
{
  s_.now.outcome = Outcome::failure;
  if (s_.progress.unanswered && s_.progress.filter_refused)
    s_.now.reason = s_.filter.param;
  else if (!s_.progress.unanswered && s_.reply.refuses())
    s_.now.reason = s_.reply.whole();
}

} // namespace jsonlog
