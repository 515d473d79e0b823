// SPDX-License-Identifier: ISC
#include "line/members.hpp"

#include "jsonlog/time_text.hpp"

namespace jsonlog {

namespace {

void write_list(Json& json, std::string_view key, Field field, const UniqueList& list)
{
  if (list.cut())
    json.cut(field);
  if (!json.wants_list(field, list.values().empty()))
    return;
  json.key(key);
  json.begin_array();
  for (const std::string& value : list.values())
    json.value(field, value);
  json.end_array();
}

void write_anomalies(Json& json, std::string_view key, const AnomalyList& anomalies)
{
  json.key(key);
  json.begin_array();
  for (const Anomaly anomaly : anomalies)
    json.token(to_string(anomaly));
  json.end_array();
}

void write_endpoint(Json& json, std::string_view key, const Endpoint& endpoint,
                    std::string_view domain, Field address_field, Field domain_field)
{
  if (endpoint.address.empty() && endpoint.port == 0 && domain.empty())
    return;
  json.open_member(key);
  json.member("address", address_field, endpoint.address);
  json.token_member("ip", endpoint.ip);
  if (endpoint.port != 0)
    json.member("port", int{endpoint.port});
  json.member("domain", domain_field, domain);
  json.end_object();
}

void write_recipient_counts(Json& json, const RecipientCounts& counts)
{
  json.member("count", counts.count);
  json.member("accepted", counts.accepted);
  json.member("tempfail", counts.tempfail);
  json.member("permfail", counts.permfail);
}

void write_summary(Json& json, const TransactionSummary& tx)
{
  json.begin_object();
  json.member("id", Field::transactions, tx.id);
  json.token_member("status", to_string(tx.status));
  if (tx.size)
    json.member("size", *tx.size);
  if (tx.from) {
    json.open_member("from");
    json.member("address", Field::transactions, *tx.from);
    json.member("null", tx.from->empty());
    json.end_object();
  }
  json.open_member("rcpt");
  write_recipient_counts(json, tx.recipients);
  json.end_object();
  json.end_object();
}

void write_command(Json& json, const Command& command)
{
  json.open_member("command");
  json.token_member("verb", command.verb);
  json.member("line", Field::command_line, command.line);
  json.member("address", Field::command_address, command.address.address);
  json.member("domain", Field::command_domain, command.address.domain);
  json.end_object();
}

void write_reply(Json& json, const Session& session)
{
  const Reply& reply = session.reply;
  json.open_member("reply");
  if (reply.code != 0) {
    json.member("code", reply.code);
    json.member("class", reply.code_class());
  }
  json.token_member("enhanced", reply.enhanced);
  json.member("text", Field::reply_text, reply.text);
  json.member("lines", std::uint64_t{reply.lines});
  json.member("complete", reply.complete);
  json.token_member("answers", session.answers);
  json.end_object();
}

} // namespace

void write_link(Json& json, const Session& session)
{
  const bool in = session.subsystem == Subsystem::smtp_in;
  const Endpoint& peer = in ? session.source : session.destination;
  const Endpoint& known = peer.ip.empty() ? (in ? session.destination : session.source) : peer;
  const std::string_view rdns = session.rdns;
  write_endpoint(json, "source", session.source, in ? rdns : std::string_view{},
                 Field::source_address, Field::source_domain);
  write_endpoint(json, "destination", session.destination, in ? std::string_view{} : rdns,
                 Field::destination_address, Field::destination_domain);
  json.open_member("network");
  if (session.connected && !peer.local)
    json.token_member("transport", "tcp");
  if (!known.ip.empty())
    json.token_member("type", known.ipv6 ? "ipv6" : "ipv4");
  json.token_member("protocol", "smtp");
  json.token_member("direction", peer.local ? "internal" : in ? "inbound" : "outbound");
  json.end_object();
}

void write_tls(Json& json, const Session& session)
{
  json.open_member("tls");
  json.member("established", session.tls_established);
  json.member("version", Field::tls_version, session.tls_version);
  json.member("version_protocol", Field::tls_version_protocol, session.tls_protocol);
  json.member("cipher", Field::tls_cipher, session.tls_cipher);
  json.end_object();
}

void write_user(Json& json, const Session& session)
{
  if (session.user.empty())
    return;
  json.open_member("user");
  json.member("name", Field::user_name, session.user);
  json.end_object();
}

void write_related(Json& json, const Session& session)
{
  const bool ip = json.wants_list(Field::related_ip, session.related_ip.values().empty());
  const bool hosts = json.wants_list(Field::related_hosts, session.related_hosts.values().empty());
  const bool user = json.wants_list(Field::related_user, session.related_user.values().empty());
  if (!ip && !hosts && !user)
    return;
  json.open_member("related");
  write_list(json, "ip", Field::related_ip, session.related_ip);
  write_list(json, "hosts", Field::related_hosts, session.related_hosts);
  write_list(json, "user", Field::related_user, session.related_user);
  json.end_object();
}

void write_email(Json& json, const Session& session)
{
  if (!session.tx || session.tx->id.empty())
    return;
  json.open_member("email");
  json.member("local_id", Field::email_local_id, session.tx->id);
  json.end_object();
}

void write_session(Json& json, const Session& session)
{
  json.open_member("session");
  json.token_member("id", hex_id(session.id));
  json.token_member("phase", to_string(session.phase));
  json.token_member("with", with_protocol(session));
  if (session.line)
    json.member("line", *session.line);
  if (session.forgotten != 0)
    json.member("forgotten", session.forgotten);
  json.member("partial", session.partial);
  json.member("final", session.final());
  json.token_member("close", to_string(session.close));
  json.open_member("tx");
  json.member("count", session.tx_count);
  json.member("committed", session.tx_committed);
  json.member("rolled_back", session.tx_rolled_back);
  json.member("bytes", session.tx_bytes);
  json.end_object();
  if (session.history.cut())
    json.cut(Field::history);
  if (json.wants_list(Field::history, session.history.text().empty()))
    json.token_member("history", session.history.text());
  write_list(json, "mail_from", Field::mail_from, session.mail_from);
  write_list(json, "rcpt_to", Field::rcpt_to, session.rcpt_to);
  write_list(json, "rcpt_domain", Field::rcpt_domain, session.rcpt_domain);
  json.end_object();
}

void write_fcrdns(Json& json, const Session& session)
{
  if (session.fcrdns.empty())
    return;
  json.open_member("link");
  json.member("fcrdns", Field::link_fcrdns, session.fcrdns);
  json.end_object();
}

void write_banner(Json& json, const Session& session)
{
  json.member("banner", Field::banner, session.banner);
}

void write_helo(Json& json, const Session& session)
{
  json.open_member("helo");
  json.member("method", Field::helo_method, session.helo_method);
  json.member("name", Field::helo_name, session.helo_name);
  json.member("count", session.helo_count);
  json.end_object();
}

void write_tls_bits(Json& json, const Session& session)
{
  if (!session.tls_bits)
    return;
  json.open_member("tls");
  json.member("bits", *session.tls_bits);
  json.end_object();
}

void write_auth(Json& json, const Session& session)
{
  json.open_member("auth");
  json.member("result", Field::auth_result, session.auth_result);
  json.member("attempts", session.auth_attempts);
  json.member("failures", session.auth_failures);
  json.end_object();
}

void write_count(Json& json, const Session& session)
{
  const Counts& count = session.count;
  json.open_member("count");
  json.member("command", count.command);
  json.open_member("reply");
  json.member("2xx", count.reply_2xx);
  json.member("3xx", count.reply_3xx);
  json.member("4xx", count.reply_4xx);
  json.member("5xx", count.reply_5xx);
  json.end_object();
  json.member("mail", count.mail);
  json.member("rcpt", count.rcpt);
  json.member("rcpt_ok", count.rcpt_ok);
  json.member("rcpt_tempfail", count.rcpt_tempfail);
  json.member("rcpt_permfail", count.rcpt_permfail);
  json.member("commit", count.commit);
  json.member("rollback", count.rollback);
  json.member("timeout", count.timeout);
  json.member("filter_report", count.filter_report);
  json.end_object();
}

void write_anomaly(Json& json, const Session& session)
{
  if (session.anomalies.cut())
    json.cut(Field::anomaly);
  if (json.wants_list(Field::anomaly, session.anomalies.empty()))
    write_anomalies(json, "anomaly", session.anomalies);
}

void write_tx_from(Json& json, const Session& session)
{
  if (!session.tx || !session.tx->from)
    return;
  const Sender& from = *session.tx->from;
  json.open_member("from");
  json.member("address", Field::tx_from_address, from.address.address);
  json.member("address_original", Field::tx_from_address_original, from.original);
  json.member("local", Field::tx_from_local, from.address.local);
  json.member("domain", Field::tx_from_domain, from.address.domain);
  json.member("status", Field::tx_from_status, from.status);
  json.member("null", from.address.address.empty());
  json.end_object();
}

void write_tx(Json& json, const Session& session)
{
  if (!session.tx)
    return;
  const Transaction& tx = *session.tx;
  json.open_member("tx");
  json.member("id", Field::tx_id, tx.id);
  json.member("number", tx.number);
  TextBuffer start;
  append_time(start, tx.start_us);
  json.token_member("start", start.view());
  write_tx_from(json, session);
  json.token_member("status", to_string(tx.status));
  if (tx.duration_us)
    json.member("duration_us", *tx.duration_us);
  if (tx.size)
    json.member("size", *tx.size);
  if (!tx.data_status.empty()) {
    json.open_member("data");
    json.member("status", Field::tx_data_status, tx.data_status);
    json.end_object();
  }
  json.open_member("envelope");
  json.member("count", tx.envelopes);
  write_list(json, "id", Field::tx_envelope_id, tx.envelope_ids);
  json.end_object();
  json.open_member("rcpt");
  write_recipient_counts(json, tx.recipients);
  write_list(json, "address", Field::tx_rcpt_address, tx.addresses);
  write_list(json, "accepted_address", Field::tx_rcpt_accepted, tx.accepted);
  write_list(json, "rejected_address", Field::tx_rcpt_rejected, tx.rejected);
  write_list(json, "domain", Field::tx_rcpt_domain, tx.domains);
  json.end_object();
  json.end_object();
}

void write_origin(Json& json, const Session& session)
{
  if (!session.tx || session.tx->origin == nullptr)
    return;
  const Origin& origin = *session.tx->origin;
  json.open_member("origin");
  json.token_member("session", hex_id(origin.session()));
  json.member("address", Field::origin_address, origin.get(Origin::address));
  json.token_member("ip", origin.get(Origin::ip));
  json.member("domain", Field::origin_domain, origin.get(Origin::domain));
  json.member("user", Field::origin_user, origin.get(Origin::user));
  json.token_member("with", origin.get(Origin::with));
  json.member("from", Field::origin_from, origin.get(Origin::from));
  TextBuffer accepted;
  append_time(accepted, origin.accepted_us());
  json.token_member("accepted", accepted.view());
  if (session.tx->origin_delay_us)
    json.member("delay_us", *session.tx->origin_delay_us);
  json.end_object();
}

void write_transactions(Json& json, const Session& session)
{
  if (session.transactions_cut)
    json.cut(Field::transactions);
  if (!json.wants_list(Field::transactions, session.transactions.empty()))
    return;
  json.key("transactions");
  json.begin_array();
  for (const TransactionSummary& tx : session.transactions)
    write_summary(json, tx);
  json.end_array();
}

void write_last(Json& json, const Session& session)
{
  const bool command = !session.command.verb.empty();
  const bool reply = session.reply.lines != 0;
  if (!command && !reply)
    return;
  json.open_member("last");
  if (command)
    write_command(json, session.command);
  if (reply)
    write_reply(json, session);
  json.end_object();
}

void write_filter(Json& json, const Session& session)
{
  const FilterCounts& count = session.filter_count;
  json.open_member("filter");
  json.open_member("count");
  json.member("proceed", count.proceed);
  json.member("junk", count.junk);
  json.member("rewrite", count.rewrite);
  json.member("reject", count.reject);
  json.member("disconnect", count.disconnect);
  json.member("report", count.report);
  json.member("other", count.other);
  json.end_object();
  const FilterTimes& times = session.filter_times;
  json.member("wait_us", times.wait_us);
  if (times.slowest_us) {
    json.open_member("slowest");
    json.member("phase", Field::filter_slowest_phase, times.slowest_phase);
    json.member("latency_us", *times.slowest_us);
    json.end_object();
  }
  const FilterAnswer& last = session.filter;
  if (!last.phase.empty() || !last.response.empty()) {
    json.open_member("last");
    json.member("phase", Field::filter_phase, last.phase);
    json.member("response", Field::filter_response, last.response);
    json.member("param", Field::filter_param, last.param);
    if (last.latency_us)
      json.member("latency_us", *last.latency_us);
    json.end_object();
  }
  write_list(json, "decision", Field::filter_decision, session.decisions);
  write_list(json, "report", Field::filter_report, session.filter_reports);
  json.end_object();
}

bool has_moment(const Session& session)
{
  const Moment& now = session.now;
  return !now.anomalies.empty() || now.recipient || now.unknown_event;
}

void write_moment(Json& json, const Session& session, const Report* report)
{
  const Moment& now = session.now;
  if (now.anomalies.cut())
    json.cut(Field::anomaly_new);
  if (!now.anomalies.empty())
    write_anomalies(json, "anomaly_new", now.anomalies);
  if (now.recipient) {
    json.open_member("rcpt");
    json.member("address", Field::rcpt_address, now.recipient->address.address);
    json.member("address_original", Field::rcpt_address_original, now.recipient->original);
    json.member("local", Field::rcpt_local, now.recipient->address.local);
    json.member("domain", Field::rcpt_domain_of_event, now.recipient->address.domain);
    json.member("status", Field::rcpt_status, now.recipient->status);
    json.end_object();
  }
  if (report != nullptr && now.unknown_event) {
    json.open_member("unknown");
    json.member("event", Field::unknown_event, report->name);
    json.member("params", Field::unknown_params, now.unknown_params);
    json.end_object();
  }
}

void write_truncated(Json& json)
{
  if (!json.cuts().any())
    return;
  json.key("truncated");
  json.begin_array();
  for (const auto& [field, name] : field_names)
    if (json.cuts().has(field))
      json.token(name);
  json.end_array();
}

} // namespace jsonlog
