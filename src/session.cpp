// SPDX-License-Identifier: ISC
#include "jsonlog/session.hpp"

#include "jsonlog/command.hpp"
#include "jsonlog/secrets.hpp"
#include "jsonlog/text.hpp"

#include <algorithm>
#include <charconv>
#include <initializer_list>
#include <limits>
#include <utility>

namespace jsonlog {

namespace {

constexpr std::string_view no_message = "00000000";
constexpr std::size_t envelope_id_size = 16;

std::string_view kept(std::string_view text) noexcept
{
  return text.substr(0, limits::kept_text);
}

bool is_one_of(std::string_view text, std::initializer_list<std::string_view> tokens) noexcept
{
  return std::find(tokens.begin(), tokens.end(), text) != tokens.end();
}

bool is_hex(std::string_view text) noexcept
{
  return std::all_of(text.begin(), text.end(),
                     [](char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'); });
}

std::int64_t elapsed(std::int64_t from_us, std::int64_t to_us) noexcept
{
  return std::max<std::int64_t>(0, to_us - from_us);
}

template <typename Number>
std::optional<Number> parse_number(std::string_view text) noexcept
{
  Number number{};
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc{} || end != text.data() + text.size() || number < 0)
    return std::nullopt;
  return number;
}

// The piece of `version=TLSv1.2, cipher=..., bits=256` that follows the key.
std::string_view value_of(std::string_view text, std::string_view key) noexcept
{
  const std::size_t at = text.find(key);
  if (at == std::string_view::npos)
    return {};
  text.remove_prefix(at + key.size());
  return text.substr(0, text.find(','));
}

std::string_view registered_phase(std::string_view phase) noexcept
{
  if (phase == "connected")
    return "connect";
  if (phase == "tls")
    return "starttls";
  return phase;
}

// The history's letter for a command that was refused; 0: it has none. A refused message (`.`)
// shows by its event, tx-data or tx-rollback.
char refusal_letter(std::string_view verb) noexcept
{
  struct Letter
  {
    std::string_view verb;
    char letter;
  };
  constexpr std::array<Letter, 9> letters = {{{"MAIL FROM", 'm'},
                                              {"RCPT TO", 'r'},
                                              {"DATA", 'd'},
                                              {"AUTH", 'a'},
                                              {"STARTTLS", 't'},
                                              {"EHLO", 'e'},
                                              {"HELO", 'h'},
                                              {"LHLO", 'l'},
                                              {"other", '?'}}};
  for (const Letter& row : letters)
    if (row.verb == verb)
      return row.letter;
  return 0;
}

// One visit a report. A struct and not a set of functions: a forgotten event is a compile error.
class Apply
{
public:
  Apply(Session& session, const Caps& caps, const Report* report, std::int64_t time_us)
    : s_(session)
    , caps_(caps)
    , report_(report)
    , time_us_(time_us)
  {}

  Sections changed() const noexcept { return changed_; }

  // What every line does before its own effects.
  void begin()
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

  void check_report()
  {
    if (s_.protocol != report_->protocol)
      s_.protocol = kept(report_->protocol);
    // smtpd's lookup process stamps filter-report later than the others; that is no step back.
    if (!std::holds_alternative<FilterReport>(report_->event)) {
      if (time_us_ < s_.order_us)
        raise(Anomaly::clock_backwards);
      s_.order_us = time_us_;
    }
    if (report_->missing_fields)
      raise(Anomaly::missing_fields);
    if (report_->extra_fields)
      raise(Anomaly::extra_fields);
    if (!is_utf8(report_->line))
      raise(Anomaly::bad_bytes);
  }

  void operator()(const LinkConnect& event)
  {
    if (s_.connected) {
      raise(Anomaly::reconnect);
      forget_connection();
    }
    s_.connected = true;
    s_.source = parse_endpoint(event.source);
    s_.destination = parse_endpoint(event.destination);
    s_.rdns.clear();
    if (event.rdns != "<unknown>" && !is_ip_address(event.rdns))
      s_.rdns = kept(event.rdns);
    s_.fcrdns.clear();
    if (s_.subsystem == Subsystem::smtp_in)
      s_.fcrdns = kept(event.fcrdns);
    expect_token(event.fcrdns, {"pass", "fail", "error"});
    relate(s_.related_ip, s_.source.ip);
    relate(s_.related_ip, s_.destination.ip);
    relate(s_.related_hosts, s_.rdns);
    s_.command_us = time_us_;
    s_.command_timed = true;
    note('C');
    move(Step::link_connect);
    mark(Section::link);
  }

  void operator()(const LinkGreeting& event)
  {
    s_.greeted = true;
    s_.banner = kept(event.hostname);
    relate(s_.related_hosts, s_.banner);
    note('G');
    move(Step::link_greeting);
    mark(Section::banner);
  }

  void operator()(const LinkIdentify& event)
  {
    expect_token(event.method, {"HELO", "EHLO", "LHLO"});
    s_.helo_method = kept(event.method);
    s_.helo_name = kept(event.identity);
    ++s_.helo_count;
    relate(s_.related_hosts, s_.helo_name);
    const std::string_view method = event.method.empty() ? s_.command.verb : event.method;
    note(method == "EHLO" ? 'E' : method == "LHLO" ? 'L' : 'H');
    move(Step::link_identify);
    mark(Section::helo);
    mark(Section::session);
  }

  void operator()(const LinkTls& event)
  {
    s_.tls_established = true;
    s_.tls_expected = false;
    parse_tls(event.text);
    if (!s_.to_tls_us)
      s_.to_tls_us = elapsed(s_.start_us, time_us_);
    note('T');
    if (s_.subsystem == Subsystem::smtp_in)
      move(Step::starttls);
    mark(Section::tls);
    mark(Section::session);
  }

  void operator()(const LinkAuth& event)
  {
    expect_token(event.result, {"pass", "fail", "error"});
    const bool passed = event.result == "pass";
    ++s_.auth_attempts;
    s_.auth_failures += passed ? 0U : 1U;
    s_.authenticated = s_.authenticated || passed;
    s_.auth_result = kept(event.result);
    s_.user = kept(event.username);
    relate(s_.related_user, s_.user);
    if (passed)
      s_.now.outcome = Outcome::success;
    else
      fail();
    if (passed)
      note('A');
    else
      note_refusal('a');
    mark(Section::auth);
    mark(Section::session);
  }

  void operator()(const LinkDisconnect&) { close(inferred_close()); }

  void operator()(const TxBegin& event)
  {
    if (event.message_id == no_message)
      raise(Anomaly::null_message_id);
    open_transaction(is_message_id(event.message_id) ? event.message_id : std::string_view{});
    move(Step::tx_begin);
  }

  void operator()(const TxMail& event)
  {
    expect_result(event.result);
    const bool ok = event.result == "ok";
    if (!ok && !event.result.empty() && s_.mail_answered) {
      bogus();
      return;
    }
    s_.mail_answered = true;
    ++s_.count.mail;
    mark(Section::count);
    if (!s_.to_mail_us)
      s_.to_mail_us = elapsed(s_.start_us, time_us_);
    Transaction* const tx = transaction_of(event.message_id);
    const auto [address, original] = effective_address(event.address);
    // A refused MAIL inside a transaction does not touch its sender.
    if (tx != nullptr && !event.result.empty() && (ok || !tx->from)) {
      tx->from = Sender{std::string(kept(address)), std::string(kept(original)),
                        std::string(kept(event.result))};
      mark(Section::tx_from);
    }
    if (ok) {
      reach(s_.mail_from, address, caps_.senders);
      move(Step::tx_mail_ok);
    }
    conclude(event.result, 'M');
  }

  void operator()(const TxRcpt& event)
  {
    expect_result(event.result);
    const bool ok = event.result == "ok";
    const auto [address, original] = effective_address(event.address);
    if (!address.empty() || !event.result.empty())
      s_.now.recipient = Recipient{std::string(kept(address)), std::string(kept(original)),
                                   std::string(kept(event.result))};
    if (!ok && !event.result.empty() && s_.rcpt_answered) {
      bogus();
      return;
    }
    s_.rcpt_answered = true;
    ++s_.count.rcpt;
    s_.count.rcpt_ok += ok ? 1U : 0U;
    s_.count.rcpt_tempfail += event.result == "tempfail" ? 1U : 0U;
    s_.count.rcpt_permfail += event.result == "permfail" ? 1U : 0U;
    mark(Section::count);
    if (Transaction* const tx = transaction_of(event.message_id))
      record_recipient(*tx, address, event.result);
    if (ok) {
      reach(s_.rcpt_to, address, caps_.recipients);
      reach(s_.rcpt_domain, domain_part(address), caps_.domains);
      move(Step::tx_rcpt_ok);
    }
    conclude(event.result, 'R');
  }

  void operator()(const TxEnvelope& event)
  {
    Transaction* const tx = transaction_of(event.message_id);
    if (tx == nullptr)
      return;
    ++tx->envelopes;
    mark(Section::envelopes);
    if (event.envelope_id.size() != envelope_id_size || !is_hex(event.envelope_id))
      raise(Anomaly::unknown_token);
    else
      tx->envelope_ids.add(event.envelope_id, caps_.envelopes);
  }

  void operator()(const TxData& event)
  {
    expect_result(event.result);
    if (Transaction* const tx = transaction_of(event.message_id)) {
      tx->data_status = kept(event.result);
      mark(Section::tx_state);
    }
    if (event.result == "ok")
      move(Step::tx_data_ok);
    conclude(event.result, 'D');
  }

  void operator()(const TxCommit& event)
  {
    ++s_.count.commit;
    ++s_.tx_committed;
    mark(Section::count);
    mark(Section::session);
    if (Transaction* const tx = transaction_of(event.message_id)) {
      mark(Section::tx_state);
      tx->status = TransactionStatus::committed;
      tx->duration_us = elapsed(tx->start_us, time_us_);
      if (const auto size = parse_number<std::int64_t>(event.size))
        record_size(*tx, *size);
      else if (!event.size.empty())
        raise(Anomaly::unknown_token);
    }
    s_.now.outcome = Outcome::success;
    note('K');
    if (!s_.is_lmtp())
      move(Step::tx_end);
  }

  // On smtp-out a rollback answers each refused recipient while the transaction lives on, and
  // over LMTP each recipient has its own verdict on the message.
  void operator()(const TxRollback& event)
  {
    ++s_.count.rollback;
    mark(Section::count);
    note('B');
    s_.now.outcome = Outcome::failure;
    explain_rollback();
    Transaction* const tx = transaction_to_end(event.message_id);
    if (tx == nullptr)
      return;
    tx->duration_us = elapsed(tx->start_us, time_us_);
    if (s_.subsystem == Subsystem::smtp_out && s_.command.verb == "RCPT TO")
      return;
    if (!s_.is_lmtp()) {
      roll_back(*tx);
      move(Step::tx_end);
    } else if (tx->status == TransactionStatus::open) {
      tx->status = TransactionStatus::rolled_back;
    }
  }

  void operator()(const TxReset& event)
  {
    Transaction* const tx = transaction_to_end(event.message_id);
    if (tx == nullptr || s_.is_lmtp())
      return;
    if (s_.subsystem == Subsystem::smtp_out && tx->status == TransactionStatus::open)
      return;
    end_transaction();
    move(Step::tx_end);
  }

  void operator()(const ProtocolClient& event)
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

  void operator()(const ProtocolServer& event)
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
    // Until 0.2 there was no link-greeting.
    s_.greeted = s_.greeted || s_.reply.code_class() == 2;
    s_.in_auth_exchange = false;
    if (s_.reply.code == 220 && s_.unanswered && s_.command.verb == "STARTTLS")
      s_.tls_expected = true;
    judge_refusal();
    s_.unsolicited = !s_.unanswered;
    s_.unanswered = false;
  }

  void operator()(const FilterResponse& event)
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

  void operator()(const FilterReport& event)
  {
    expect_token(event.kind, {"builtin", "proc"});
    if (event.kind.empty() && event.name.empty() && event.message.empty())
      return;
    std::string report(kept(event.kind));
    report.append(":").append(kept(event.name)).append(":").append(kept(event.message));
    if (s_.filter_reports.add(report, caps_.filter_reports))
      mark(Section::filter_reports);
  }

  void operator()(const Timeout&)
  {
    ++s_.count.timeout;
    s_.timed_out = true;
    mark(Section::count);
    note('O');
  }

  void operator()(const Unknown& event)
  {
    raise(Anomaly::unknown_event);
    s_.now.unknown_event = true;
    s_.now.unknown_params = mask_unknown(kept(event.params));
  }

  void close(Close close)
  {
    if (s_.tx)
      end_transaction();
    s_.close = close;
    move(Step::link_disconnect);
    s_.now.outcome = close == Close::quit ? Outcome::success : Outcome::failure;
    if (close == Close::filter_disconnect)
      s_.now.reason = s_.filter.param;
    else if (close == Close::rejected || close == Close::server_421 || close == Close::server_5xx)
      s_.now.reason = s_.reply.whole();
    mark(Section::session);
  }

private:
  void mark(Section section) noexcept { changed_ |= section_bit(section); }

  void raise(Anomaly anomaly)
  {
    s_.now.anomalies.add(anomaly);
    if (s_.anomalies.add(anomaly))
      mark(Section::anomaly);
  }

  void note(char letter)
  {
    s_.history.add(letter);
    mark(Section::history);
  }

  // A refusal shows once, whether its reply or its event comes first.
  void note_refusal(char letter)
  {
    if (!std::exchange(s_.refusal_noted, true))
      note(letter);
  }

  void move(Step step)
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
  bool is_usual(Anomaly anomaly) const
  {
    if (anomaly == Anomaly::command_before_greeting)
      return s_.replied || s_.partial;
    return anomaly == Anomaly::nested_mail && s_.subsystem == Subsystem::smtp_out;
  }

  // An empty token is a missing field, or 2018.
  void expect_token(std::string_view token, std::initializer_list<std::string_view> known)
  {
    if (!token.empty() && !is_one_of(token, known))
      raise(Anomaly::unknown_token);
  }

  void expect_result(std::string_view result)
  {
    expect_token(result, {"ok", "permfail", "tempfail"});
  }

  void relate(UniqueList& list, std::string_view text)
  {
    if (list.add(text, caps_.related))
      mark(Section::related);
  }

  void reach(UniqueList& list, std::string_view text, std::size_t cap)
  {
    if (list.add(text, cap))
      mark(Section::reached);
  }

  void open()
  {
    changed_ = all_sections;
    s_.start_us = time_us_;
    s_.order_us = time_us_;
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

  void drop_what_is_over()
  {
    if (!s_.tx)
      return;
    if (s_.tx->ended) {
      summarize(*s_.tx);
      s_.tx.reset();
      mark_transaction();
    } else if (s_.tx->duration_us) {
      s_.tx->duration_us.reset();
      mark(Section::tx_state);
    }
  }

  void forget_connection()
  {
    s_.greeted = s_.replied = s_.connect_passed = false;
    s_.tls_expected = s_.in_auth_exchange = s_.tls_established = false;
    s_.banner.clear();
    s_.helo_method.clear();
    s_.helo_name.clear();
    s_.tls_version.clear();
    s_.tls_protocol.clear();
    s_.tls_cipher.clear();
    s_.tls_bits.reset();
    changed_ |= section_bit(Section::banner) | section_bit(Section::helo) |
                section_bit(Section::tls) | section_bit(Section::session);
  }

  void parse_tls(std::string_view text)
  {
    std::string_view version = text.substr(0, text.find(':'));
    std::string_view cipher;
    std::string_view bits;
    if (text.starts_with("version=")) {
      version = value_of(text, "version=");
      cipher = value_of(text, "cipher=");
      bits = value_of(text, "bits=");
    } else if (version.size() < text.size()) {
      cipher = text.substr(version.size() + 1);
      const std::size_t colon = cipher.rfind(':');
      if (colon != std::string_view::npos) {
        bits = cipher.substr(colon + 1);
        cipher = cipher.substr(0, colon);
      }
    }
    const std::size_t v = version.find('v');
    s_.tls_protocol = kept(version.substr(0, v));
    to_lower(s_.tls_protocol);
    s_.tls_version = v == std::string_view::npos ? std::string_view{} : kept(version.substr(v + 1));
    s_.tls_cipher = kept(cipher);
    s_.tls_bits = parse_number<int>(bits);
    if (s_.tls_version.empty() || s_.tls_cipher.empty() || !s_.tls_bits)
      raise(Anomaly::unknown_token);
  }

  // --- Transactions ---

  void mark_transaction()
  {
    for (const Section section : {Section::tx, Section::tx_from, Section::tx_state,
                                  Section::envelopes, Section::recipients})
      mark(section);
  }

  void open_transaction(std::string_view message_id)
  {
    if (s_.tx) {
      end_transaction();
      summarize(*s_.tx);
    }
    ++s_.tx_count;
    s_.tx.emplace();
    s_.tx->id = kept(message_id);
    s_.tx->number = s_.tx_count;
    s_.tx->start_us = time_us_;
    s_.tx->size_before = s_.size_reported;
    mark_transaction();
    mark(Section::session);
  }

  // Eight hex digits. Anything else but nothing (2018, or a missing field) is odd.
  bool is_message_id(std::string_view text)
  {
    const bool valid = text.size() == no_message.size() && is_hex(text);
    if (!valid && !text.empty())
      raise(Anomaly::unknown_token);
    return valid;
  }

  // The open transaction if the event belongs to it; without a message id it does.
  Transaction* current_transaction(std::string_view message_id)
  {
    if (!s_.tx || (is_message_id(message_id) && s_.tx->id != message_id))
      return nullptr;
    return &*s_.tx;
  }

  // As above, or a new one for a message id that had no tx-begin. None for message id 00000000,
  // which smtpd gives to a MAIL that it refuses before there is a message.
  Transaction* transaction_of(std::string_view message_id)
  {
    if (message_id == no_message) {
      raise(Anomaly::null_message_id);
      return nullptr;
    }
    if (Transaction* const tx = current_transaction(message_id))
      return tx;
    note_missing_begin();
    if (!is_message_id(message_id))
      return nullptr;
    open_transaction(message_id);
    return &*s_.tx;
  }

  // For the events that end one: they open none.
  Transaction* transaction_to_end(std::string_view message_id)
  {
    Transaction* const tx = current_transaction(message_id);
    mark(Section::tx_state);
    if (tx == nullptr)
      note_missing_begin();
    return tx;
  }

  // Where we joined the session in the middle, that says it all.
  void note_missing_begin()
  {
    if (!s_.partial || s_.tx_count > 0)
      raise(Anomaly::tx_without_begin);
  }

  void roll_back(Transaction& tx)
  {
    if (tx.status != TransactionStatus::open)
      return;
    tx.status = TransactionStatus::rolled_back;
    ++s_.tx_rolled_back;
    mark(Section::session);
  }

  // Over LMTP a recipient's rollback says `rolled-back` before the transaction is over: it is
  // counted here.
  void end_transaction()
  {
    Transaction& tx = *s_.tx;
    if (tx.ended)
      return;
    if (s_.is_lmtp() && tx.status == TransactionStatus::rolled_back)
      tx.status = TransactionStatus::open;
    roll_back(tx);
    tx.ended = true;
    mark(Section::tx_state);
  }

  void summarize(const Transaction& tx)
  {
    if (caps_.transactions == 0)
      return;
    if (s_.transactions.size() < caps_.transactions) {
      TransactionSummary summary{tx.id, {}, tx.recipients, tx.status, tx.size};
      if (tx.from)
        summary.from = tx.from->address;
      s_.transactions.push_back(std::move(summary));
    } else {
      s_.transactions_cut = true;
    }
    mark(Section::transactions);
  }

  void record_recipient(Transaction& tx, std::string_view address, std::string_view result)
  {
    const bool ok = result == "ok";
    RecipientCounts& counts = tx.recipients;
    ++counts.count;
    counts.accepted += ok ? 1U : 0U;
    counts.tempfail += result == "tempfail" ? 1U : 0U;
    counts.permfail += result == "permfail" ? 1U : 0U;
    tx.addresses.add(address, caps_.recipients);
    (ok ? tx.accepted : tx.rejected).add(address, caps_.recipients);
    tx.domains.add(domain_part(address), caps_.domains);
    mark(Section::recipients);
  }

  void record_size(Transaction& tx, std::int64_t reported)
  {
    std::int64_t size = reported;
    if (s_.subsystem == Subsystem::smtp_out) {
      size -= tx.size_before;
      if (size < 0)
        size = reported;
      s_.size_reported = reported;
    }
    tx.size = size;
    // A hostile size may be anything; the sum stays a number.
    if (__builtin_add_overflow(s_.tx_bytes, size, &s_.tx_bytes))
      s_.tx_bytes = std::numeric_limits<std::int64_t>::max();
  }

  // What a filter's rewrite made of the address, and the address itself where that differs.
  std::pair<std::string_view, std::string_view> effective_address(std::string_view address) const
  {
    address = plain_address(address, report_->dialect);
    if (s_.rewritten.empty())
      return {address, {}};
    const std::string_view rewritten = inside_brackets(s_.rewritten);
    if (rewritten != address)
      return {rewritten, address};
    return {address, s_.command.address == address ? std::string_view{} : s_.command.address};
  }

  void bogus()
  {
    raise(Anomaly::bogus_result);
    fail();
  }

  // --- Outcome and reason ---

  // Of a transaction's result: the letter is the accepted one's. A missing result says nothing.
  void conclude(std::string_view result, char letter)
  {
    if (result == "ok") {
      note(letter);
      s_.now.outcome = Outcome::success;
    } else if (!result.empty()) {
      note_refusal(static_cast<char>(letter + ('a' - 'A')));
      fail();
    }
  }

  // The reply explains a failure if it has come already: behind the event in 6.6, and after AUTH.
  void fail()
  {
    s_.now.outcome = Outcome::failure;
    if (!s_.unanswered && s_.reply.refuses())
      s_.now.reason = s_.reply.whole();
  }

  // A rollback follows a refusal of the message, or a reply that no command asked for (421, 500
  // to a client that does not wait); a client's RSET or QUIT has no reason.
  void explain_rollback()
  {
    if (s_.unanswered || !s_.reply.refuses()) {
      if (s_.filter.response == "disconnect")
        s_.now.reason = s_.filter.param;
      return;
    }
    const std::string_view verb = s_.command.verb;
    const bool answers =
      verb == "." || verb == "DATA" || (verb == "RCPT TO" && s_.subsystem == Subsystem::smtp_out);
    if (answers || s_.unsolicited)
      s_.now.reason = s_.reply.whole();
  }

  void count_reply()
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
  void judge_refusal()
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
    if (const char letter = refusal_letter(s_.command.verb); letter != 0)
      note_refusal(letter);
  }

  void count_filter_response(const FilterResponse& event)
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

  Close inferred_close() const
  {
    const bool out = s_.subsystem == Subsystem::smtp_out;
    if (s_.timed_out)
      return Close::timeout;
    if (s_.filter.response == "disconnect")
      return Close::filter_disconnect;
    if (out && !s_.connected && !s_.partial)
      return Close::connect_failed;
    if (s_.tls_expected || handshake_failed_at_once())
      return Close::tls_failed;
    if (s_.quit_said)
      return Close::quit;
    if (!s_.greeted && s_.reply.refuses())
      return Close::rejected;
    if (s_.reply.complete && s_.reply.code == 421)
      return Close::server_421;
    if (s_.reply.complete && s_.reply.code_class() == 5 && !s_.unanswered)
      return Close::server_5xx;
    return out ? Close::server_lost : Close::client_lost;
  }

  // SMTPS: the server says nothing before TLS is there. A plain listener greets in the same
  // breath in which the filters let the connection in; for a relay only the port tells.
  bool handshake_failed_at_once() const
  {
    constexpr std::uint16_t smtps = 465; // RFC 8314
    if (s_.partial || !s_.connected || s_.greeted || s_.replied || s_.tls_established)
      return false;
    return s_.subsystem == Subsystem::smtp_in ? s_.connect_passed : s_.destination.port == smtps;
  }

  Session& s_;
  const Caps& caps_;
  const Report* report_;
  std::int64_t time_us_;
  Sections changed_ = 0;
};

} // namespace

Sections apply(Session& session, const Report& report, const Caps& caps)
{
  if (session.events == 0) {
    session.id = report.session;
    session.subsystem = report.subsystem;
  }
  Apply apply(session, caps, &report, report.time_us);
  apply.begin();
  apply.check_report();
  std::visit([&apply](const auto& event) { apply(event); }, report.event);
  return apply.changed();
}

Sections finish(Session& session, Close close, std::int64_t time_us, const Caps& caps)
{
  Apply apply(session, caps, nullptr, time_us);
  apply.begin();
  apply.close(close);
  return apply.changed();
}

std::string with_protocol(const Session& session)
{
  const bool lmtp = session.is_lmtp();
  if (session.helo_method == "HELO")
    return "SMTP"; // RFC 3848 has no name for TLS or AUTH without EHLO
  if (!lmtp && session.helo_method != "EHLO")
    return {};
  std::string with = lmtp ? "LMTP" : "ESMTP";
  if (session.tls_established)
    with += 'S';
  if (session.authenticated)
    with += 'A';
  return with;
}

} // namespace jsonlog
