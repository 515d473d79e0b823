// SPDX-License-Identifier: ISC
//
// One mail transaction, RFC 5321 3.3: from its tx-begin up to and including its tx-reset. What
// ends it differs by subsystem and protocol; apply_transaction.cpp says where.
#pragma once

#include "jsonlog/address.hpp"
#include "jsonlog/origin.hpp"
#include "jsonlog/unique_list.hpp"

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

namespace jsonlog {

enum class TransactionStatus : std::uint8_t { open, committed, rolled_back };

std::string_view to_string(TransactionStatus status) noexcept;

// The reverse-path. The bounce sender `<>` has an empty address.
struct Sender
{
  MailAddress address;  // the effective one: what a filter's rewrite made of it
  std::string original; // what the client said, where that differs
  std::string status;   // smtpd's word: ok, permfail, tempfail
};

struct RecipientCounts
{
  std::uint64_t count = 0, accepted = 0, tempfail = 0, permfail = 0;
};

struct Transaction
{
  std::string id;           // smtpd's message id; empty in 2018
  std::uint64_t number = 0; // 1-based within the session
  std::int64_t start_us = 0;
  TransactionStatus status = TransactionStatus::open;
  bool ended = false; // nothing more can belong to it; it is shown on this line for the last time
  std::optional<std::int64_t> duration_us; // on the line of its tx-commit or tx-rollback
  std::optional<Sender> from;

  RecipientCounts recipients;
  UniqueList addresses, accepted, rejected, domains;

  std::uint64_t envelopes = 0;
  UniqueList envelope_ids;

  std::string data_status; // smtpd's word of the last tx-data
  std::optional<std::int64_t> size;
  // smtp-out reports sizes that grow over the session: this message's is the difference to what
  // stood there before it; empty: we joined the session in the middle and cannot know.
  std::optional<std::int64_t> size_before;

  std::shared_ptr<const Origin> origin;        // smtp-out: who brought the message; null: not known
  std::optional<std::int64_t> origin_delay_us; // since then, on lines of a result
};

// What stays of a transaction when it is over.
struct TransactionSummary
{
  std::string id;
  std::optional<std::string> from; // an empty text is the bounce sender
  RecipientCounts recipients;
  TransactionStatus status = TransactionStatus::open;
  std::optional<std::int64_t> size;
};

} // namespace jsonlog
