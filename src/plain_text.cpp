// SPDX-License-Identifier: ISC
#include "plain_text.hpp"

#include "jsonlog/limits.hpp"
#include "jsonlog/secrets.hpp"
#include "jsonlog/text.hpp"
#include "jsonlog/time_text.hpp"

#include <algorithm>

namespace jsonlog {

namespace {

bool is_word(std::string_view value) noexcept
{
  const auto is_plain_character = [](char c) {
    return c > ' ' && c < 0x7f && c != '"' && c != '\\' && c != '=';
  };
  return !value.empty() && std::all_of(value.begin(), value.end(), is_plain_character);
}

void append_pair(TextBuffer& out, std::string_view key, std::string_view value)
{
  if (out.size() != 0)
    out << ' ';
  out << key << '=';
  if (is_word(value)) {
    out << value;
    return;
  }
  out << '"';
  append_json_text(out, value, {limits::original, false});
  out << '"';
}

void append_time_pair(TextBuffer& out, std::int64_t time_us)
{
  out << "time=";
  append_time(out, time_us);
}

struct Parameters
{
  TextBuffer& out;
  bool in_auth_exchange;

  void operator()(const LinkConnect& event) const
  {
    append_pair(out, "rdns", event.rdns);
    append_pair(out, "fcrdns", event.fcrdns);
    append_pair(out, "source", event.source);
    append_pair(out, "destination", event.destination);
  }
  void operator()(const LinkGreeting& event) const { append_pair(out, "hostname", event.hostname); }
  void operator()(const LinkIdentify& event) const
  {
    append_pair(out, "method", event.method);
    append_pair(out, "identity", event.identity);
  }
  void operator()(const LinkTls& event) const { append_pair(out, "tls", event.text); }
  void operator()(const LinkAuth& event) const
  {
    append_pair(out, "result", event.result);
    append_pair(out, "username", event.username);
  }
  void operator()(const LinkDisconnect&) const {}
  void operator()(const TxBegin& event) const { append_pair(out, "message-id", event.message_id); }
  void operator()(const TxMail& event) const { append_result(event); }
  void operator()(const TxRcpt& event) const { append_result(event); }
  void operator()(const TxEnvelope& event) const
  {
    append_pair(out, "message-id", event.message_id);
    append_pair(out, "envelope-id", event.envelope_id);
  }
  void operator()(const TxData& event) const
  {
    append_pair(out, "message-id", event.message_id);
    append_pair(out, "result", event.result);
  }
  void operator()(const TxCommit& event) const
  {
    append_pair(out, "message-id", event.message_id);
    append_pair(out, "size", event.size);
  }
  void operator()(const TxRollback& event) const
  {
    append_pair(out, "message-id", event.message_id);
  }
  void operator()(const TxReset& event) const { append_pair(out, "message-id", event.message_id); }
  void operator()(const ProtocolClient& event) const
  {
    append_pair(out, "command", mask_command(event.command, in_auth_exchange).text);
  }
  void operator()(const ProtocolServer& event) const { append_pair(out, "reply", event.reply); }
  void operator()(const FilterResponse& event) const
  {
    append_pair(out, "phase", event.phase);
    append_pair(out, "response", event.response);
    if (!event.param.empty())
      append_pair(out, "param", holds_secret(event) ? secret_mask : event.param);
  }
  void operator()(const FilterReport& event) const
  {
    append_pair(out, "kind", event.kind);
    append_pair(out, "name", event.name);
    append_pair(out, "message", event.message);
  }
  void operator()(const Timeout&) const {}
  void operator()(const Unknown& event) const
  {
    append_pair(out, "params", mask_unknown(event.params));
  }

private:
  template <typename Result>
  void append_result(const Result& event) const
  {
    append_pair(out, "message-id", event.message_id);
    append_pair(out, "result", event.result);
    append_pair(out, "address", event.address);
  }
};

} // namespace

void append_raw(TextBuffer& out, const Report& report, bool in_auth_exchange)
{
  out << mask_report(report, in_auth_exchange) << '\n';
}

void append_raw(TextBuffer& out, std::string_view bad_line)
{
  out << mask_unknown(bad_line) << '\n';
}

void append_kv(TextBuffer& out, const Report& report, bool in_auth_exchange)
{
  append_time_pair(out, report.time_us);
  if (!report.protocol.empty())
    append_pair(out, "version", report.protocol);
  append_pair(out, "subsystem", to_string(report.subsystem));
  append_pair(out, "event", report.name);
  append_pair(out, "session", hex_id(report.session));
  std::visit(Parameters{out, in_auth_exchange}, report.event);
  out << '\n';
}

void append_kv(TextBuffer& out, std::string_view bad_line, std::string_view error,
               std::int64_t time_us)
{
  append_time_pair(out, time_us);
  append_pair(out, "event", "malformed-report");
  append_pair(out, "error", error);
  append_pair(out, "original", mask_unknown(bad_line));
  out << '\n';
}

} // namespace jsonlog
