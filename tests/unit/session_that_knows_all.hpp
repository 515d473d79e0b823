// SPDX-License-Identifier: ISC
//
// Everything that can be known of a session, as if all of it were true at once: every text is the
// one given, every number and every word of a list as long as it can be.
#pragma once

#include "jsonlog/session.hpp"
#include "text/words.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <memory>
#include <string>
#include <string_view>

// Of what is counted, and in microseconds: a million events a second for three hundred years, and
// the last time that a report can say (2286).
inline constexpr std::uint64_t longest_count = 9'999'999'999'999'999;
inline constexpr std::int64_t longest_time_us = 9'999'999'999'999'999;
// Of what smtpd says, with its sign.
inline constexpr std::int64_t longest_number = std::numeric_limits<std::int64_t>::min();
inline constexpr std::string_view longest_ip = "2001:db8:1111:2222:3333:4444:5555:6666";

inline jsonlog::UniqueList list_of(std::string_view value)
{
  jsonlog::UniqueList list;
  list.add(value, 1);
  list.add(std::string("and ") + std::string(value), 1); // cut
  return list;
}

inline jsonlog::MailAddress address_of(std::string_view text)
{
  jsonlog::MailAddress address;
  address.address = address.local = address.domain = text;
  return address;
}

// The longest words first: what does not fit is the shortest.
inline jsonlog::AnomalyList all_anomalies()
{
  jsonlog::AnomalyList list;
  for (std::size_t size = 64; size > 0; --size)
    for (std::size_t i = 0; i < jsonlog::value_count<jsonlog::Anomaly>; ++i)
      if (const auto anomaly = static_cast<jsonlog::Anomaly>(i); to_string(anomaly).size() == size)
        list.add(anomaly);
  return list;
}

inline jsonlog::Session session_that_knows_all(std::string_view text)
{
  using namespace jsonlog;
  Session session;
  session.id = std::numeric_limits<std::uint64_t>::max();
  session.phase = Phase::greeting;
  session.close = Close::filter_disconnect;
  session.events = longest_count;
  session.start_us = 0;
  session.time_us = longest_time_us;
  session.connected = true;
  for (Endpoint* const end : {&session.source, &session.destination}) {
    end->address = text;
    end->ip = longest_ip;
    end->ipv6 = true;
    end->port = 65535;
  }
  session.rdns = session.fcrdns = text;
  session.protocol = "99999.999";
  session.banner = session.helo_name = text;
  session.helo_method = "EHLO";
  session.tls_established = session.authenticated = true;
  session.tls_version = session.tls_protocol = session.tls_cipher = text;
  session.tls_bits = std::numeric_limits<int>::min();
  session.user = session.auth_result = text;
  session.line = session.forgotten = longest_count;
  session.to_tls_us = session.to_mail_us = longest_time_us;
  session.count = {longest_count, longest_count, longest_count, longest_count, longest_count,
                   longest_count, longest_count, longest_count, longest_count, longest_count,
                   longest_count, longest_count, longest_count, longest_count};
  session.filter_count = {longest_count, longest_count, longest_count, longest_count,
                          longest_count, longest_count, longest_count};
  session.helo_count = session.auth_attempts = session.auth_failures = longest_count;
  session.tx_count = session.tx_committed = session.tx_rolled_back = longest_count;
  session.tx_bytes = longest_number;
  for (const char* letter = "CGEMRDKQCGEMRDKQ"; *letter != 0; ++letter)
    session.history.add(*letter);
  session.anomalies = session.now.anomalies = all_anomalies();
  session.related_ip = session.related_hosts = session.related_user = list_of(text);
  session.mail_from = session.rcpt_to = session.rcpt_domain = list_of(text);
  session.decisions = session.filter_reports = list_of(text);
  session.command = {"MAIL FROM", std::string(text), address_of(text)};
  session.reply.code = 550;
  session.reply.lines = std::numeric_limits<std::uint32_t>::max();
  session.reply.enhanced = "5.999.999";
  session.reply.text = text;
  session.answers = "unsolicited";
  session.filter = {std::string(text), std::string(text), std::string(text), longest_time_us};
  session.filter_times = {longest_time_us, std::string(text), longest_time_us};

  session.now.outcome = Outcome::failure;
  session.now.reason = text;
  session.now.gap_us = longest_time_us;
  session.now.recipient = Recipient{address_of(text), std::string(text), std::string(text)};
  session.now.unknown_event = true;
  session.now.unknown_params = text;

  Transaction& tx = session.tx.emplace();
  tx.id = text;
  tx.number = longest_count;
  tx.status = TransactionStatus::rolled_back;
  tx.size = longest_number;
  tx.duration_us = tx.origin_delay_us = longest_time_us;
  tx.from = Sender{address_of(text), std::string(text), std::string(text)};
  tx.recipients = {longest_count, longest_count, longest_count, longest_count};
  tx.envelopes = longest_count;
  tx.addresses = tx.accepted = tx.rejected = tx.domains = tx.envelope_ids = list_of(text);
  tx.data_status = text;
  const std::array<std::string_view, Origin::texts> origin{text, longest_ip, text,
                                                           text, "ESMTPSA",  text};
  tx.origin = std::make_shared<const Origin>(longest_count, 0, origin);
  session.transactions.push_back({std::string(text), std::string(text), {}, {}, longest_number});
  session.transactions_cut = true;
  return session;
}
