// SPDX-License-Identifier: ISC
#include "line/document.hpp"

#include "jsonlog/secrets.hpp"
#include "jsonlog/time_text.hpp"
#include "line/members.hpp"
#include "line/message.hpp"

namespace jsonlog {

Document::Document(const LineSettings& settings, const Observer& observer)
  : settings_(settings)
  , observer_(observer)
{}

std::string_view Document::event(const EventLine& line, Size size)
{
  const Session& session = line.session;
  begin(size, session.time_us);
  text_.clear();
  const Cut cut = json_.cut_at(limits::message_part);
  TextBuffer peer;
  const bool whole_peer = append_peer(peer, session, cut);
  const bool whole_message =
    append_message(text_, line.action(), session, line.report, peer.view(), cut);
  write_message(text_.view(), whole_message && whole_peer);
  write_head(json_, settings_);
  write_event(line);
  write_observer(json_, settings_, observer_);
  write_link(json_, session);
  write_tls(json_, session);
  write_user(json_, session);
  write_related(json_, session);
  write_email(json_, session);
  json_.open_member("opensmtpd");
  write_logger("event", line.logger);
  json_.token_member("protocol", session.protocol);
  json_.token_member("subsystem", to_string(session.subsystem));
  write_times(session);
  write_moment(json_, session, line.report);
  write_session(json_, session);
  write_fcrdns(json_, session);
  write_banner(json_, session);
  write_helo(json_, session);
  write_tls_bits(json_, session);
  write_auth(json_, session);
  write_count(json_, session);
  write_anomaly(json_, session);
  write_tx(json_, session);
  write_origin(json_, session);
  write_transactions(json_, session);
  write_last(json_, session);
  write_filter(json_, session);
  return end();
}

std::string_view Document::anomaly(const AnomalyLine& line, Size size)
{
  begin(size, line.time_us);
  text_.clear();
  text_ << malformed_action << ' ' << line.error;
  write_message(text_.view(), true);
  write_head(json_, settings_);
  json_.open_member("event");
  write_kind(json_, Category::other);
  json_.token_member("action", malformed_action);
  if (line.logger.run_us != 0) { // before the first report nothing makes it unique
    text_.clear();
    text_ << "anomaly.";
    text_.hex(static_cast<std::uint64_t>(line.logger.run_us)) << '.' << line.logger.sequence;
    json_.token_member("id", text_.view());
  }
  json_.member("original", Field::event_original, line.text, limits::original);
  json_.end_object();
  json_.open_member("error");
  json_.member("message", Field::error_message, line.error);
  json_.end_object();
  write_observer(json_, settings_, observer_);
  json_.open_member("opensmtpd");
  write_logger("anomaly", line.logger);
  return end();
}

void Document::begin(Size size, std::int64_t time_us)
{
  json_.shorten(size == Size::short_texts);
  json_.leave_out_lists(size != Size::whole);
  json_.clear();
  json_.begin_object();
  time_member("@timestamp", time_us);
}

// Closes opensmtpd and the document.
std::string_view Document::end()
{
  write_truncated(json_);
  json_.end_object();
  json_.end_object();
  return json_.text();
}

void Document::write_message(std::string_view message, bool complete)
{
  json_.key("message");
  json_.json_text(message);
  if (!complete)
    json_.cut(Field::message);
}

void Document::write_event(const EventLine& line)
{
  const Session& session = line.session;
  json_.open_member("event");
  write_kind(json_, category_of(line.report, session));
  json_.member("action", Field::event_action, line.action());
  if (session.now.outcome != Outcome::none)
    json_.token_member("outcome", session.now.outcome == Outcome::success ? "success" : "failure");
  json_.member("reason", Field::event_reason, session.now.reason);
  json_.member("sequence", line.sequence());
  text_.clear();
  text_ << hex_id(session.id) << '.';
  text_.hex(static_cast<std::uint64_t>(session.start_us)) << '.' << line.sequence();
  json_.token_member("id", text_.view());
  time_member("start", session.start_us);
  if (session.final())
    time_member("end", session.time_us);
  json_.member("duration", line.duration_ns());
  if (settings_.original && line.report != nullptr)
    json_.member("original", Field::event_original,
                 mask_report(*line.report, session.in_auth_exchange), limits::original);
  json_.end_object();
}

void Document::write_logger(std::string_view record, const LoggerState& logger)
{
  json_.token_member("schema", schema_version);
  json_.token_member("record", record);
  json_.open_member("logger");
  json_.token_member("version", settings_.program_version);
  text_.clear();
  text_.hex(static_cast<std::uint64_t>(logger.run_us));
  json_.token_member("run", text_.view());
  json_.member("sequence", logger.sequence);
  json_.member("dropped", logger.dropped);
  json_.end_object();
}

void Document::write_times(const Session& session)
{
  if (!session.now.gap_us && !session.to_tls_us && !session.to_mail_us)
    return;
  json_.open_member("time");
  if (session.now.gap_us)
    json_.member("gap_us", *session.now.gap_us);
  if (session.to_tls_us)
    json_.member("to_tls_us", *session.to_tls_us);
  if (session.to_mail_us)
    json_.member("to_mail_us", *session.to_mail_us);
  json_.end_object();
}

void Document::time_member(std::string_view name, std::int64_t time_us)
{
  text_.clear();
  append_time(text_, time_us);
  json_.token_member(name, text_.view());
}

} // namespace jsonlog
