// SPDX-License-Identifier: ISC
//
// The fields whose value a cap or the line budget can cut, in the order in which
// opensmtpd.truncated names them.
#pragma once

#include <array>
#include <bitset>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace jsonlog {

// Of the document, opensmtpd.schema.
inline constexpr std::string_view schema_version = "1.1";

enum class Field : std::uint8_t {
  message,
  host_name,
  event_action,
  event_reason,
  event_original,
  error_message,
  observer_version,
  observer_hostname,
  labels,
  source_address,
  source_domain,
  destination_address,
  destination_domain,
  tls_version,
  tls_version_protocol,
  tls_cipher,
  user_name,
  related_ip,
  related_hosts,
  related_user,
  email_local_id,
  history,
  mail_from,
  rcpt_to,
  rcpt_domain,
  link_fcrdns,
  banner,
  helo_method,
  helo_name,
  auth_result,
  anomaly,
  anomaly_new,
  tx_id,
  tx_from_address,
  tx_from_address_original,
  tx_from_local,
  tx_from_domain,
  tx_from_status,
  tx_envelope_id,
  tx_data_status,
  tx_rcpt_address,
  tx_rcpt_accepted,
  tx_rcpt_rejected,
  tx_rcpt_domain,
  origin_address,
  origin_domain,
  origin_user,
  origin_from,
  transactions,
  rcpt_address,
  rcpt_address_original,
  rcpt_local,
  rcpt_domain_of_event,
  rcpt_status,
  command_line,
  command_address,
  command_domain,
  reply_text,
  filter_slowest_phase,
  filter_phase,
  filter_response,
  filter_param,
  filter_decision,
  filter_report,
  unknown_event,
  unknown_params,
  meta_options,
  meta_hostname,
  meta_previous_file,
};

struct FieldName
{
  Field field;
  std::string_view name;
};

inline constexpr std::array field_names{
  FieldName{Field::message, "message"},
  FieldName{Field::host_name, "host.name"},
  FieldName{Field::event_action, "event.action"},
  FieldName{Field::event_reason, "event.reason"},
  FieldName{Field::event_original, "event.original"},
  FieldName{Field::error_message, "error.message"},
  FieldName{Field::observer_version, "observer.version"},
  FieldName{Field::observer_hostname, "observer.hostname"},
  FieldName{Field::labels, "labels"},
  FieldName{Field::source_address, "source.address"},
  FieldName{Field::source_domain, "source.domain"},
  FieldName{Field::destination_address, "destination.address"},
  FieldName{Field::destination_domain, "destination.domain"},
  FieldName{Field::tls_version, "tls.version"},
  FieldName{Field::tls_version_protocol, "tls.version_protocol"},
  FieldName{Field::tls_cipher, "tls.cipher"},
  FieldName{Field::user_name, "user.name"},
  FieldName{Field::related_ip, "related.ip"},
  FieldName{Field::related_hosts, "related.hosts"},
  FieldName{Field::related_user, "related.user"},
  FieldName{Field::email_local_id, "email.local_id"},
  FieldName{Field::history, "opensmtpd.session.history"},
  FieldName{Field::mail_from, "opensmtpd.session.mail_from"},
  FieldName{Field::rcpt_to, "opensmtpd.session.rcpt_to"},
  FieldName{Field::rcpt_domain, "opensmtpd.session.rcpt_domain"},
  FieldName{Field::link_fcrdns, "opensmtpd.link.fcrdns"},
  FieldName{Field::banner, "opensmtpd.banner"},
  FieldName{Field::helo_method, "opensmtpd.helo.method"},
  FieldName{Field::helo_name, "opensmtpd.helo.name"},
  FieldName{Field::auth_result, "opensmtpd.auth.result"},
  FieldName{Field::anomaly, "opensmtpd.anomaly"},
  FieldName{Field::anomaly_new, "opensmtpd.anomaly_new"},
  FieldName{Field::tx_id, "opensmtpd.tx.id"},
  FieldName{Field::tx_from_address, "opensmtpd.tx.from.address"},
  FieldName{Field::tx_from_address_original, "opensmtpd.tx.from.address_original"},
  FieldName{Field::tx_from_local, "opensmtpd.tx.from.local"},
  FieldName{Field::tx_from_domain, "opensmtpd.tx.from.domain"},
  FieldName{Field::tx_from_status, "opensmtpd.tx.from.status"},
  FieldName{Field::tx_envelope_id, "opensmtpd.tx.envelope.id"},
  FieldName{Field::tx_data_status, "opensmtpd.tx.data.status"},
  FieldName{Field::tx_rcpt_address, "opensmtpd.tx.rcpt.address"},
  FieldName{Field::tx_rcpt_accepted, "opensmtpd.tx.rcpt.accepted_address"},
  FieldName{Field::tx_rcpt_rejected, "opensmtpd.tx.rcpt.rejected_address"},
  FieldName{Field::tx_rcpt_domain, "opensmtpd.tx.rcpt.domain"},
  FieldName{Field::origin_address, "opensmtpd.origin.address"},
  FieldName{Field::origin_domain, "opensmtpd.origin.domain"},
  FieldName{Field::origin_user, "opensmtpd.origin.user"},
  FieldName{Field::origin_from, "opensmtpd.origin.from"},
  FieldName{Field::transactions, "opensmtpd.transactions"},
  FieldName{Field::rcpt_address, "opensmtpd.rcpt.address"},
  FieldName{Field::rcpt_address_original, "opensmtpd.rcpt.address_original"},
  FieldName{Field::rcpt_local, "opensmtpd.rcpt.local"},
  FieldName{Field::rcpt_domain_of_event, "opensmtpd.rcpt.domain"},
  FieldName{Field::rcpt_status, "opensmtpd.rcpt.status"},
  FieldName{Field::command_line, "opensmtpd.last.command.line"},
  FieldName{Field::command_address, "opensmtpd.last.command.address"},
  FieldName{Field::command_domain, "opensmtpd.last.command.domain"},
  FieldName{Field::reply_text, "opensmtpd.last.reply.text"},
  FieldName{Field::filter_slowest_phase, "opensmtpd.filter.slowest.phase"},
  FieldName{Field::filter_phase, "opensmtpd.filter.last.phase"},
  FieldName{Field::filter_response, "opensmtpd.filter.last.response"},
  FieldName{Field::filter_param, "opensmtpd.filter.last.param"},
  FieldName{Field::filter_decision, "opensmtpd.filter.decision"},
  FieldName{Field::filter_report, "opensmtpd.filter.report"},
  FieldName{Field::unknown_event, "opensmtpd.unknown.event"},
  FieldName{Field::unknown_params, "opensmtpd.unknown.params"},
  FieldName{Field::meta_options, "opensmtpd.meta.options"},
  FieldName{Field::meta_hostname, "opensmtpd.meta.hostname"},
  FieldName{Field::meta_previous_file, "opensmtpd.meta.previous_file"},
};

constexpr bool field_names_in_order()
{
  for (std::size_t i = 0; i < field_names.size(); ++i)
    if (static_cast<std::size_t>(field_names[i].field) != i)
      return false;
  return true;
}
static_assert(field_names_in_order());

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
