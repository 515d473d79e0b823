// SPDX-License-Identifier: ISC
//
// The parts of the session's text, in the order of the document. See description.hpp.
#pragma once

#include "line/description_session.hpp"
#include "line/description_transaction.hpp"

#include <string_view>
#include <type_traits>

namespace jsonlog::description {

// A list that only grows while its session or transaction lives; `list` points to the member.
template <Section section, Letters key, Letters name, auto list>
struct Growing : MadeOf<section>
{
  static constexpr Field cut = field<name>;
  static constexpr bool of_transaction = std::is_same_v<decltype(list), UniqueList Transaction::*>;

  // `,"key":`
  static constexpr std::string_view behind_comma{Key<key>::behind_comma.data(),
                                                 Key<key>::behind_comma.size()};

  // Null: there is no transaction.
  static const UniqueList* values(const Session& session)
  {
    if constexpr (of_transaction)
      return session.tx ? &((*session.tx).*list) : nullptr;
    else
      return &(session.*list);
  }

  static void write(LineWriter auto& out, const Session& session)
  {
    if (const UniqueList* const written = values(session))
      out.list(Key<key>{}, cut, *written);
  }
};

template <typename... Part>
struct Parts
{};

using RootParts = Parts<Link, Tls, User, Related, Email>;

using OpensmtpdParts = Parts<
  SessionId, SessionState, SessionHistory,
  Growing<Section::mail_from, "mail_from", "opensmtpd.session.mail_from", &Session::mail_from>,
  Growing<Section::rcpt_to, "rcpt_to", "opensmtpd.session.rcpt_to", &Session::rcpt_to>,
  Growing<Section::rcpt_domain, "rcpt_domain", "opensmtpd.session.rcpt_domain",
          &Session::rcpt_domain>,
  SessionEnd, ReverseDns, Banner, Helo, TlsBits, Auth, Count, Anomalies,

  TxStart, TxFrom, TxState,
  Growing<Section::envelope_ids, "id", "opensmtpd.tx.envelope.id", &Transaction::envelope_ids>,
  TxRecipients,
  Growing<Section::addresses, "address", "opensmtpd.tx.rcpt.address", &Transaction::addresses>,
  Growing<Section::accepted, "accepted_address", "opensmtpd.tx.rcpt.accepted_address",
          &Transaction::accepted>,
  Growing<Section::rejected, "rejected_address", "opensmtpd.tx.rcpt.rejected_address",
          &Transaction::rejected>,
  Growing<Section::domains, "domain", "opensmtpd.tx.rcpt.domain", &Transaction::domains>, TxEnd,
  TxOrigin, Transactions,

  LastCommand, LastReply,

  Filter, Growing<Section::decisions, "decision", "opensmtpd.filter.decision", &Session::decisions>,
  Growing<Section::filter_reports, "report", "opensmtpd.filter.report", &Session::filter_reports>,
  FilterEnd>;

} // namespace jsonlog::description
