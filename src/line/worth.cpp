// SPDX-License-Identifier: ISC
#include "line/worth.hpp"

namespace jsonlog {

namespace {

struct IsCounted
{
  const Session& session;

  bool operator()(const LinkAuth&) const noexcept { return true; }
  bool operator()(const TxRcpt&) const noexcept { return true; }
  bool operator()(const TxCommit&) const noexcept { return true; }
  bool operator()(const TxRollback&) const noexcept { return true; }
  bool operator()(const FilterResponse& event) const noexcept
  {
    return event.response != "proceed";
  }
  bool operator()(const ProtocolServer&) const noexcept { return session.reply.refuses(); }
  bool operator()(const LinkConnect&) const noexcept { return false; }
  bool operator()(const LinkGreeting&) const noexcept { return false; }
  bool operator()(const LinkIdentify&) const noexcept { return false; }
  bool operator()(const LinkTls&) const noexcept { return false; }
  bool operator()(const LinkDisconnect&) const noexcept { return false; }
  bool operator()(const TxBegin&) const noexcept { return false; }
  bool operator()(const TxMail&) const noexcept { return false; }
  bool operator()(const TxEnvelope&) const noexcept { return false; }
  bool operator()(const TxData&) const noexcept { return false; }
  bool operator()(const TxReset&) const noexcept { return false; }
  bool operator()(const ProtocolClient&) const noexcept { return false; }
  bool operator()(const FilterReport&) const noexcept { return false; }
  bool operator()(const Timeout&) const noexcept { return false; }
  bool operator()(const Unknown&) const noexcept { return false; }
};

} // namespace

Worth worth_of(const Session& session, const Report& report) noexcept
{
  if (session.final())
    return Worth::session_end;
  if (!session.now.anomalies.empty() || std::visit(IsCounted{session}, report.event))
    return Worth::counted;
  return Worth::ordinary;
}

} // namespace jsonlog
