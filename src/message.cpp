// SPDX-License-Identifier: ISC
#include "message.hpp"

#include "jsonlog/secrets.hpp"

#include <initializer_list>

namespace jsonlog {

namespace {

// What the sentence says of each event, in at most three words or phrases.
class Detail
{
public:
  Detail(std::string& out, const Session& session, Cut cut)
    : out_(out)
    , session_(session)
    , cut_(cut)
  {}

  bool complete() const noexcept { return complete_; }

  void operator()(const LinkConnect&) {}
  void operator()(const LinkGreeting& event) { say({event.hostname}); }
  void operator()(const LinkIdentify& event) { say({event.method, event.identity}); }
  void operator()(const LinkTls& event) { say({event.text}); }
  void operator()(const LinkAuth& event) { say({event.result, event.username}); }
  void operator()(const LinkDisconnect&) { say({to_string(session_.close)}); }
  void operator()(const TxBegin&) {}
  void operator()(const TxMail& event) { say({event.result, sender(event)}); }
  void operator()(const TxRcpt& event) { say({event.result, session_.now.recipient->address}); }
  void operator()(const TxEnvelope& event) { say({event.envelope_id}); }
  void operator()(const TxData& event) { say({event.result}); }
  void operator()(const TxCommit& event)
  {
    if (!event.size.empty())
      say({event.size, "bytes"});
  }
  void operator()(const TxRollback&) {}
  void operator()(const TxReset&) {}
  void operator()(const ProtocolClient&) { say({session_.command.line}); }
  void operator()(const ProtocolServer& event) { say({event.reply}); }
  void operator()(const FilterResponse&)
  {
    const FilterAnswer& answer = session_.filter;
    say({answer.phase, answer.response, answer.param});
  }
  void operator()(const FilterReport& event) { say({event.kind, event.name, event.message}); }
  void operator()(const Timeout&) {}
  void operator()(const Unknown&) { say({session_.now.unknown_params}); }

private:
  std::string_view sender(const TxMail& event) const
  {
    if (event.result == "ok" && session_.tx && session_.tx->from)
      return session_.tx->from->address.empty() ? "<>" : session_.tx->from->address;
    return event.address;
  }

  void say(std::initializer_list<std::string_view> words)
  {
    for (const std::string_view word : words) {
      if (word.empty())
        continue;
      out_ += ' ';
      complete_ = append_json_text(out_, word, cut_) && complete_;
    }
  }

  std::string& out_;
  const Session& session_;
  Cut cut_;
  bool complete_ = true;
};

} // namespace

bool append_message(std::string& out, std::string_view action, const Session& session,
                    const Report* report, std::string_view peer, Cut cut)
{
  bool complete = append_json_text(out, action, cut);
  if (report != nullptr) {
    Detail detail(out, session, cut);
    std::visit([&detail](const auto& event) { detail(event); }, report->event);
    complete = complete && detail.complete();
  }
  out += peer;
  if (session.tx && !session.tx->id.empty()) {
    out += " tx ";
    complete = append_json_text(out, session.tx->id, cut) && complete;
  }
  return complete;
}

} // namespace jsonlog
