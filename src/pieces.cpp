// SPDX-License-Identifier: ISC
#include "pieces.hpp"

#include "jsonlog/time_text.hpp"

#include <string>

namespace jsonlog {

namespace {

// --- Parts of the envelope ---

void write_id_prefix(Json& json, const Session& session)
{
  std::string text = hex_id(session.id);
  text += '.';
  append_hex(text, static_cast<std::uint64_t>(session.start_us));
  text += '.';
  json.raw(text);
}

void write_start(Json& json, const Session& session)
{
  std::string text;
  append_time(text, session.start_us);
  json.raw(text);
}

// The end of the sentence in `message`: ` from 192.0.2.9 (mail.example.org)`.
void write_peer(Json& json, const Session& session)
{
  const bool in = session.subsystem == Subsystem::smtp_in;
  const Endpoint& peer = in ? session.source : session.destination;
  if (peer.address.empty())
    return;
  std::string text = in ? " from " : " to ";
  append_json_text(text, peer.address, json.cut_at(limits::short_text));
  if (!session.rdns.empty()) {
    text += " (";
    append_json_text(text, session.rdns, json.cut_at(limits::short_text));
    text += ')';
  }
  json.raw(text);
}

// --- The root ---

void write_endpoint(Json& json, std::string_view key, const Endpoint& endpoint,
                    std::string_view domain, Field address_field, Field domain_field)
{
  if (endpoint.address.empty() && endpoint.port == 0 && domain.empty())
    return;
  json.raw(key);
  json.begin_object();
  json.member("address", address_field, endpoint.address);
  json.token_member("ip", endpoint.ip);
  if (endpoint.port != 0)
    json.member("port", int{endpoint.port});
  json.member("domain", domain_field, domain);
  json.end_object();
}

void write_link(Json& json, const Session& session)
{
  const bool in = session.subsystem == Subsystem::smtp_in;
  const Endpoint& peer = in ? session.source : session.destination;
  write_endpoint(json, R"(,"source":)", session.source, in ? session.rdns : "",
                 Field::source_address, Field::source_domain);
  write_endpoint(json, R"(,"destination":)", session.destination, in ? "" : session.rdns,
                 Field::destination_address, Field::destination_domain);
  json.raw(R"(,"network":)");
  json.begin_object();
  const Endpoint& known = peer.ip.empty() ? (in ? session.destination : session.source) : peer;
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
  json.raw(R"(,"tls":)");
  json.begin_object();
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
  json.raw(R"(,"user":)");
  json.begin_object();
  json.member("name", Field::user_name, session.user);
  json.end_object();
}

void write_list_member(Json& json, std::string_view key, Field field, const UniqueList& list)
{
  if (list.cut())
    json.add_cuts(cut_bit(field));
  if (list.values().empty())
    return;
  json.key(key);
  json.begin_array();
  for (const std::string& value : list.values())
    json.text(field, value);
  json.end_array();
}

void write_related(Json& json, const Session& session)
{
  if (session.related_ip.values().empty() && session.related_hosts.values().empty() &&
      session.related_user.values().empty())
    return;
  json.raw(R"(,"related":)");
  json.begin_object();
  write_list_member(json, "ip", Field::related_ip, session.related_ip);
  write_list_member(json, "hosts", Field::related_hosts, session.related_hosts);
  write_list_member(json, "user", Field::related_user, session.related_user);
  json.end_object();
}

void write_email(Json& json, const Session& session)
{
  if (!session.tx || session.tx->id.empty())
    return;
  json.raw(R"(,"email":)");
  json.begin_object();
  json.member("local_id", Field::email_local_id, session.tx->id);
  json.end_object();
}

// --- opensmtpd ---

void write_session(Json& json, const Session& session)
{
  json.raw(R"(,"session":)");
  json.begin_object();
  json.token_member("id", hex_id(session.id));
  json.token_member("phase", to_string(session.phase));
  json.token_member("with", with_protocol(session));
  json.member("partial", session.partial);
  json.member("final", session.final());
  json.token_member("close", to_string(session.close));
  json.key("tx");
  json.begin_object();
  json.member("count", session.tx_count);
  json.member("committed", session.tx_committed);
  json.member("rolled_back", session.tx_rolled_back);
  json.member("bytes", session.tx_bytes);
  json.end_object();
  json.end_object();
  json.reopen();
}

void write_history(Json& json, const Session& session)
{
  if (session.history.cut())
    json.add_cuts(cut_bit(Field::history));
  if (session.history.text().empty())
    return;
  json.raw(R"(,"history":")");
  json.raw(session.history.text());
  json.raw("\"");
}

void write_link_state(Json& json, const Session& session)
{
  json.raw("}");
  if (session.fcrdns.empty())
    return;
  json.raw(R"(,"link":)");
  json.begin_object();
  json.member("fcrdns", Field::link_fcrdns, session.fcrdns);
  json.end_object();
}

void write_banner(Json& json, const Session& session)
{
  if (session.banner.empty())
    return;
  json.raw(R"(,"banner":)");
  json.root_text(Field::banner, session.banner);
}

void write_helo(Json& json, const Session& session)
{
  json.raw(R"(,"helo":)");
  json.begin_object();
  json.member("method", Field::helo_method, session.helo_method);
  json.member("name", Field::helo_name, session.helo_name);
  json.member("count", session.helo_count);
  json.end_object();
}

void write_tls_bits(Json& json, const Session& session)
{
  if (!session.tls_bits)
    return;
  json.raw(R"(,"tls":)");
  json.begin_object();
  json.member("bits", *session.tls_bits);
  json.end_object();
}

void write_auth(Json& json, const Session& session)
{
  json.raw(R"(,"auth":)");
  json.begin_object();
  json.member("result", Field::auth_result, session.auth_result);
  json.member("attempts", session.auth_attempts);
  json.member("failures", session.auth_failures);
  json.end_object();
}

void write_count(Json& json, const Session& session)
{
  const Counts& count = session.count;
  json.raw(R"(,"count":)");
  json.begin_object();
  json.member("command", count.command);
  json.key("reply");
  json.begin_object();
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
  json.end_object();
}

void write_anomaly(Json& json, const Session& session)
{
  if (session.anomalies.cut())
    json.add_cuts(cut_bit(Field::anomaly));
  if (session.anomalies.empty())
    return;
  json.raw(R"(,"anomaly":)");
  json.begin_array();
  for (const Anomaly anomaly : session.anomalies)
    json.token(to_string(anomaly));
  json.end_array();
}

void write_sender(Json& json, const Sender& from)
{
  json.key("from");
  json.begin_object();
  json.member("address", Field::tx_from_address, from.address);
  json.member("address_original", Field::tx_from_address_original, from.original);
  json.member("local", Field::tx_from_local, local_part(from.address));
  json.member("domain", Field::tx_from_domain, domain_part(from.address));
  json.member("status", Field::tx_from_status, from.status);
  json.member("null", from.address.empty());
  json.end_object();
}

void write_tx(Json& json, const Session& session)
{
  if (!session.tx)
    return;
  const Transaction& tx = *session.tx;
  json.raw(R"(,"tx":)");
  json.begin_object();
  json.member("id", Field::tx_id, tx.id);
  json.member("number", tx.number);
  json.token_member("status", to_string(tx.status));
  std::string start;
  append_time(start, tx.start_us);
  json.token_member("start", start);
  if (tx.duration_us)
    json.member("duration_us", *tx.duration_us);
  if (tx.size)
    json.member("size", *tx.size);
  if (tx.from)
    write_sender(json, *tx.from);
  if (!tx.data_status.empty()) {
    json.key("data");
    json.begin_object();
    json.member("status", Field::tx_data_status, tx.data_status);
    json.end_object();
  }
  json.key("envelope");
  json.begin_object();
  json.member("count", tx.envelopes);
  json.end_object();
  json.end_object();
  json.reopen();
  json.reopen();
}

void write_recipient_counts(Json& json, const RecipientCounts& counts)
{
  json.member("count", counts.count);
  json.member("accepted", counts.accepted);
  json.member("tempfail", counts.tempfail);
  json.member("permfail", counts.permfail);
}

void write_tx_rcpt(Json& json, const Session& session)
{
  if (!session.tx)
    return;
  json.raw(R"(},"rcpt":)");
  json.begin_object();
  write_recipient_counts(json, session.tx->recipients);
  json.end_object();
  json.reopen();
}

void write_tx_end(Json& json, const Session& session)
{
  if (session.tx)
    json.raw("}}");
}

void write_transactions(Json& json, const Session& session)
{
  if (session.transactions_cut)
    json.add_cuts(cut_bit(Field::transactions));
  if (session.transactions.empty())
    return;
  json.raw(R"(,"transactions":)");
  json.begin_array();
  for (const TransactionSummary& tx : session.transactions) {
    json.begin_object();
    json.member("id", Field::transactions, tx.id);
    json.token_member("status", to_string(tx.status));
    if (tx.size)
      json.member("size", *tx.size);
    if (tx.from) {
      json.key("from");
      json.begin_object();
      json.member("address", Field::transactions, *tx.from);
      json.member("null", tx.from->empty());
      json.end_object();
    }
    json.key("rcpt");
    json.begin_object();
    write_recipient_counts(json, tx.recipients);
    json.end_object();
    json.end_object();
  }
  json.end_array();
}

// `last` holds a command, a reply, both or nothing: the first opens it, the reply's piece closes
// it.
void write_command(Json& json, const Session& session)
{
  const Command& command = session.command;
  if (command.verb.empty())
    return;
  json.raw(R"(,"last":{"command":)");
  json.begin_object();
  json.token_member("verb", command.verb);
  json.member("line", Field::command_line, command.line);
  json.member("address", Field::command_address, command.address);
  json.member("domain", Field::command_domain, domain_part(command.address));
  json.end_object();
}

void write_reply(Json& json, const Session& session)
{
  const Reply& reply = session.reply;
  const bool with_command = !session.command.verb.empty();
  if (reply.lines == 0) {
    if (with_command)
      json.raw("}");
    return;
  }
  json.raw(with_command ? R"(,"reply":)" : R"(,"last":{"reply":)");
  json.begin_object();
  if (reply.code != 0) {
    json.member("code", reply.code);
    json.member("class", reply.code_class());
  }
  json.token_member("enhanced", reply.enhanced);
  json.member("text", Field::reply_text, reply.text);
  json.member("lines", std::uint64_t{reply.lines});
  json.member("complete", reply.complete);
  json.end_object();
  json.raw("}");
}

void write_filter(Json& json, const Session& session)
{
  const FilterCounts& count = session.filter_count;
  json.raw(R"(,"filter":)");
  json.begin_object();
  json.key("count");
  json.begin_object();
  json.member("proceed", count.proceed);
  json.member("junk", count.junk);
  json.member("rewrite", count.rewrite);
  json.member("reject", count.reject);
  json.member("disconnect", count.disconnect);
  json.member("report", count.report);
  json.member("other", count.other);
  json.end_object();
  const FilterAnswer& last = session.filter;
  if (!last.phase.empty() || !last.response.empty()) {
    json.key("last");
    json.begin_object();
    json.member("phase", Field::filter_phase, last.phase);
    json.member("response", Field::filter_response, last.response);
    json.member("param", Field::filter_param, last.param);
    if (last.latency_us)
      json.member("latency_us", *last.latency_us);
    json.end_object();
  }
  json.end_object();
  json.reopen();
}

template <UniqueList Session::*list>
const UniqueList* of_session(const Session& session)
{
  return &(session.*list);
}

template <UniqueList Transaction::*list>
const UniqueList* of_transaction(const Session& session)
{
  return session.tx ? &((*session.tx).*list) : nullptr;
}

constexpr Sections of(Section section)
{
  return section_bit(section);
}

constexpr PieceRow growing(Piece piece, Section section, GrowingList list, bool in_compact = false)
{
  return {piece, of(section), nullptr, cut_bit(list.field), list, in_compact};
}

constexpr Cuts related_fields =
  cut_bit(Field::related_ip) | cut_bit(Field::related_hosts) | cut_bit(Field::related_user);

} // namespace

std::string hex_id(std::uint64_t id)
{
  std::string text;
  append_hex(text, id);
  return std::string(16 - text.size(), '0') + text;
}

const std::array<PieceRow, piece_count> piece_rows = {{
  {Piece::id_prefix, 0, write_id_prefix},
  {Piece::start, 0, write_start},
  {Piece::peer, of(Section::link), write_peer},

  {Piece::link, of(Section::link), write_link},
  {Piece::tls, of(Section::tls), write_tls},
  {Piece::user, of(Section::auth), write_user},
  {Piece::related, of(Section::related), write_related, related_fields, {}, false},
  {Piece::email, of(Section::transaction), write_email},

  {Piece::session, of(Section::session), write_session},
  {Piece::history, of(Section::history), write_history, cut_bit(Field::history)},
  growing(Piece::mail_from, Section::reached,
          {"mail_from", Field::mail_from, of_session<&Session::mail_from>}),
  growing(Piece::rcpt_to, Section::reached,
          {"rcpt_to", Field::rcpt_to, of_session<&Session::rcpt_to>}),
  growing(Piece::rcpt_domain, Section::reached,
          {"rcpt_domain", Field::rcpt_domain, of_session<&Session::rcpt_domain>}),
  {Piece::link_state, of(Section::link), write_link_state},
  {Piece::banner, of(Section::banner), write_banner},
  {Piece::helo, of(Section::helo), write_helo},
  {Piece::tls_bits, of(Section::tls), write_tls_bits},
  {Piece::auth, of(Section::auth), write_auth},
  {Piece::count, of(Section::count), write_count},
  {Piece::anomaly, of(Section::anomaly), write_anomaly, cut_bit(Field::anomaly)},
  {Piece::tx, of(Section::transaction), write_tx},
  growing(Piece::tx_envelope_ids, Section::envelopes,
          {"id", Field::tx_envelope_id, of_transaction<&Transaction::envelope_ids>}),
  {Piece::tx_rcpt, of(Section::transaction), write_tx_rcpt},
  growing(Piece::tx_rcpt_address, Section::recipients,
          {"address", Field::tx_rcpt_address, of_transaction<&Transaction::addresses>}),
  growing(Piece::tx_rcpt_accepted, Section::recipients,
          {"accepted_address", Field::tx_rcpt_accepted, of_transaction<&Transaction::accepted>}),
  growing(Piece::tx_rcpt_rejected, Section::recipients,
          {"rejected_address", Field::tx_rcpt_rejected, of_transaction<&Transaction::rejected>}),
  growing(Piece::tx_rcpt_domain, Section::recipients,
          {"domain", Field::tx_rcpt_domain, of_transaction<&Transaction::domains>}),
  {Piece::tx_end, of(Section::transaction), write_tx_end},
  {Piece::transactions,
   of(Section::transactions),
   write_transactions,
   cut_bit(Field::transactions),
   {},
   false},
  {Piece::command, of(Section::command), write_command},
  {Piece::reply, of(Section::reply), write_reply},
  {Piece::filter, of(Section::filter), write_filter},
  growing(Piece::decisions, Section::decisions,
          {"decision", Field::filter_decision, of_session<&Session::decisions>}, true),
  growing(Piece::filter_reports, Section::filter_reports,
          {"report", Field::filter_report, of_session<&Session::filter_reports>}),
}};

} // namespace jsonlog
