// SPDX-License-Identifier: ISC
#include "jsonlog/snapshot.hpp"

#include "jsonlog/secrets.hpp"
#include "jsonlog/time_text.hpp"
#include "line/description_event.hpp"
#include "line/document.hpp"
#include "line/message.hpp"
#include "line/session_text.hpp"
#include "text/words.hpp"

#include <array>
#include <deque>
#include <utility>

namespace jsonlog {

using namespace description;

// The cached way. A line is
//   {"@timestamp":"TIME","message":"...
//   HEAD: ","ecs","host","event":{"kind".."type"    rest of the event
//   TAIL: ,"observer","labels"                      the session's rows of the root
//   LOGGER: ,"opensmtpd":{.. "logger":{.."run"      the moment, the session's other rows }}
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
      write_line(line, text_of(slot, session, changed), changed);
      if (line_.size() - 1 <= settings_.max_line)
        return line_.view();
    }
    return from_nothing([&](Size size) { return document_.event(line, size); });
  }

  void forget(SessionTable::Slot slot) noexcept
  {
    if (slot < texts_.size())
      texts_[slot].forget();
  }

  std::string_view anomaly(std::string_view bad_line, std::string_view error, std::int64_t time_us,
                           const LoggerState& logger)
  {
    // The cut comes last: what hides a secret may stand before it, and the secret behind it.
    const std::string masked = mask_line(bad_line);
    const AnomalyLine line{masked, error, time_us, logger};
    return from_nothing([&](Size size) { return document_.anomaly(line, size); });
  }

  bool truncated() const noexcept { return cuts_.any(); }

private:
  // A session of which the only line is its last has no use for a text of its own.
  SessionText& text_of(SessionTable::Slot slot, const Session& session, Sections changed)
  {
    if (changed == all_sections && session.final())
      return only_text_;
    while (texts_.size() <= slot)
      texts_.emplace_back();
    return texts_[slot];
  }

  template <typename Write>
  std::string_view from_nothing(const Write& write)
  {
    const std::string_view text = within_budget(settings_.max_line, write);
    line_.clear();
    line_ << text << '\n';
    cuts_ = document_.cuts();
    return line_.view();
  }

  // --- Constants ---

  void write_constants()
  {
    constant_cuts_ = {};
    for (std::size_t i = 0; i < value_count<Category>; ++i)
      heads_[i] = "\"," + constant([this, i](JsonWriter& out) {
                    write_head(out, settings_);
                    out.open("event"_key);
                    write_kind(out, static_cast<Category>(i));
                  });
    tail_ = "," + constant([this](JsonWriter& out) { write_observer(out, settings_, observer_); });
    write_logger_constant({});
  }

  void write_logger_constant(const LoggerState& logger)
  {
    run_us_ = logger.run_us;
    logger_ = "," + constant([this, &logger](JsonWriter& out) {
                open_opensmtpd(out, settings_, RecordKind::event, logger);
              });
  }

  // The members that `write` writes, some of them perhaps still open.
  template <typename Write>
  std::string constant(Write write)
  {
    json_.begin();
    write(json_);
    constant_cuts_.add(json_.cuts());
    return std::string(json_.text().substr(1)); // without the brace of the document
  }

  // --- A line ---

  void write_line(const EventLine& line, SessionText& text, Sections changed)
  try {
    const auto& [session, report, logger] = line;
    text.change(session, changed);
    line_.clear();
    if (text.is_stale(0, first_root_row)) { // parts of what follows
      text.append(line_, session, 0, first_root_row);
      line_.clear();
    }
    const EventTexts texts = text.event_texts();
    cuts_ = constant_cuts_;
    line_ << R"({"@timestamp":")";
    time_text_.append(line_, session.time_us);
    line_ << R"(","message":")";
    if (!append_message(line_, line.action(), session, report, texts.peer,
                        {limits::message_part, false}))
      cuts_.add(field<"message">);
    line_ << heads_[static_cast<std::size_t>(category_of(report, session))];
    write([&](TextWriter& out) { write_event(out, line, texts, settings_.original); });
    line_ << tail_;
    text.append(line_, session, first_root_row, first_opensmtpd_row);
    if (logger.run_us != run_us_)
      write_logger_constant(logger);
    line_ << logger_;
    write([&](TextWriter& out) {
      write_logger(out, line.logger);
      write_moment(out, line);
    });
    text.append(line_, session, first_opensmtpd_row, row_count);
    cuts_.add(text.cuts());
    if (cuts_.any())
      write([this](TextWriter& out) { write_truncated(out, cuts_); });
    line_ << "}}\n";
  } catch (...) {
    text.forget();
    throw;
  }

  // Flat, so that the writer's place in the line can stay in a register.
  template <typename Members>
  [[gnu::flatten]] void write(const Members& members)
  {
    TextWriter out(line_);
    members(out);
    cuts_.add(out.finish());
  }

  LineSettings settings_;
  Way way_;
  Observer observer_;
  Document document_;

  std::array<std::string, value_count<Category>> heads_; // from the message's end up to event.type
  std::string tail_;        // from event's end up to the session's rows of the root
  std::string logger_;      // up to opensmtpd.logger.run
  std::int64_t run_us_ = 0; // in logger_
  Cuts constant_cuts_;

  std::deque<SessionText> texts_; // by slot
  SessionText only_text_;
  JsonWriter json_;
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

void Snapshot::forget(SessionTable::Slot slot) noexcept
{
  writer_->forget(slot);
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
