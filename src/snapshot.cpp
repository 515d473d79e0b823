// SPDX-License-Identifier: ISC
#include "jsonlog/snapshot.hpp"

#include "document.hpp"
#include "jsonlog/secrets.hpp"
#include "jsonlog/time_text.hpp"
#include "members.hpp"
#include "message.hpp"
#include "session_text.hpp"

#include <array>
#include <deque>
#include <utility>

namespace jsonlog {

// The cached way. A line is
//   {"@timestamp","message",  HEAD: "ecs","host",  "event":{ KIND: "kind".."type", ...}
//   TAIL: "observer","labels",  the session's root pieces,
//   "opensmtpd":{ LOGGER: "schema","record","logger", ..., the session's other pieces }}
// where the parts in capitals are the same in many lines.
class Snapshot::Writer
{
public:
  Writer(LineSettings settings, Way way)
    : settings_(std::move(settings))
    , way_(way)
    , document_(settings_, observer_)
  {
    write_constants();
  }

  void set_observer(const Handshake& handshake)
  {
    observer_ = {handshake.smtpd_version(), handshake.admd()};
    write_constants();
  }

  void prefetch(SessionTable::Slot slot) const noexcept
  {
    if (way_ == Way::cached && slot < texts_.size())
      texts_[slot].prefetch();
  }

  std::string_view event(SessionTable::Slot slot, const Session& session, const Report* report,
                         Sections changed, const LoggerState& logger)
  {
    const EventLine line{session, report, logger};
    if (way_ == Way::cached) {
      while (texts_.size() <= slot)
        texts_.emplace_back();
      texts_[slot].render(workshop_, session, changed);
      write_line(line, texts_[slot]);
      if (line_.size() - 1 <= settings_.max_line)
        return line_.view();
    }
    return within_budget([&](Document::Size size) { return document_.event(line, size); });
  }

  std::string_view anomaly(std::string_view bad_line, std::string_view error, std::int64_t time_us,
                           const LoggerState& logger)
  {
    // The cut comes last: what hides a secret may stand before it, and the secret behind it.
    const std::string masked = mask_unknown(bad_line);
    const AnomalyLine line{masked, error, time_us, logger};
    return within_budget([&](Document::Size size) { return document_.anomaly(line, size); });
  }

private:
  using Size = Document::Size;

  template <typename Write>
  std::string_view within_budget(Write write)
  {
    for (const Size size : {Size::whole, Size::without_lists, Size::short_texts}) {
      const std::string_view text = write(size);
      if (text.size() > settings_.max_line && size != Size::short_texts)
        continue;
      line_.clear();
      line_ << text << '\n';
      break;
    }
    return line_.view();
  }

  // --- Constants ---

  void write_constants()
  {
    constant_cuts_ = 0;
    head_ = constant([this](Json& json) { write_head(json, settings_); });
    tail_ = constant([this](Json& json) { write_observer(json, settings_, observer_); });
    for (std::size_t i = 0; i < categories; ++i)
      kinds_[i] = constant([i](Json& json) { write_kind(json, static_cast<Category>(i)); });
  }

  // The members that `write` writes, without the braces around them.
  template <typename Write>
  std::string constant(Write write)
  {
    Json& json = workshop_.json;
    json.clear();
    json.begin_object();
    write(json);
    json.end_object();
    constant_cuts_ |= json.cuts();
    const std::string_view members = json.text();
    return std::string(members.substr(1, members.size() - 2));
  }

  // --- A line ---

