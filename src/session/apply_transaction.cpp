// SPDX-License-Identifier: ISC
#include "session/apply.hpp"

#include <array>
#include <limits>

namespace jsonlog {

namespace {

constexpr std::string_view no_message = "00000000";
constexpr std::size_t envelope_id_size = 16;

bool is_hex(std::string_view text) noexcept
{
  return std::all_of(text.begin(), text.end(),
                     [](char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'); });
}

} // namespace

void Apply::operator()(const TxBegin& event)
{
  if (event.message_id == no_message)
    raise(Anomaly::null_message_id);
  open_transaction(is_message_id(event.message_id) ? event.message_id : std::string_view{});
  move(Step::tx_begin);
}

void Apply::operator()(const TxMail& event)
{
  expect_result(event.result);
  const bool ok = event.result == "ok";
  if (!ok && !event.result.empty() && s_.progress.mail_answered) {
    bogus();
    return;
  }
  s_.progress.mail_answered = true;
  ++s_.count.mail;
  mark(Section::count);
  if (!s_.to_mail_us)
    s_.to_mail_us = elapsed(s_.start_us, time_us_);
  Transaction* const tx = transaction_of(event.message_id);
  auto [address, original] = effective_address(event.address);
  // A refused MAIL inside a transaction does not touch its sender.
  if (tx != nullptr && !event.result.empty() && (ok || !tx->from)) {
    tx->from = Sender{address, std::move(original), std::string(kept(event.result))};
    mark(Section::tx_from);
  }
  if (ok) {
    add(s_.mail_from, address.address, caps_.senders, Section::mail_from);
    move(Step::tx_mail_ok);
  }
  conclude(event.result, 'M');
}

void Apply::operator()(const TxRcpt& event)
{
  expect_result(event.result);
  const bool ok = event.result == "ok";
  auto [address, original] = effective_address(event.address);
  if (!address.address.empty() || !event.result.empty())
    s_.now.recipient = Recipient{address, std::move(original), std::string(kept(event.result))};
  if (!ok && !event.result.empty() && s_.progress.rcpt_answered) {
    bogus();
    return;
  }
  s_.progress.rcpt_answered = true;
  ++s_.count.rcpt;
  s_.count.rcpt_ok += ok ? 1U : 0U;
  s_.count.rcpt_tempfail += event.result == "tempfail" ? 1U : 0U;
  s_.count.rcpt_permfail += event.result == "permfail" ? 1U : 0U;
  mark(Section::count);
  if (Transaction* const tx = transaction_of(event.message_id))
    record_recipient(*tx, address, event.result);
  if (ok) {
    add(s_.rcpt_to, address.address, caps_.recipients, Section::rcpt_to);
    add(s_.rcpt_domain, address.domain, caps_.domains, Section::rcpt_domain);
    move(Step::tx_rcpt_ok);
  }
  conclude(event.result, 'R');
}

void Apply::operator()(const TxEnvelope& event)
{
  Transaction* const tx = transaction_of(event.message_id);
  if (tx == nullptr)
    return;
  ++tx->envelopes;
  mark(Section::envelopes);
  if (event.envelope_id.size() != envelope_id_size || !is_hex(event.envelope_id))
    raise(Anomaly::unknown_token);
  else
    add(tx->envelope_ids, event.envelope_id, caps_.envelopes, Section::envelope_ids);
}

void Apply::operator()(const TxData& event)
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

void Apply::operator()(const TxCommit& event)
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
void Apply::operator()(const TxRollback& event)
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

void Apply::operator()(const TxReset& event)
{
  Transaction* const tx = transaction_to_end(event.message_id);
  if (tx == nullptr || s_.is_lmtp())
    return;
  if (s_.subsystem == Subsystem::smtp_out && tx->status == TransactionStatus::open)
    return;
  end_transaction();
  move(Step::tx_end);
}

void Apply::expect_result(std::string_view result)
{
  expect_token(result, {"ok", "permfail", "tempfail"});
}

void Apply::add(UniqueList& list, std::string_view text, std::size_t cap, Section section)
{
  if (list.add(text, cap))
    mark(section);
}

void Apply::drop_what_is_over()
{
  if (!s_.tx)
    return;
  if (s_.tx->ended) {
    summarize(*s_.tx);
    s_.tx.reset();
    mark_transaction();
    return;
  }
  if (s_.tx->duration_us) {
    s_.tx->duration_us.reset();
    mark(Section::tx_state);
  }
  if (s_.tx->origin_delay_us) {
    s_.tx->origin_delay_us.reset();
    mark(Section::origin);
  }
}

void Apply::mark_transaction()
{
  for (const Section section :
       {Section::tx, Section::tx_from, Section::tx_state, Section::envelopes, Section::envelope_ids,
        Section::recipients, Section::addresses, Section::accepted, Section::rejected,
        Section::domains, Section::origin})
    mark(section);
}

void Apply::open_transaction(std::string_view message_id)
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
  s_.tx->size_before = s_.partial ? s_.size_reported : s_.size_reported.value_or(0);
  mark_transaction();
  mark(Section::session);
}

// Eight hex digits. Anything else but nothing (2018, or a missing field) is odd.
bool Apply::is_message_id(std::string_view text)
{
  const bool valid = text.size() == no_message.size() && is_hex(text);
  if (!valid && !text.empty())
    raise(Anomaly::unknown_token);
  return valid;
}

// The open transaction if the event belongs to it; without a message id it does.
Transaction* Apply::current_transaction(std::string_view message_id)
{
  if (!s_.tx || (is_message_id(message_id) && s_.tx->id != message_id))
    return nullptr;
  return &*s_.tx;
}

// As above, or a new one for a message id that had no tx-begin. None for message id 00000000,
// which smtpd gives to a MAIL that it refuses before there is a message.
Transaction* Apply::transaction_of(std::string_view message_id)
{
  if (message_id == no_message)
    return nullptr;
  if (Transaction* const tx = current_transaction(message_id))
    return tx;
  note_missing_begin();
  if (!is_message_id(message_id))
    return nullptr;
  open_transaction(message_id);
  return &*s_.tx;
}

// For the events that end one: they open none.
Transaction* Apply::transaction_to_end(std::string_view message_id)
{
  is_message_id(message_id); // where there is no transaction to compare it with, too
  Transaction* const tx = current_transaction(message_id);
  mark(Section::tx_state);
  if (tx == nullptr)
    note_missing_begin();
  return tx;
}

// Where we joined the session in the middle, that says it all.
void Apply::note_missing_begin()
{
  if (!s_.partial || s_.tx_count > 0)
    raise(Anomaly::tx_without_begin);
}

void Apply::roll_back(Transaction& tx)
{
  if (tx.status != TransactionStatus::open)
    return;
  tx.status = TransactionStatus::rolled_back;
  ++s_.tx_rolled_back;
  mark(Section::session);
}

// Over LMTP a recipient's rollback says `rolled-back` before the transaction is over: it is
// counted here.
void Apply::end_transaction()
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

void Apply::summarize(const Transaction& tx)
{
  if (caps_.transactions == 0)
    return;
  if (s_.transactions.size() < caps_.transactions) {
    TransactionSummary summary{tx.id, {}, tx.recipients, tx.status, tx.size};
    if (tx.from)
      summary.from = tx.from->address.address;
    s_.transactions.push_back(std::move(summary));
  } else {
    s_.transactions_cut = true;
  }
  mark(Section::transactions);
}

void Apply::record_recipient(Transaction& tx, const MailAddress& recipient, std::string_view result)
{
  const bool ok = result == "ok";
  RecipientCounts& counts = tx.recipients;
  ++counts.count;
  counts.accepted += ok ? 1U : 0U;
  counts.tempfail += result == "tempfail" ? 1U : 0U;
  counts.permfail += result == "permfail" ? 1U : 0U;
  const std::string_view address = recipient.address;
  add(tx.addresses, address, caps_.recipients, Section::addresses);
  if (ok)
    add(tx.accepted, address, caps_.recipients, Section::accepted);
  else if (result == "tempfail" || result == "permfail")
    add(tx.rejected, address, caps_.recipients, Section::rejected);
  add(tx.domains, recipient.domain, caps_.domains, Section::domains);
  mark(Section::recipients);
}

void Apply::record_size(Transaction& tx, std::int64_t reported)
{
  std::int64_t size = reported;
  if (s_.subsystem == Subsystem::smtp_out) {
    s_.size_reported = reported;
    if (!tx.size_before)
      return;
    size -= *tx.size_before;
    if (size < 0)
      size = reported;
  }
  tx.size = size;
  // A hostile size may be anything; the sum stays a number.
  if (__builtin_add_overflow(s_.tx_bytes, size, &s_.tx_bytes))
    s_.tx_bytes = std::numeric_limits<std::int64_t>::max();
}

Apply::Effective Apply::effective_address(std::string_view reported) const
{
  MailAddress address = parse_mail_address(plain_address(reported, report_->dialect));
  if (!s_.progress.rewritten)
    return {std::move(address), {}};
  if (s_.progress.rewritten->address != address.address)
    return {*s_.progress.rewritten, std::move(address.address)};
  const std::string& said = s_.command.address.address;
  return {std::move(address), said == s_.progress.rewritten->address ? std::string{} : said};
}

void Apply::bogus()
{
  raise(Anomaly::bogus_result);
  fail();
}

// Of a transaction's result: the letter is the accepted one's. A missing result says nothing.
void Apply::conclude(std::string_view result, char letter)
{
  if (result == "ok") {
    note(letter);
    s_.now.outcome = Outcome::success;
  } else if (!result.empty()) {
    note_refusal(static_cast<char>(letter + ('a' - 'A')));
    fail();
  }
}

// A rollback follows a refusal of the message, or a reply after which the server hangs up (421, a
// filter's disconnect) or that no command asked for (500 to a client that does not wait); else who
// gave up says why. A client may go on after a refused DATA.
void Apply::explain_rollback()
{
  const bool refused = !s_.progress.unanswered && s_.reply.refuses();
  const bool disconnected = s_.filter.response == "disconnect";
  const std::string_view verb = s_.command.verb;
  const bool ends_it =
    verb == "." || (s_.subsystem == Subsystem::smtp_out && (verb == "DATA" || verb == "RCPT TO"));
  const bool hangs_up = s_.reply.code == 421 || disconnected;
  const bool by_filter = disconnected || (s_.progress.unanswered && s_.progress.filter_refused);
  if (refused && (ends_it || hangs_up || s_.progress.unsolicited))
    s_.now.reason = s_.reply.whole();
  else if (!refused && by_filter && !s_.filter.param.empty())
    s_.now.reason = s_.filter.param;
  else
    s_.now.reason = rollback_without_reply();
}

// A greeting and STARTTLS clear all that was said before, as RSET does: RFC 5321 4.1.4, RFC 3207.
std::string_view Apply::rollback_without_reply() const
{
  constexpr std::array resets{"RSET", "EHLO", "HELO", "LHLO", "STARTTLS"};
  const std::string_view verb = s_.command.verb;
  const bool refused = !s_.progress.unanswered && s_.reply.refuses();
  if (s_.progress.timed_out)
    return "timeout";
  if (!refused && std::ranges::find(resets, verb) != resets.end())
    return "client reset";
  if (s_.progress.quit_said)
    return "client quit";
  // smtpd reports no rollback when the server of a relay goes away. Before a reply the message may
  // have been refused (6.6), and where we joined in the middle and saw no command yet, anything may
  // have happened.
  const bool unknown = (s_.partial && verb.empty()) || (verb == "." && s_.progress.unanswered);
  return s_.subsystem == Subsystem::smtp_out || unknown ? std::string_view{}
                                                        : std::string_view("client lost");
}

} // namespace jsonlog
