// SPDX-License-Identifier: ISC
#include "jsonlog/session.hpp"

#include "session/apply.hpp"

namespace jsonlog {

namespace {

bool tells_delay(const Event& event) noexcept
{
  return std::holds_alternative<TxRcpt>(event) || std::holds_alternative<TxCommit>(event) ||
         std::holds_alternative<TxRollback>(event);
}

} // namespace

Origin origin_of(const Session& session)
{
  const std::string with = with_protocol(session);
  const bool logged_in = session.auth_result == "pass";
  const bool has_sender = session.tx && session.tx->from;
  return {session.id,
          session.time_us,
          {session.source.address, session.source.ip, session.rdns,
           logged_in ? session.user : std::string_view{}, with,
           has_sender ? session.tx->from->address.address : std::string_view{}}};
}

Sections tell_origin(Session& session, const Report* report,
                     const std::shared_ptr<const Origin>& found, const Caps& caps)
{
  if (!session.tx)
    return 0;
  Sections changed = 0;
  Transaction& tx = *session.tx;
  if (found != nullptr) {
    tx.origin = found;
    changed |= section_bit(Section::origin);
    const bool ip = session.related_ip.add(tx.origin->get(Origin::ip), caps.related);
    const bool user = session.related_user.add(tx.origin->get(Origin::user), caps.related);
    if (ip || user)
      changed |= section_bit(Section::related);
  }
  if (tx.origin != nullptr && report != nullptr && tells_delay(report->event)) {
    tx.origin_delay_us = elapsed(tx.origin->accepted_us(), report->time_us);
    changed |= section_bit(Section::origin);
  }
  return changed;
}

} // namespace jsonlog
