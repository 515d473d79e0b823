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
  Origin origin;
  origin.session = session.id;
  origin.address = session.source.address;
  origin.ip = session.source.ip;
  origin.domain = session.rdns;
  if (session.auth_result == "pass")
    origin.user = session.user;
  origin.with = with_protocol(session);
  if (session.tx && session.tx->from)
    origin.from = session.tx->from->address.address;
  origin.accepted_us = session.time_us;
  return origin;
}

Sections tell_origin(Session& session, const Report& report, std::shared_ptr<const Origin> found,
                     const Caps& caps)
{
  if (!session.tx)
    return 0;
  Sections changed = 0;
  Transaction& tx = *session.tx;
  if (found != nullptr) {
    tx.origin = std::move(found);
    changed |= section_bit(Section::origin);
    const bool ip = session.related_ip.add(tx.origin->ip, caps.related);
    const bool user = session.related_user.add(tx.origin->user, caps.related);
    if (ip || user)
      changed |= section_bit(Section::related);
  }
  if (tx.origin != nullptr && tells_delay(report.event)) {
    tx.origin_delay_us = elapsed(tx.origin->accepted_us, report.time_us);
    changed |= section_bit(Section::origin);
  }
  return changed;
}

} // namespace jsonlog
