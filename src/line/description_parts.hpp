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
template <Section section, Letters name, auto list>
struct Growing : MadeOf<section>
{
  static constexpr Field cut = field<name>;
  static constexpr bool of_transaction = std::is_same_v<decltype(list), UniqueList Transaction::*>;

  // `,"key":`
  static constexpr std::string_view behind_comma{KeyOf<name>::behind_comma.data(),
                                                 KeyOf<name>::behind_comma.size()};

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
      write_list<name>(out, *written);
  }
};

template <typename... Part>
struct Parts
{};

using RootParts = Parts<Link, Tls, User, Related, Email>;

using OpensmtpdParts = Parts<
  SessionId, SessionState, SessionHistory,
  Growing<Section::mail_from, "opensmtpd.session.mail_from", &Session::mail_from>,
  Growing<Section::rcpt_to, "opensmtpd.session.rcpt_to", &Session::rcpt_to>,
  Growing<Section::rcpt_domain, "opensmtpd.session.rcpt_domain", &Session::rcpt_domain>, SessionEnd,
  ReverseDns, Banner, Helo, TlsBits, Auth, Count, Anomalies,

  TxStart, TxFrom, TxState,
  Growing<Section::envelope_ids, "opensmtpd.tx.envelope.id", &Transaction::envelope_ids>,
  TxRecipients, Growing<Section::addresses, "opensmtpd.tx.rcpt.address", &Transaction::addresses>,
  Growing<Section::accepted, "opensmtpd.tx.rcpt.accepted_address", &Transaction::accepted>,
  Growing<Section::rejected, "opensmtpd.tx.rcpt.rejected_address", &Transaction::rejected>,
  Growing<Section::domains, "opensmtpd.tx.rcpt.domain", &Transaction::domains>, TxEnd, TxOrigin,
  Transactions,

  LastCommand, LastReply,

  Filter, Growing<Section::decisions, "opensmtpd.filter.decision", &Session::decisions>,
  Growing<Section::filter_reports, "opensmtpd.filter.report", &Session::filter_reports>, FilterEnd>;

} // namespace jsonlog::description
