// SPDX-License-Identifier: ISC
#include "line/plain_text.hpp"

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

// Pairs as long as there is room for them, the value that passes the limit cut short.
class Pairs
{
public:
  Pairs(TextBuffer& out, std::size_t limit, std::int64_t time_us)
    : out_(out)
    , limit_(limit)
  {
    out_ << "time=";
    append_time(out_, time_us);
  }

  void add(std::string_view key, std::string_view value)
  {
    static constexpr std::string_view around = R"( ="")";
    const std::size_t used = out_.size() + key.size() + around.size();
    whole_ = whole_ && used <= limit_;
    if (!whole_)
      return;
    out_ << ' ' << key << '=';
    const std::size_t room = limit_ - used;
    if (is_word(value) && value.size() <= room) {
      out_ << value;
      return;
    }
    out_ << '"';
    whole_ = append_json_text(out_, value, {room, true});
    out_ << '"';
  }

  // False: the limit cut something.
  bool end()
  {
    out_ << '\n';
    return whole_;
  }

private:
  TextBuffer& out_;
  const std::size_t limit_;
  bool whole_ = true;
};

struct Parameters
{
  Pairs& pairs;
  bool in_auth_exchange;

  void operator()(const LinkConnect& event) const
  {
    pairs.add("rdns", event.rdns);
    pairs.add("fcrdns", event.fcrdns);
    pairs.add("source", event.source);
    pairs.add("destination", event.destination);
  }
  void operator()(const LinkGreeting& event) const { pairs.add("hostname", event.hostname); }
  void operator()(const LinkIdentify& event) const
  {
    pairs.add("method", event.method);
    pairs.add("identity", event.identity);
  }
  void operator()(const LinkTls& event) const { pairs.add("tls", event.text); }
  void operator()(const LinkAuth& event) const
  {
    pairs.add("result", event.result);
    pairs.add("username", event.username);
  }
  void operator()(const LinkDisconnect&) const {}
  void operator()(const TxBegin& event) const { pairs.add("message-id", event.message_id); }
  void operator()(const TxMail& event) const { append_result(event); }
  void operator()(const TxRcpt& event) const { append_result(event); }
  void operator()(const TxEnvelope& event) const
  {
    pairs.add("message-id", event.message_id);
    pairs.add("envelope-id", event.envelope_id);
  }
  void operator()(const TxData& event) const
  {
    pairs.add("message-id", event.message_id);
    pairs.add("result", event.result);
  }
  void operator()(const TxCommit& event) const
  {
    pairs.add("message-id", event.message_id);
    pairs.add("size", event.size);
  }
  void operator()(const TxRollback& event) const { pairs.add("message-id", event.message_id); }
  void operator()(const TxReset& event) const { pairs.add("message-id", event.message_id); }
  void operator()(const ProtocolClient& event) const
  {
    pairs.add("command", mask_command(event.command, in_auth_exchange).text);
  }
  void operator()(const ProtocolServer& event) const { pairs.add("reply", event.reply); }
  void operator()(const FilterResponse& event) const
  {
    pairs.add("phase", event.phase);
    pairs.add("response", event.response);
    if (!event.param.empty())
      pairs.add("param", holds_secret(event) ? secret_mask : event.param);
  }
  void operator()(const FilterReport& event) const
  {
    pairs.add("kind", event.kind);
    pairs.add("name", event.name);
    pairs.add("message", event.message);
  }
  void operator()(const Timeout&) const {}
  void operator()(const Unknown& event) const { pairs.add("params", mask_unknown(event.params)); }

private:
  template <typename Result>
  void append_result(const Result& event) const
  {
    pairs.add("message-id", event.message_id);
    pairs.add("result", event.result);
    pairs.add("address", event.address);
  }
};

bool append_cut(TextBuffer& out, std::string_view text, std::size_t limit)
{
  out << text.substr(0, limit) << '\n';
  return text.size() <= limit;
}

} // namespace

bool append_raw(TextBuffer& out, const Report& report, bool in_auth_exchange, std::size_t limit)
{
  return append_cut(out, mask_report(report, in_auth_exchange), limit);
}

bool append_raw(TextBuffer& out, std::string_view bad_line, std::size_t limit)
{
  return append_cut(out, mask_line(bad_line), limit);
}

bool append_kv(TextBuffer& out, const Report& report, bool in_auth_exchange, std::size_t limit)
{
  Pairs pairs(out, limit, report.time_us);
  if (!report.protocol.empty())
    pairs.add("version", report.protocol);
  pairs.add("subsystem", to_string(report.subsystem));
  pairs.add("event", report.name);
  pairs.add("session", hex_id(report.session));
  std::visit(Parameters{pairs, in_auth_exchange}, report.event);
  return pairs.end();
}

bool append_kv(TextBuffer& out, std::string_view bad_line, std::string_view error,
               std::int64_t time_us, std::size_t limit)
{
  Pairs pairs(out, limit, time_us);
  pairs.add("event", "malformed-report");
  pairs.add("error", error);
  pairs.add("original", mask_line(bad_line));
  return pairs.end();
}

} // namespace jsonlog
