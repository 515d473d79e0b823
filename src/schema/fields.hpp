// SPDX-License-Identifier: ISC
//
// The fields whose value a cap or the line budget can cut, in the order in which
// opensmtpd.truncated names them.
#pragma once

#include "text/letters.hpp"

#include <algorithm>
#include <array>
#include <bitset>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace jsonlog {

// Of the document, opensmtpd.schema.
inline constexpr std::string_view schema_version = "1.1";

inline constexpr std::array<std::string_view, 69> field_names{
  "message",
  "host.name",
  "event.action",
  "event.reason",
  "event.original",
  "error.message",
  "observer.version",
  "observer.hostname",
  "labels",
  "source.address",
  "source.domain",
  "destination.address",
  "destination.domain",
  "tls.version",
  "tls.version_protocol",
  "tls.cipher",
  "user.name",
  "related.ip",
  "related.hosts",
  "related.user",
  "email.local_id",
  "opensmtpd.session.history",
  "opensmtpd.session.mail_from",
  "opensmtpd.session.rcpt_to",
  "opensmtpd.session.rcpt_domain",
  "opensmtpd.link.fcrdns",
  "opensmtpd.banner",
  "opensmtpd.helo.method",
  "opensmtpd.helo.name",
  "opensmtpd.auth.result",
  "opensmtpd.anomaly",
  "opensmtpd.anomaly_new",
  "opensmtpd.tx.id",
  "opensmtpd.tx.from.address",
  "opensmtpd.tx.from.address_original",
  "opensmtpd.tx.from.local",
  "opensmtpd.tx.from.domain",
  "opensmtpd.tx.from.status",
  "opensmtpd.tx.envelope.id",
  "opensmtpd.tx.data.status",
  "opensmtpd.tx.rcpt.address",
  "opensmtpd.tx.rcpt.accepted_address",
  "opensmtpd.tx.rcpt.rejected_address",
  "opensmtpd.tx.rcpt.domain",
  "opensmtpd.origin.address",
  "opensmtpd.origin.domain",
  "opensmtpd.origin.user",
  "opensmtpd.origin.from",
  "opensmtpd.transactions",
  "opensmtpd.rcpt.address",
  "opensmtpd.rcpt.address_original",
  "opensmtpd.rcpt.local",
  "opensmtpd.rcpt.domain",
  "opensmtpd.rcpt.status",
  "opensmtpd.last.command.line",
  "opensmtpd.last.command.address",
  "opensmtpd.last.command.domain",
  "opensmtpd.last.reply.text",
  "opensmtpd.filter.slowest.phase",
  "opensmtpd.filter.last.phase",
  "opensmtpd.filter.last.response",
  "opensmtpd.filter.last.param",
  "opensmtpd.filter.decision",
  "opensmtpd.filter.report",
  "opensmtpd.unknown.event",
  "opensmtpd.unknown.params",
  "opensmtpd.meta.options",
  "opensmtpd.meta.hostname",
  "opensmtpd.meta.previous_file",
};

// A place in field_names.
enum class Field : std::uint8_t {};

// `field<"opensmtpd.banner">`; a name that is not in the list does not compile.
template <Letters name>
inline constexpr Field field = [] {
  constexpr auto found = std::ranges::find(field_names, name.view());
  static_assert(found != field_names.end(), "no field that can be cut has this name");
  return static_cast<Field>(found - field_names.begin());
}();

// The fields that were cut.
class Cuts
{
public:
  void add(Field field) noexcept { bits_.set(static_cast<std::size_t>(field)); }
  void add(const Cuts& others) noexcept { bits_ |= others.bits_; }
  bool has(Field field) const noexcept { return bits_.test(static_cast<std::size_t>(field)); }
  bool any() const noexcept { return bits_.any(); }

private:
  std::bitset<field_names.size()> bits_;
};

} // namespace jsonlog
