// SPDX-License-Identifier: ISC
#include "jsonlog/snapshot.hpp"

#include "jsonlog/secrets.hpp"
#include "jsonlog/time_text.hpp"
#include "line/document.hpp"
#include "line/members.hpp"
#include "line/message.hpp"
#include "line/session_text.hpp"

#include <array>
#include <deque>
#include <utility>

namespace jsonlog {

// The cached way. A line is
//   {"@timestamp":"TIME","message":"...
//   HEAD: ","ecs","host","event":{"kind".."type","action":"   rest of the event
//   TAIL: },"observer","labels"                                the session's root pieces
//   LOGGER: ,"opensmtpd":{"schema","record","logger":{..       the session's other pieces }}
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

  std::string_view event(SessionTable::Slot slot, const Session& session, const Report* report,
                         Sections changed, const LoggerState& logger)
  {
    const EventLine line{session, report, logger};
    if (way_ == Way::cached) {
      while (texts_.size() <= slot)
        texts_.emplace_back();
      write_line(line, texts_[slot], changed);
      if (line_.size() - 1 <= settings_.max_line)
        return line_.view();
    }
    return within_budget([&](Document::Size size) { return document_.event(line, size); });
  }

  std::string_view anomaly(std::string_view bad_line, std::string_view error, std::int64_t time_us,
                           const LoggerState& logger)
  {
    // The cut comes last: what hides a secret may stand before it, and the secret behind it.
    const std::string masked = mask_line(bad_line);
    const AnomalyLine line{masked, error, time_us, logger};
    return within_budget([&](Document::Size size) { return document_.anomaly(line, size); });
  }

  bool truncated() const noexcept { return cuts_.any(); }

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
      cuts_ = document_.cuts();
      break;
    }
    return line_.view();
  }

  // --- Constants ---

  void write_constants()
  {
    constant_cuts_ = {};
    const std::string head = constant([this](Json& json) { write_head(json, settings_); });
    for (std::size_t i = 0; i < categories; ++i)
      heads_[i] = R"(",)" + head + R"(,"event":{)" +
                  constant([i](Json& json) { write_kind(json, static_cast<Category>(i)); }) +
                  R"(,"action":")";
    tail_ = "}," + constant([this](Json& json) { write_observer(json, settings_, observer_); });
    write_logger_constant({});
  }

  void write_logger_constant(const LoggerState& logger)
  {
    run_us_ = logger.run_us;
    TextBuffer text;
    text << R"(,"opensmtpd":{"schema":")" << schema_version
         << R"(","record":"event","logger":{"version":")" << settings_.program_version
         << R"(","run":")";
    text.hex(static_cast<std::uint64_t>(logger.run_us)) << R"(","sequence":)";
    logger_ = text.view();
  }

  // The members that `write` writes, without the braces around them.
  template <typename Write>
  std::string constant(Write write)
  {
    json_.clear();
    json_.begin_object();
    write(json_);
    json_.end_object();
    constant_cuts_.add(json_.cuts());
    const std::string_view members = json_.text();
    return std::string(members.substr(1, members.size() - 2));
  }

  // --- A line ---

  void write_line(const EventLine& line, SessionText& text, Sections changed)
  try {
    const auto& [session, report, logger] = line;
    text.change(session, changed);
    line_.clear();
    if (text.is_stale(Piece{}, first_root_piece)) { // parts of what follows
      text.append(line_, session, Piece{}, first_root_piece);
      line_.clear();
    }
    cuts_ = constant_cuts_;
    line_ << R"({"@timestamp":")";
    time_text_.append(line_, session.time_us);
    line_ << R"(","message":")";
    if (!append_message(line_, line.action(), session, report, text.piece(Piece::peer),
                        {limits::message_part, false}))
      cuts_.add(Field::message);
    write_event(line, text);
    line_ << tail_;
    text.append(line_, session, first_root_piece, first_opensmtpd_piece);
    write_logger(session, logger);
    write_moment(line);
    text.append(line_, session, first_opensmtpd_piece, Piece::end);
    line_ << '}';
    cuts_.add(text.cuts());
    write_truncated();
    line_ << "}}\n";
  } catch (...) {
    text.forget();
    throw;
  }

  void append_text(Field field, std::string_view text, std::size_t limit = limits::keyword)
  {
    if (!append_json_text(line_, text, {limit, false}))
      cuts_.add(field);
    line_ << '"';
  }

  // Up to but not including the brace that closes `event`.
  void write_event(const EventLine& line, const SessionText& text)
  {
    const auto& [session, report, logger] = line;
    line_ << heads_[static_cast<std::size_t>(category_of(report, session))];
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
    {
      Pen pen(line_, 512);
      pen << R"(,"sequence":)" << line.sequence() << R"(,"id":")" << text.piece(Piece::id_prefix)
          << line.sequence() << text.piece(Piece::start);
      if (!session.final())
        pen << R"(,"duration":)" << line.duration_ns();
    }
    if (session.final()) {
      line_ << R"(,"end":")";
      append_time(line_, session.time_us);
      line_ << R"(","duration":)" << line.duration_ns();
    }
    if (settings_.original && report != nullptr) {
      line_ << R"(,"original":")";
      append_text(Field::event_original, mask_report(*report, session.in_auth_exchange),
                  limits::original);
    }
  }

  void write_logger(const Session& session, const LoggerState& logger)
  {
    if (logger.run_us != run_us_)
      write_logger_constant(logger);
    line_ << logger_;
    Pen pen(line_, 256 + session.protocol.size());
    pen << logger.sequence << R"(,"dropped":)" << logger.dropped << R"(})";
    if (!session.protocol.empty())
      pen << R"(,"protocol":")" << session.protocol << R"(")"; // digits and a dot
    pen << R"(,"subsystem":")" << to_string(session.subsystem) << R"(")";
    std::string_view before = R"(,"time":{)";
    const auto write = [&](std::string_view key, const std::optional<std::int64_t>& time_us) {
      if (time_us)
        pen << std::exchange(before, ",") << key << *time_us;
    };
    write(R"("gap_us":)", session.now.gap_us);
    write(R"("to_tls_us":)", session.to_tls_us);
    write(R"("to_mail_us":)", session.to_mail_us);
    if (before == ",")
      pen << R"(})";
  }

  void write_moment(const EventLine& line)
  {
    PieceText text{line_};
    write_moment_text(text, line.session, line.report);
    cuts_.add(text.cuts);
  }

  void write_truncated()
  {
    if (!cuts_.any())
      return;
    std::string_view before = R"(,"truncated":[")";
    for (const auto& [field, name] : field_names)
      if (cuts_.has(field))
        line_ << std::exchange(before, R"(,")") << name << '"';
    line_ << ']';
  }

  LineSettings settings_;
  Way way_;
  Observer observer_;
  Document document_;

  std::array<std::string, categories> heads_; // from the message's end up to event.action
  std::string tail_;                          // from event's end up to the session's root pieces
  std::string logger_;                        // up to the number of opensmtpd.logger.sequence
  std::int64_t run_us_ = 0;                   // in logger_
  Cuts constant_cuts_;

  std::deque<SessionText> texts_; // by slot
  Json json_;
  TextBuffer line_;
  TimeText time_text_;
  Cuts cuts_; // of the line that is being written, or was written last
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

bool Snapshot::truncated() const noexcept
{
  return writer_->truncated();
}

} // namespace jsonlog
