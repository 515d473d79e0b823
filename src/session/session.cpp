// SPDX-License-Identifier: ISC
#include "jsonlog/session.hpp"

#include "session/apply.hpp"

namespace jsonlog {

Sections apply(Session& session, const Report& report, const Caps& caps)
{
  if (session.events == 0) {
    session.id = report.session;
    session.subsystem = report.subsystem;
  }
  Apply apply(session, caps, &report, report.time_us);
  apply.begin();
  apply.check_report();
  std::visit([&apply](const auto& event) { apply(event); }, report.event);
  return apply.changed();
}

Sections finish(Session& session, Close close, std::string_view reason, std::int64_t time_us,
                const Caps& caps)
{
  Apply apply(session, caps, nullptr, time_us);
  apply.begin();
  apply.close(close, reason);
  return apply.changed();
}

std::string with_protocol(const Session& session)
{
  const bool lmtp = session.is_lmtp();
  if (session.helo_method == "HELO")
    return "SMTP"; // RFC 3848 has no name for TLS or AUTH without EHLO
  if (!lmtp && session.helo_method != "EHLO")
    return {};
  std::string with = lmtp ? "LMTP" : "ESMTP";
  if (session.tls_established)
    with += 'S';
  if (session.authenticated)
    with += 'A';
  return with;
}

} // namespace jsonlog
