// SPDX-License-Identifier: ISC
#include "line/message.hpp"

#include "line/event_rows.hpp"

namespace jsonlog {

bool append_message(TextBuffer& out, std::string_view action, const Session& session,
                    const Report* report, std::string_view peer, Cut cut)
{
  bool complete = true;
  if (session.now.unknown_event)
    complete = append_json_text(out, action, cut);
  else
    out << action;
  if (report != nullptr) {
    Sentence sentence(out, cut);
    std::visit(
      [&]<typename Event>(const Event& event) { EventRow<Event>::say(sentence, event, session); },
      report->event);
    complete = complete && sentence.complete();
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
  const Endpoint& peer = session.peer();
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
