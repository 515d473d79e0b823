// SPDX-License-Identifier: ISC
//
// How each event is shown, whatever the format: one row an event, which says all that its line has
// of its own. An event that has no row does not compile.
//
//   category                  of ECS
//   is_counted()              people count it: a result, a login, what a filter did, a refusal
//   say()                     the words of the sentence `message`
//   add()                     its parameters as key=value, secrets hidden
//
// The session is as it is just after the event.
#pragma once

#include "jsonlog/report.hpp"
#include "jsonlog/secrets.hpp"
#include "jsonlog/session.hpp"
#include "line/category.hpp"
#include "line/pairs.hpp"
#include "line/sentence.hpp"

#include <string>
#include <string_view>

namespace jsonlog {

template <typename Event>
struct EventRow;

// What most rows have, of an event that is worth no more than others and says nothing.
struct OrdinaryRow
{
  template <typename Event>
  static bool is_counted(const Event&, const Session&) noexcept
  {
    return false;
  }
  template <typename Event>
  static void say(Sentence&, const Event&, const Session&)
  {}
  template <typename Event>
  static void add(Pairs&, const Event&, bool)
  {}
};

template <>
struct EventRow<LinkConnect> : OrdinaryRow
{
  static constexpr Category category = Category::start;
  static void add(Pairs& pairs, const LinkConnect& event, bool)
  {
    pairs.add("rdns", event.rdns);
    pairs.add("fcrdns", event.fcrdns);
    pairs.add("source", event.source);
    pairs.add("destination", event.destination);
  }
};

template <>
struct EventRow<LinkGreeting> : OrdinaryRow
{
  static constexpr Category category = Category::protocol;
  static void say(Sentence& sentence, const LinkGreeting& event, const Session&)
  {
    sentence.say({event.hostname});
  }
  static void add(Pairs& pairs, const LinkGreeting& event, bool)
  {
    pairs.add("hostname", event.hostname);
  }
};

template <>
struct EventRow<LinkIdentify> : OrdinaryRow
{
  static constexpr Category category = Category::protocol;
  static void say(Sentence& sentence, const LinkIdentify& event, const Session&)
  {
    sentence.say({event.method, event.identity});
  }
  static void add(Pairs& pairs, const LinkIdentify& event, bool)
  {
    pairs.add("method", event.method);
    pairs.add("identity", event.identity);
  }
};

template <>
struct EventRow<LinkTls> : OrdinaryRow
{
  static constexpr Category category = Category::protocol;
  static void say(Sentence& sentence, const LinkTls& event, const Session&)
  {
    sentence.say({event.text});
  }
  static void add(Pairs& pairs, const LinkTls& event, bool) { pairs.add("tls", event.text); }
};

template <>
struct EventRow<LinkAuth> : OrdinaryRow
{
  static constexpr Category category = Category::authentication;

  static bool is_counted(const LinkAuth&, const Session&) noexcept { return true; }
  static void say(Sentence& sentence, const LinkAuth& event, const Session&)
  {
    sentence.say({event.result, event.username});
  }
  static void add(Pairs& pairs, const LinkAuth& event, bool)
  {
    pairs.add("result", event.result);
    pairs.add("username", event.username);
  }
};

template <>
struct EventRow<LinkDisconnect> : OrdinaryRow
{
  static constexpr Category category = Category::end;
  static void say(Sentence& sentence, const LinkDisconnect&, const Session& session)
  {
    sentence.say({to_string(session.close)});
  }
};

template <>
struct EventRow<TxBegin> : OrdinaryRow
{
  static constexpr Category category = Category::email;
  static void add(Pairs& pairs, const TxBegin& event, bool)
  {
    pairs.add("message-id", event.message_id);
  }
};

template <>
struct EventRow<TxMail> : OrdinaryRow
{
  static constexpr Category category = Category::email;
  static void say(Sentence& sentence, const TxMail& event, const Session& session)
  {
    const bool accepted = event.result == "ok" && session.tx && session.tx->from;
    const std::string_view address = accepted ? session.tx->from->address.address : event.address;
    sentence.say({event.result, accepted && address.empty() ? "<>" : address});
  }
  static void add(Pairs& pairs, const TxMail& event, bool)
  {
    pairs.add("message-id", event.message_id);
    pairs.add("result", event.result);
    pairs.add("address", event.address);
  }
};

template <>
struct EventRow<TxRcpt> : OrdinaryRow
{
  static constexpr Category category = Category::email;

