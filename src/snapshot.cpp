// SPDX-License-Identifier: ISC
#include "jsonlog/snapshot.hpp"

#include "category.hpp"
#include "jsonlog/secrets.hpp"
#include "jsonlog/time_text.hpp"
#include "message.hpp"
#include "session_text.hpp"

#include <array>
#include <deque>

namespace jsonlog {

namespace {

constexpr std::string_view schema_version = "1.0";
constexpr std::string_view ecs_version = "8.17.0";

std::string_view synthetic_action(Close close) noexcept
{
  return close == Close::evicted ? "session-evicted" : "session-shutdown";
}

} // namespace

// Names of the line's parts, in their order:
//   {"@timestamp","message",  HEAD "ecs","host",  "event":{ KIND "kind".."type", ...},  ["error"]
//   TAIL "observer","labels",  the session's root pieces,
//   "opensmtpd":{ ..., the session's other pieces }}
// HEAD, KIND and TAIL do not change from line to line.
class Snapshot::Writer
{
public:
  Writer(LineSettings settings, Way way)
    : settings_(std::move(settings))
    , way_(way)
  {
    write_constants();
  }

  void set_observer(const Handshake& handshake)
  {
    smtpd_version_ = handshake.smtpd_version();
    admd_ = handshake.admd();
    write_constants();
  }

  std::string_view event(SessionTable::Slot slot, const Session& session, const Report* report,
                         Sections changed, const LoggerState& logger)
  {
    while (texts_.size() <= slot)
      texts_.emplace_back();
    SessionText& text = texts_[slot];
    if (way_ == Way::from_nothing) {
      changed = all_sections;
      write_constants();
    }
    text.render(json_, session, changed, settings_.detail == Detail::compact);

    const EventLine line{session, report, logger};
    write_event(line, text, text.cuts(), true);
    if (fits())
      return line_;
    write_event(line, text, text.cuts() | text.lists(), false);
    if (fits())
      return line_;
    shorten(true);
    short_text_.render_without_lists(json_, session);
    write_event(line, short_text_, short_text_.cuts() | text.lists() | constant_cuts_, true);
    shorten(false);
    return line_;
  }

  std::string_view anomaly(std::string_view bad_line, std::string_view error, std::int64_t time_us,
                           const LoggerState& logger)
  {
    if (way_ == Way::from_nothing)
      write_constants();
    // What hides a secret may stand before the cut, and the secret behind it: mask first.
    const std::string masked = mask_unknown(bad_line.substr(0, limits::line));
    write_anomaly(masked, error, time_us, logger);
    if (fits())
      return line_;
    shorten(true);
    write_anomaly(masked, error, time_us, logger);
    shorten(false);
    return line_;
  }

private:
  struct EventLine
  {
    const Session& session;
    const Report* report; // null: a synthetic end
    const LoggerState& logger;
  };

  bool fits() const noexcept { return line_.size() - 1 <= settings_.max_line; }

  void shorten(bool on)
  {
    json_.shorten(on);
    write_constants();
  }

  // --- Constants ---

  void write_constants()
  {
    constant_cuts_ = 0;
    head_ = constant([this] {
      json_.raw(R"(,"ecs":)");
      json_.begin_object();
      json_.token_member("version", ecs_version);
      json_.end_object();
      if (settings_.host.empty())
        return;
      json_.raw(R"(,"host":)");
      json_.begin_object();
      json_.member("name", Field::host_name, settings_.host);
      json_.end_object();
    });
    for (std::size_t i = 0; i < categories; ++i)
      kinds_[i] = constant([this, i] { write_kind(static_cast<Category>(i)); });
    tail_ = constant([this] { write_tail(); });
  }

  template <typename Write>
  std::string constant(Write write)
  {
    json_.clear();
    write();
    constant_cuts_ |= json_.cuts();
    return std::string(json_.piece());
  }

  void write_kind(Category category)
  {
    json_.raw(R"(,"event":)");
    json_.begin_object();
    json_.token_member("kind", "event");
    json_.token_member("module", "opensmtpd");
    json_.token_member("dataset", "opensmtpd.session");
    write_tokens("category", ecs_category(category));
    write_tokens("type", ecs_type(category));
    json_.end_object();
    json_.reopen();
  }

  void write_tokens(std::string_view key, std::span<const std::string_view> tokens)
  {
    json_.key(key);
    json_.begin_array();
    for (const std::string_view token : tokens)
      json_.token(token);
    json_.end_array();
  }

