// SPDX-License-Identifier: ISC
#include "line/document.hpp"

#include "line/description_event.hpp"
#include "line/message.hpp"

namespace jsonlog {

using namespace description;

Document::Document(const LineSettings& settings, const Observer& observer)
  : settings_(settings)
  , observer_(observer)
{}

std::string_view Document::event(const EventLine& line, Size size)
{
  const Session& session = line.session;
  TextBuffer id_text, start_text, peer_text;
  rows[id_prefix].text(id_text, session);
  rows[start].text(start_text, session);
  out_.begin(size);
  const Cut cut = out_.cut_at(limits::message_part);
  bool whole_message = append_peer(peer_text, session, cut);
  const EventTexts texts{id_text.view(), start_text.view(), peer_text.view()};

  write_time(out_, "@timestamp"_key, session.time_us);
  out_.composed("message"_key, [&](TextBuffer& text) {
    whole_message =
      append_message(text, line.action(), session, line.report, texts.peer, cut) && whole_message;
  });
  if (!whole_message)
    out_.cut(field<"message">);
  write_head(out_, settings_);
  out_.open("event"_key);
  write_kind(out_, category_of(line.report, session));
  write_event(out_, line, texts, settings_.original);
  write_observer(out_, settings_, observer_);
  for (std::size_t row = first_root_row; row < first_opensmtpd_row; ++row)
    rows[row].json(out_, session);
  open_opensmtpd(out_, settings_, RecordKind::event, line.logger);
  write_logger(out_, line.logger);
  write_moment(out_, line);
  for (std::size_t row = first_opensmtpd_row; row < row_count; ++row)
    rows[row].json(out_, session);
  return end();
}

std::string_view Document::anomaly(const AnomalyLine& line, Size size)
{
  const LoggerState& logger = line.logger;
  out_.begin(size);
  write_time(out_, "@timestamp"_key, line.time_us);
  out_.composed("message"_key,
                [&](TextBuffer& text) { text << malformed_action << ' ' << line.error; });
  write_head(out_, settings_);
  out_.open("event"_key);
  write_kind(out_, Category::other);
  out_.token("action"_key, malformed_action);
  if (logger.run_us != 0) // before the first report nothing makes it unique
    out_.composed("id"_key, [&logger](TextBuffer& text) {
      text << "anomaly.";
      text.hex(static_cast<std::uint64_t>(logger.run_us)) << '.' << logger.sequence;
    });
  out_.text("original"_key, field<"event.original">, line.text, limits::original);
  out_.close();
  out_.open("error"_key);
  out_.text("message"_key, field<"error.message">, line.error);
  out_.close();
  write_observer(out_, settings_, observer_);
  open_opensmtpd(out_, settings_, RecordKind::anomaly, logger);
  write_logger(out_, logger);
  return end();
}

// Closes opensmtpd and the document.
std::string_view Document::end()
{
  write_truncated(out_, out_.cuts());
  out_.close();
  return out_.finish();
}

} // namespace jsonlog
