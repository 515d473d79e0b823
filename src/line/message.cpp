// SPDX-License-Identifier: ISC
#include "line/message.hpp"

#include "jsonlog/secrets.hpp"

#include <initializer_list>
#include <string>

namespace jsonlog {

namespace {

// What the sentence says of each event, in at most three words or phrases.
class Detail
{
public:
  Detail(TextBuffer& out, const Session& session, Cut cut)
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
  void operator()(const TxRcpt&)
  {
    if (session_.now.recipient)
      say({session_.now.recipient->status, session_.now.recipient->address.address});
  }
  void operator()(const TxEnvelope& event) { say({event.envelope_id}); }
  void operator()(const TxData& event) { say({event.result}); }
  // This message's size, which on smtp-out is not smtpd's figure.
  void operator()(const TxCommit& event)
  {
    if (session_.tx && session_.tx->size) {
      const std::string size = std::to_string(*session_.tx->size);
      say({size, "bytes"});
    } else
      say({event.size});
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
    if (event.result != "ok" || !session_.tx || !session_.tx->from)
      return event.address;
    const std::string_view address = session_.tx->from->address.address;
    return address.empty() ? std::string_view("<>") : address;
  }

  void say(std::initializer_list<std::string_view> words)
  {
    for (const std::string_view word : words) {
      if (word.empty())
        continue;
      out_ << ' ';
      complete_ = append_json_text(out_, word, cut_) && complete_;
    }
  }

  TextBuffer& out_;
  const Session& session_;
  Cut cut_;
  bool complete_ = true;
};

} // namespace

bool append_message(TextBuffer& out, std::string_view action, const Session& session,
                    const Report* report, std::string_view peer, Cut cut)
{
  bool complete = true;
  if (session.now.unknown_event)
    complete = append_json_text(out, action, cut);
  else
    out << action;
  if (report != nullptr) {
    Detail detail(out, session, cut);
    std::visit([&detail](const auto& event) { detail(event); }, report->event);
    complete = complete && detail.complete();
  } else {
    out << ' ' << session.now.reason;
  }
  out << peer;
  if (session.tx && !session.tx->id.empty()) {
    out << " tx ";
    complete = append_json_text(out, session.tx->id, cut) && complete;
  }
  return complete;
}

bool append_peer(TextBuffer& out, const Session& session, Cut cut)
{
  const bool in = session.subsystem == Subsystem::smtp_in;
  const Endpoint& peer = in ? session.source : session.destination;
  if (peer.address.empty())
    return true;
  out << std::string_view(in ? " from " : " to ");
  bool complete = append_json_text(out, peer.address, cut);
  if (!session.rdns.empty()) {
    out << " (";
    complete = append_json_text(out, session.rdns, cut) && complete;
    out << ')';
  }
  return complete;
}

} // namespace jsonlog