  void write_tail()
  {
    json_.raw(R"(,"observer":)");
    json_.begin_object();
    json_.token_member("type", "mta");
    json_.token_member("product", "OpenSMTPD");
    json_.member("version", Field::observer_version, smtpd_version_);
    json_.member("hostname", Field::observer_hostname, admd_);
    json_.end_object();
    if (settings_.labels.empty())
      return;
    json_.raw(R"(,"labels":)");
    json_.begin_object();
    for (const auto& [key, value] : settings_.labels)
      json_.member(key, Field::labels, value);
    json_.end_object();
  }

  // --- A line ---

  void write_event(const EventLine& line, const SessionText& text, Cuts cuts, bool with_lists)
  {
    const auto& [session, report, logger] = line;
    const std::string_view action = report ? report->name : synthetic_action(session.close);
    cuts_ = cuts | constant_cuts_;
    begin_line(session.time_us);
    if (!append_message(line_, action, session, report, text.piece(Piece::peer),
                        json_.cut_at(limits::message_part)))
      cuts_ |= cut_bit(Field::message);
    line_ += '"';
    line_ += head_;
    write_event_object(line, text, action);
    line_ += tail_;
    append_pieces(text, first_root_piece, first_opensmtpd_piece, with_lists);
    begin_opensmtpd("event", session, logger);
    write_times(session);
    write_moment(session, report);
    write_truncated();
    append_pieces(text, first_opensmtpd_piece, Piece::end, with_lists);
    line_ += "}}}\n"; // filter, opensmtpd, the line
  }

  void begin_line(std::int64_t time_us)
  {
    line_.assign(R"({"@timestamp":")");
    append_time(line_, time_us);
    line_ += R"(","message":")";
  }

  void append_text(std::string_view key, Field field, std::string_view value,
                   std::size_t limit = limits::keyword)
  {
    line_ += key;
    if (!append_json_text(line_, value, json_.cut_at(limit)))
      cuts_ |= cut_bit(field);
    line_ += '"';
  }

  void append_member(std::string_view key, std::uint64_t value)
  {
    line_ += key;
    append_number(line_, static_cast<long long>(value));
  }

