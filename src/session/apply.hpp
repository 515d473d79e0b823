// SPDX-License-Identifier: ISC
//
// What one report does to a session. A visitor struct, and not a set of functions with the
// dispatcher's name: a forgotten event is a compile error.
//
// Defined in one file a concern: apply.cpp (what all have in common), apply_link.cpp,
// apply_transaction.cpp, apply_protocol.cpp.
#pragma once

#include "jsonlog/session.hpp"

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <initializer_list>
#include <optional>
#include <string_view>
#include <utility>

namespace jsonlog {

class Apply
{
public:
  // `report` is null for a synthetic end.
  Apply(Session& session, const Caps& caps, const Report* report, std::int64_t time_us)
    : s_(session)
    , caps_(caps)
    , report_(report)
    , time_us_(time_us)
  {}

  Sections changed() const noexcept { return changed_; }

  // What every line does before its own effects.
  void begin();
  void check_report();

  void operator()(const LinkConnect& event);
  void operator()(const LinkGreeting& event);
  void operator()(const LinkIdentify& event);
  void operator()(const LinkTls& event);
  void operator()(const LinkAuth& event);
  void operator()(const LinkDisconnect&);
  void operator()(const TxBegin& event);
  void operator()(const TxMail& event);
  void operator()(const TxRcpt& event);
  void operator()(const TxEnvelope& event);
  void operator()(const TxData& event);
  void operator()(const TxCommit& event);
  void operator()(const TxRollback& event);
  void operator()(const TxReset& event);
  void operator()(const ProtocolClient& event);
  void operator()(const ProtocolServer& event);
  void operator()(const FilterResponse& event);
  void operator()(const FilterReport& event);
  void operator()(const Timeout&);
  void operator()(const Unknown& event);

  // `reason` of an end without a report.
  void close(Close close, std::string_view reason = {});

private:
  // --- Of all events ---
  void mark(Section section) noexcept { changed_ |= section_bit(section); }
  void raise(Anomaly anomaly);
  void note(char letter);
  void note_refusal(char letter);
  void move(Step step);
  bool is_usual(Anomaly anomaly) const;
  void expect_token(std::string_view token, std::initializer_list<std::string_view> known);
  void relate(UniqueList& list, std::string_view text);
  void open();
  void fail();

  // --- Of the link ---
  void forget_connection();
  void parse_tls(std::string_view text);
  Close inferred_close() const;
  bool handshake_failed_at_once() const;

  // --- Of transactions ---
  // What a filter's rewrite made of an address, and what the client said where that differs.
  struct Effective
  {
    MailAddress address;
    std::string original;
  };
  void expect_result(std::string_view result);
  void add(UniqueList& list, std::string_view text, std::size_t cap, Section section);
  void drop_what_is_over();
  void mark_transaction();
  void open_transaction(std::string_view message_id);
  bool is_message_id(std::string_view text);
  Transaction* current_transaction(std::string_view message_id);
  Transaction* transaction_of(std::string_view message_id);
  Transaction* transaction_to_end(std::string_view message_id);
  void note_missing_begin();
  void roll_back(Transaction& tx);
  void end_transaction();
  void summarize(const Transaction& tx);
  void record_recipient(Transaction& tx, const MailAddress& recipient, std::string_view result);
  void record_size(Transaction& tx, std::int64_t reported);
  Effective effective_address(std::string_view address) const;
  void bogus();
  void conclude(std::string_view result, char letter);
  void explain_rollback();
  std::string_view rollback_without_reply() const;

  // --- Of commands, replies and filters ---
  bool begins_auth_exchange() const;
  std::string_view answered_by_reply();
  void count_reply();
  void judge_refusal();
  void count_filter_response(const FilterResponse& event);
  void measure_answer();

  Session& s_;
  const Caps& caps_;
  const Report* report_;
  std::int64_t time_us_;
  Sections changed_ = 0;
};

using limits::kept;

// 0 where the clock stepped back.
inline std::int64_t elapsed(std::int64_t from_us, std::int64_t to_us) noexcept
{
  return std::max<std::int64_t>(0, to_us - from_us);
}

// A decimal number without a sign, and nothing else.
template <typename Number>
std::optional<Number> parse_number(std::string_view text) noexcept
{
  Number number{};
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc{} || end != text.data() + text.size() || number < 0)
    return std::nullopt;
  return number;
}

} // namespace jsonlog