  void write_line(const EventLine& line, const SessionText& text)
  {
    const auto& [session, report, logger] = line;
    cuts_ = constant_cuts_ | text.cuts();
    line_.clear();
    line_ << R"({"@timestamp":")";
    time_text_.append(line_, session.time_us);
    line_ << R"(","message":")";
    if (!append_message(line_, line.action(), session, report, text.piece(Piece::peer),
                        {limits::message_part, false}))
      cuts_ |= cut_bit(Field::message);
    line_ << R"(",)" << head_;
    write_event(line, text);
    line_ << ',' << tail_ << text.range(first_root_piece, first_opensmtpd_piece);
    write_logger(session, logger);
    write_times(session);
    write_moment_members(session, report);
    line_ << text.range(first_opensmtpd_piece, Piece::end) << '}';
    write_truncated();
    line_ << "}}\n";
  }

  void append_text(Field field, std::string_view text, std::size_t limit = limits::keyword)
  {
    if (!append_json_text(line_, text, {limit, false}))
      cuts_ |= cut_bit(field);
    line_ << '"';
  }

  void write_event(const EventLine& line, const SessionText& text)
  {
    const auto& [session, report, logger] = line;
    line_ << R"(,"event":{)" << kinds_[static_cast<std::size_t>(category_of(report, session))]
          << R"(,"action":")";
    if (session.now.unknown_event)
      append_text(Field::event_action, line.action());
    else
      line_ << line.action() << '"';
    if (session.now.outcome == Outcome::success)
      line_ << R"(,"outcome":"success")";
    else if (session.now.outcome == Outcome::failure)
      line_ << R"(,"outcome":"failure")";
    if (!session.now.reason.empty()) {
      line_ << R"(,"reason":")";
      append_text(Field::event_reason, session.now.reason);
    }
    line_ << R"(,"sequence":)" << line.sequence() << R"(,"id":")" << text.piece(Piece::id_prefix)
          << line.sequence() << R"(","start":")" << text.piece(Piece::start) << '"';
    if (session.final()) {
      line_ << R"(,"end":")";
      append_time(line_, session.time_us);
      line_ << '"';
    }
    line_ << R"(,"duration":)" << line.duration_ns();
    if (settings_.original && report != nullptr) {
      line_ << R"(,"original":")";
      append_text(Field::event_original, mask_report(*report, session.in_auth_exchange),
                  limits::original);
    }
    line_ << '}';
  }

  void write_logger(const Session& session, const LoggerState& logger)
  {
    line_ << R"(,"opensmtpd":{"schema":")" << schema_version
          << R"(","record":"event","logger":{"version":")" << settings_.program_version
          << R"(","run":")";
    line_.hex(static_cast<std::uint64_t>(logger.run_us))
      << R"(","sequence":)" << logger.sequence << R"(,"dropped":)" << logger.dropped << '}';
    if (!session.protocol.empty())
      line_ << R"(,"protocol":")" << session.protocol << '"'; // digits and a dot
    line_ << R"(,"subsystem":")" << to_string(session.subsystem) << '"';
  }

  void write_times(const Session& session)
  {
    std::string_view before = R"(,"time":{)";
    const auto write = [&](std::string_view key, const std::optional<std::int64_t>& time_us) {
      if (time_us)
        line_ << std::exchange(before, ",") << key << *time_us;
    };
    write(R"("gap_us":)", session.now.gap_us);
    write(R"("to_tls_us":)", session.to_tls_us);
    write(R"("to_mail_us":)", session.to_mail_us);
    if (before == ",")
      line_ << '}';
  }

  void write_moment_members(const Session& session, const Report* report)
  {
    if (!has_moment(session))
      return;
    Json& json = workshop_.json;
    json.clear();
    json.begin_object();
    write_moment(json, session, report);
    json.end_object();
    cuts_ |= json.cuts();
    const std::string_view members = json.text();
    line_ << ',' << members.substr(1, members.size() - 2);
  }

  void write_truncated()
  {
    if (cuts_ == 0)
      return;
    std::string_view before = R"(,"truncated":[")";
    for (const auto& [field, name] : field_names)
      if ((cuts_ & cut_bit(field)) != 0)
        line_ << std::exchange(before, R"(,")") << name << '"';
    line_ << ']';
  }

  LineSettings settings_;
  Way way_;
  Observer observer_;
  Document document_;

  std::string head_, tail_;
  std::array<std::string, categories> kinds_;
  Cuts constant_cuts_ = 0;

  std::deque<SessionText> texts_; // by slot
  SessionText::Workshop workshop_;
  TextBuffer line_;
  TimeText time_text_;
  Cuts cuts_ = 0; // of the line that is being written
};

Caps caps_for(Detail detail) noexcept
{
  switch (detail) {
  case Detail::compact: return Caps::compact();
  case Detail::standard: return Caps::standard();
  case Detail::full: break;
  }
  return Caps::full();
}

Snapshot::Snapshot(LineSettings settings, Way way)
  : writer_(std::make_unique<Writer>(std::move(settings), way))
{}

Snapshot::~Snapshot() = default;

void Snapshot::set_observer(const Handshake& handshake)
{
  writer_->set_observer(handshake);
}

void Snapshot::prefetch(SessionTable::Slot slot) const noexcept
{
  writer_->prefetch(slot);
}

std::string_view Snapshot::event(SessionTable::Slot slot, const Session& session,
                                 const Report* report, Sections changed, const LoggerState& logger)
{
  return writer_->event(slot, session, report, changed, logger);
}

std::string_view Snapshot::anomaly(std::string_view line, std::string_view error,
                                   std::int64_t time_us, const LoggerState& logger)
{
  return writer_->anomaly(line, error, time_us, logger);
}

} // namespace jsonlog
