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

std::size_t memory_of(const Session& session) noexcept
{
  std::size_t bytes = sizeof(Session);
  const auto add_texts = [&bytes](std::initializer_list<const std::string*> texts) {
    for (const std::string* const text : texts)
      bytes += text->capacity();
  };
  const auto add_lists = [&bytes](std::initializer_list<const UniqueList*> lists) {
    for (const UniqueList* const list : lists)
      bytes += list->bytes();
  };
  add_texts({&session.command.line, &session.command.address.address, &session.reply.text,
             &session.filter.param, &session.filter_times.slowest_phase, &session.now.reason,
             &session.now.unknown_params, &session.source.address, &session.destination.address,
             &session.rdns, &session.banner, &session.helo_name, &session.tls_cipher, &session.user,
             &session.rejection});
  add_lists({&session.related_ip, &session.related_hosts, &session.related_user, &session.mail_from,
             &session.rcpt_to, &session.rcpt_domain, &session.decisions, &session.filter_reports});
  if (session.tx)
    add_lists({&session.tx->addresses, &session.tx->accepted, &session.tx->rejected,
               &session.tx->domains, &session.tx->envelope_ids});
  for (const TransactionSummary& tx : session.transactions)
    bytes += sizeof tx + (tx.from ? tx.from->capacity() : 0);
  return bytes;
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