  void write_event_object(const EventLine& line, const SessionText& text, std::string_view action)
  {
    const auto& [session, report, logger] = line;
    line_ += kinds_[static_cast<std::size_t>(category_of(report, session))];
    append_text(R"(,"action":")", Field::event_action, action);
    if (session.now.outcome != Outcome::none)
      line_ += session.now.outcome == Outcome::success ? R"(,"outcome":"success")"
                                                       : R"(,"outcome":"failure")";
    if (!session.now.reason.empty())
      append_text(R"(,"reason":")", Field::event_reason, session.now.reason);
    append_member(R"(,"sequence":)", session.events - 1);
    line_ += R"(,"id":")";
    line_ += text.piece(Piece::id_prefix);
    append_number(line_, static_cast<long long>(session.events - 1));
    line_ += R"(","start":")";
    line_ += text.piece(Piece::start);
    line_ += '"';
    if (session.final()) {
      line_ += R"(,"end":")";
      append_time(line_, session.time_us);
      line_ += '"';
    }
    const std::int64_t duration_us = std::max<std::int64_t>(0, session.time_us - session.start_us);
    append_member(R"(,"duration":)", static_cast<std::uint64_t>(duration_us) * 1000);
    if (settings_.original && report != nullptr)
      append_text(R"(,"original":")", Field::event_original,
                  mask_report(*report, session.in_auth_exchange), limits::original);
    line_ += '}';
  }

  void append_pieces(const SessionText& text, Piece first, Piece end, bool with_lists)
  {
    if (with_lists) {
      line_ += text.range(first, end);
      return;
    }
    for (const PieceRow& row : piece_rows)
      if (row.piece >= first && row.piece < end && row.droppable == 0)
        line_ += text.piece(row.piece);
  }

  void begin_opensmtpd(std::string_view record, const LoggerState& logger)
  {
    line_ += R"(,"opensmtpd":{"schema":")";
    line_ += schema_version;
    line_ += R"(","record":")";
    line_ += record;
    line_ += R"(","logger":{"version":")";
    line_ += settings_.program_version;
    line_ += R"(","run":")";
    append_hex(line_, static_cast<std::uint64_t>(logger.run_us));
    append_member(R"(","sequence":)", logger.sequence);
    append_member(R"(,"dropped":)", logger.dropped);
    line_ += '}';
  }

  void begin_opensmtpd(std::string_view record, const Session& session, const LoggerState& logger)
  {
    begin_opensmtpd(record, logger);
    if (!session.protocol.empty()) {
      line_ += R"(,"protocol":")";
      line_ += session.protocol; // digits and dots
      line_ += '"';
    }
    line_ += R"(,"subsystem":")";
    line_ += to_string(session.subsystem);
    line_ += '"';
  }

  void write_times(const Session& session)
  {
    std::string_view open = R"(,"time":{)";
    append_time_member(open, R"("gap_us":)", session.now.gap_us);
    append_time_member(open, R"("to_tls_us":)", session.to_tls_us);
    append_time_member(open, R"("to_mail_us":)", session.to_mail_us);
    if (open == ",")
      line_ += '}';
  }

  // `open` is what stands before the first member, and a comma once there is one.
  void append_time_member(std::string_view& open, std::string_view key,
                          const std::optional<std::int64_t>& time_us)
  {
    if (!time_us)
      return;
    line_ += open;
    open = ",";
    append_member(key, static_cast<std::uint64_t>(*time_us));
  }

  // What is true of this line only; rare, so the Writer does it anew each time.
  void write_moment(const Session& session, const Report* report)
  {
    const Moment& now = session.now;
    const bool unknown = report != nullptr && std::holds_alternative<Unknown>(report->event);
    if (now.anomalies.empty() && !now.recipient && !unknown)
      return;
    json_.clear();
    if (!now.anomalies.empty()) {
      json_.raw(R"(,"anomaly_new":)");
      json_.begin_array();
      for (const Anomaly anomaly : now.anomalies)
        json_.token(to_string(anomaly));
      json_.end_array();
      if (now.anomalies.cut())
        cuts_ |= cut_bit(Field::anomaly_new);
    }
    if (now.recipient)
      write_recipient(*now.recipient);
    if (unknown) {
      json_.raw(R"(,"unknown":)");
      json_.begin_object();
      json_.member("event", Field::unknown_event, report->name);
      json_.member("params", Field::unknown_params, now.unknown_params);
      json_.end_object();
    }
    cuts_ |= json_.cuts();
    line_ += json_.piece();
  }

  void write_recipient(const Recipient& recipient)
  {
    json_.raw(R"(,"rcpt":)");
    json_.begin_object();
    json_.member("address", Field::rcpt_address, recipient.address);
    json_.member("address_original", Field::rcpt_address_original, recipient.original);
    json_.member("local", Field::rcpt_local, local_part(recipient.address));
    json_.member("domain", Field::rcpt_domain_of_event, domain_part(recipient.address));
    json_.member("status", Field::rcpt_status, recipient.status);
    json_.end_object();
  }

  void write_truncated()
  {
    if (cuts_ == 0)
      return;
    line_ += R"(,"truncated":)";
    char separator = '[';
    for (const auto& [field, name] : field_names) {
      if ((cuts_ & cut_bit(field)) == 0)
        continue;
      line_ += separator;
      line_ += '"';
      line_ += name;
      line_ += '"';
      separator = ',';
    }
    line_ += ']';
  }

  void write_anomaly(std::string_view bad_line, std::string_view error, std::int64_t time_us,
                     const LoggerState& logger)
  {
    cuts_ = constant_cuts_;
    begin_line(time_us);
    line_ += "malformed-report ";
    line_ += error;
    line_ += '"';
    line_ += head_;
    line_ += kinds_[static_cast<std::size_t>(Category::other)];
    line_ += R"(,"action":"malformed-report","id":"anomaly.)";
    append_hex(line_, static_cast<std::uint64_t>(logger.run_us));
    line_ += '.';
    append_number(line_, static_cast<long long>(logger.sequence));
    line_ += '"';
    if (!bad_line.empty())
      append_text(R"(,"original":")", Field::event_original, bad_line, limits::original);
    line_ += '}';
    append_text(R"(,"error":{"message":")", Field::error_message, error);
    line_ += '}';
    line_ += tail_;
    begin_opensmtpd("anomaly", logger);
    write_truncated();
    line_ += "}}\n";
  }

  LineSettings settings_;
  Way way_;
  std::string smtpd_version_, admd_;

  Json json_;
  std::string head_, tail_;
  std::array<std::string, categories> kinds_;
  Cuts constant_cuts_ = 0;

  std::deque<SessionText> texts_; // by slot
  SessionText short_text_;        // of the last line that was too long
  std::string line_;
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
