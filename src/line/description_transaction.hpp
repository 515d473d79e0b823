// SPDX-License-Identifier: ISC
//
// The session's current transaction, where its message came from, and those that are over. See
// description.hpp.
#pragma once

#include "line/description.hpp"

namespace jsonlog::description {

void write_recipient_counts(LineWriter auto& out, const RecipientCounts& counts)
{
  out.number("count"_key, counts.count);
  out.number("accepted"_key, counts.accepted);
  out.number("tempfail"_key, counts.tempfail);
  out.number("permfail"_key, counts.permfail);
}

// --- opensmtpd.tx, open from its start to the lists at its end ---

struct TxStart : MadeOf<Section::tx>
{
  static void write(LineWriter auto& out, const Session& session)
  {
    if (!session.tx)
      return;
    out.open("tx"_key);
    write_text<"opensmtpd.tx.id">(out, session.tx->id);
    out.number("number"_key, session.tx->number);
    write_time(out, "start"_key, session.tx->start_us);
  }
};

struct TxFrom : MadeOf<Section::tx_from>
{
  static void write(LineWriter auto& out, const Session& session)
  {
    if (!session.tx || !session.tx->from)
      return;
    const auto& [address, original, status] = *session.tx->from;
    out.open("from"_key);
    write_text<"opensmtpd.tx.from.address">(out, address.address);
    write_text<"opensmtpd.tx.from.address_original">(out, original);
    write_text<"opensmtpd.tx.from.local">(out, address.local);
    write_text<"opensmtpd.tx.from.domain">(out, address.domain);
    write_text<"opensmtpd.tx.from.status">(out, status);
    out.truth("null"_key, address.address.empty());
    out.close();
  }
};

// Leaves opensmtpd.tx.envelope open, whose list of ids comes next.
struct TxState : MadeOf<Section::tx_state, Section::envelopes>
{
  static void write(LineWriter auto& out, const Session& session)
  {
    if (!session.tx)
      return;
    const Transaction& tx = *session.tx;
    out.token("status"_key, to_string(tx.status));
    if (tx.duration_us)
      out.number("duration_us"_key, *tx.duration_us);
    if (tx.size)
      out.number("size"_key, *tx.size);
    if (!tx.data_status.empty()) {
      out.open("data"_key);
      write_text<"opensmtpd.tx.data.status">(out, tx.data_status);
      out.close();
    }
    out.open("envelope"_key);
    out.number("count"_key, tx.envelopes);
  }
};

// Closes opensmtpd.tx.envelope, and leaves opensmtpd.tx.rcpt open for its lists.
struct TxRecipients : MadeOf<Section::recipients>
{
  static void write(LineWriter auto& out, const Session& session)
  {
    if (!session.tx)
      return;
    out.close();
    out.open("rcpt"_key);
    write_recipient_counts(out, session.tx->recipients);
  }
};

struct TxEnd : MadeOf<Section::tx>
{
  static void write(LineWriter auto& out, const Session& session)
  {
    if (!session.tx)
      return;
    out.close();
    out.close();
  }
};

// --- opensmtpd ---

struct TxOrigin : MadeOf<Section::origin>
{
  static void write(LineWriter auto& out, const Session& session)
  {
    if (!session.tx || session.tx->origin == nullptr)
      return;
    const Origin& origin = *session.tx->origin;
    out.open("origin"_key);
    out.token("session"_key, hex_id(origin.session()));
    write_text<"opensmtpd.origin.address">(out, origin.get(Origin::address));
    out.token("ip"_key, origin.get(Origin::ip));
    write_text<"opensmtpd.origin.domain">(out, origin.get(Origin::domain));
    write_text<"opensmtpd.origin.user">(out, origin.get(Origin::user));
    out.token("with"_key, origin.get(Origin::with));
    write_text<"opensmtpd.origin.from">(out, origin.get(Origin::from));
    write_time(out, "accepted"_key, origin.accepted_us());
    if (session.tx->origin_delay_us)
      out.number("delay_us"_key, *session.tx->origin_delay_us);
    out.close();
  }
};

struct Transactions : MadeOf<Section::transactions>
{
  static constexpr Field cut = field<"opensmtpd.transactions">;

  static void write(LineWriter auto& out, const Session& session)
  {
    if (session.transactions_cut)
      out.cut(cut);
    if (!out.wants_list(cut, session.transactions.empty()))
      return;
    out.open_list("transactions"_key);
    for (const TransactionSummary& tx : session.transactions)
      write_summary(out, tx);
    out.close_list();
  }

private:
  static void write_summary(LineWriter auto& out, const TransactionSummary& tx)
  {
    out.open_item();
    out.text("id"_key, cut, tx.id);
    out.token("status"_key, to_string(tx.status));
    if (tx.size)
      out.number("size"_key, *tx.size);
    if (tx.from) {
      out.open("from"_key);
      out.text("address"_key, cut, *tx.from);
      out.truth("null"_key, tx.from->empty());
      out.close();
    }
    out.open("rcpt"_key);
    write_recipient_counts(out, tx.recipients);
    out.close();
    out.close();
  }
};

} // namespace jsonlog::description