  static bool is_counted(const TxRcpt&, const Session&) noexcept { return true; }
  static void say(Sentence& sentence, const TxRcpt&, const Session& session)
  {
    if (const auto& recipient = session.now.recipient)
      sentence.say({recipient->status, recipient->address.address});
  }
  static void add(Pairs& pairs, const TxRcpt& event, bool)
  {
    pairs.add("message-id", event.message_id);
    pairs.add("result", event.result);
    pairs.add("address", event.address);
  }
};

template <>
struct EventRow<TxEnvelope> : OrdinaryRow
{
  static constexpr Category category = Category::email;
  static void say(Sentence& sentence, const TxEnvelope& event, const Session&)
  {
    sentence.say({event.envelope_id});
  }
  static void add(Pairs& pairs, const TxEnvelope& event, bool)
  {
    pairs.add("message-id", event.message_id);
    pairs.add("envelope-id", event.envelope_id);
  }
};

template <>
struct EventRow<TxData> : OrdinaryRow
{
  static constexpr Category category = Category::email;
  static void say(Sentence& sentence, const TxData& event, const Session&)
  {
    sentence.say({event.result});
  }
  static void add(Pairs& pairs, const TxData& event, bool)
  {
    pairs.add("message-id", event.message_id);
    pairs.add("result", event.result);
  }
};

template <>
struct EventRow<TxCommit> : OrdinaryRow
{
  static constexpr Category category = Category::email;

  static bool is_counted(const TxCommit&, const Session&) noexcept { return true; }
  static void say(Sentence& sentence, const TxCommit& event, const Session& session)
  {
    // This message's size, which on smtp-out is not smtpd's figure.
    if (session.tx && session.tx->size)
      sentence.say({std::to_string(*session.tx->size), "bytes"});
    else
      sentence.say({event.size});
  }
  static void add(Pairs& pairs, const TxCommit& event, bool)
  {
    pairs.add("message-id", event.message_id);
    pairs.add("size", event.size);
  }
};

template <>
struct EventRow<TxRollback> : OrdinaryRow
{
  static constexpr Category category = Category::email;

  static bool is_counted(const TxRollback&, const Session&) noexcept { return true; }
  static void add(Pairs& pairs, const TxRollback& event, bool)
  {
    pairs.add("message-id", event.message_id);
  }
};

template <>
struct EventRow<TxReset> : OrdinaryRow
{
  static constexpr Category category = Category::email;
  static void add(Pairs& pairs, const TxReset& event, bool)
  {
    pairs.add("message-id", event.message_id);
  }
};

template <>
struct EventRow<ProtocolClient> : OrdinaryRow
{
  static constexpr Category category = Category::protocol;
  static void say(Sentence& sentence, const ProtocolClient&, const Session& session)
  {
    sentence.say({session.command.line});
  }
  static void add(Pairs& pairs, const ProtocolClient& event, bool in_auth_exchange)
  {
    pairs.add("command", mask_command(event.command, in_auth_exchange).text);
  }
};

template <>
struct EventRow<ProtocolServer> : OrdinaryRow
{
  static constexpr Category category = Category::protocol;

  static bool is_counted(const ProtocolServer&, const Session& session) noexcept
  {
    return session.reply.refuses();
  }
  static void say(Sentence& sentence, const ProtocolServer& event, const Session&)
  {
    sentence.say({event.reply});
  }
  static void add(Pairs& pairs, const ProtocolServer& event, bool)
  {
    pairs.add("reply", event.reply);
  }
};

template <>
struct EventRow<FilterResponse> : OrdinaryRow
{
  static constexpr Category category = Category::email;

  static bool is_counted(const FilterResponse& event, const Session&) noexcept
  {
    return event.response != "proceed";
  }
  static void say(Sentence& sentence, const FilterResponse&, const Session& session)
  {
    const FilterAnswer& answer = session.filter;
    sentence.say({answer.phase, answer.response, answer.param});
  }
  static void add(Pairs& pairs, const FilterResponse& event, bool)
  {
    pairs.add("phase", event.phase);
    pairs.add("response", event.response);
    if (!event.param.empty())
      pairs.add("param", holds_secret(event) ? secret_mask : event.param);
  }
};

template <>
struct EventRow<FilterReport> : OrdinaryRow
{
  static constexpr Category category = Category::email;
  static void say(Sentence& sentence, const FilterReport& event, const Session&)
  {
    sentence.say({event.kind, event.name, event.message});
  }
  static void add(Pairs& pairs, const FilterReport& event, bool)
  {
    pairs.add("kind", event.kind);
    pairs.add("name", event.name);
    pairs.add("message", event.message);
  }
};

template <>
struct EventRow<Timeout> : OrdinaryRow
{
  static constexpr Category category = Category::protocol;
};

template <>
struct EventRow<Unknown> : OrdinaryRow
{
  static constexpr Category category = Category::other;
  static void say(Sentence& sentence, const Unknown&, const Session& session)
  {
    sentence.say({session.now.unknown_params});
  }
  static void add(Pairs& pairs, const Unknown& event, bool)
  {
    pairs.add("params", mask_unknown(event.params));
  }
};

} // namespace jsonlog
