// SPDX-License-Identifier: ISC
#include "line/pieces.hpp"

#include "jsonlog/time_text.hpp"
#include "line/message.hpp"

#include <utility>

namespace jsonlog {

namespace {

std::string_view truth(bool value) noexcept
{
  return value ? "true" : "false";
}

// --- The event ---

void write_id_prefix(PieceText& text, const Session& session)
{
  text.out << hex_id(session.id) << '.';
  text.out.hex(static_cast<std::uint64_t>(session.start_us)) << '.';
}

void write_start(PieceText& text, const Session& session)
{
  text.out << R"(","start":")";
  append_time(text.out, session.start_us);
  text.out << '"';
}

void write_peer(PieceText& text, const Session& session)
{
  if (!append_peer(text.out, session, {limits::message_part, false}))
    text.cuts.add(Field::message);
}

// --- The root ---

void write_endpoint(PieceText& text, const Endpoint& endpoint, std::string_view domain,
                    Field address_field, Field domain_field)
{
  text.member(R"(,"address":)", address_field, endpoint.address);
  if (!endpoint.ip.empty()) {
    text.key(R"(,"ip":)");
    text.out << '"' << endpoint.ip << '"';
  }
  if (endpoint.port != 0) {
    text.key(R"(,"port":)");
    text.out << int{endpoint.port};
  }
  text.member(R"(,"domain":)", domain_field, domain);
  text.out << '}';
}

bool is_known(const Endpoint& endpoint, std::string_view domain) noexcept
{
  return !endpoint.address.empty() || endpoint.port != 0 || !domain.empty();
}

void write_link_text(PieceText& text, const Session& session)
{
  const bool in = session.subsystem == Subsystem::smtp_in;
  const std::string_view rdns = session.rdns;
  const std::string_view source_domain = in ? rdns : std::string_view{};
  const std::string_view destination_domain = in ? std::string_view{} : rdns;
  if (is_known(session.source, source_domain)) {
    text.open(R"(,"source":)");
    write_endpoint(text, session.source, source_domain, Field::source_address,
                   Field::source_domain);
  }
  if (is_known(session.destination, destination_domain)) {
    text.open(R"(,"destination":)");
    write_endpoint(text, session.destination, destination_domain, Field::destination_address,
                   Field::destination_domain);
  }
  const Endpoint& peer = in ? session.source : session.destination;
  const Endpoint& known = peer.ip.empty() ? (in ? session.destination : session.source) : peer;
  Pen pen(text.out, 128);
  pen << R"(,"network":{)";
  if (session.connected && !peer.local)
    pen << R"("transport":"tcp",)";
  if (!known.ip.empty())
    pen << R"("type":")" << std::string_view(known.ipv6 ? "ipv6" : "ipv4") << R"(",)";
  pen << R"("protocol":"smtp","direction":")"
      << std::string_view(peer.local ? "internal"
                          : in       ? "inbound"
                                     : "outbound")
      << R"("})";
}

void write_tls_text(PieceText& text, const Session& session)
{
  text.out << R"(,"tls":{"established":)" << truth(session.tls_established);
  text.member(R"(,"version":)", Field::tls_version, session.tls_version);
  text.member(R"(,"version_protocol":)", Field::tls_version_protocol, session.tls_protocol);
  text.member(R"(,"cipher":)", Field::tls_cipher, session.tls_cipher);
  text.out << '}';
}

void write_user_text(PieceText& text, const Session& session)
{
  if (session.user.empty())
    return;
  text.open(R"(,"user":)");
  text.member(R"(,"name":)", Field::user_name, session.user);
  text.out << '}';
}

void write_related_text(PieceText& text, const Session& session)
{
  const bool none = session.related_ip.values().empty() && session.related_hosts.values().empty() &&
                    session.related_user.values().empty();
  if (!none)
    text.open(R"(,"related":)");
  text.list(R"(,"ip":)", Field::related_ip, session.related_ip);
  text.list(R"(,"hosts":)", Field::related_hosts, session.related_hosts);
  text.list(R"(,"user":)", Field::related_user, session.related_user);
  if (!none)
    text.out << '}';
}

void write_email_text(PieceText& text, const Session& session)
{
  if (!session.tx || session.tx->id.empty())
    return;
  text.open(R"(,"email":)");
  text.member(R"(,"local_id":)", Field::email_local_id, session.tx->id);
  text.out << '}';
}

// --- opensmtpd.session ---

void write_session_id(PieceText& text, const Session& session)
{
  text.out << R"(,"session":{"id":")" << hex_id(session.id) << '"';
}

void write_session_state(PieceText& text, const Session& session)
{
  Pen pen(text.out, 512);
  pen << R"(,"phase":")" << to_string(session.phase) << R"(")";
  if (const std::string with = with_protocol(session); !with.empty())
    pen << R"(,"with":")" << with << R"(")";
  if (session.line)
    pen << R"(,"line":)" << *session.line;
  if (session.forgotten != 0)
    pen << R"(,"forgotten":)" << session.forgotten;
  pen << R"(,"partial":)" << truth(session.partial) << R"(,"final":)" << truth(session.final());
  if (session.final())
    pen << R"(,"close":")" << to_string(session.close) << R"(")";
  pen << R"(,"tx":{"count":)" << session.tx_count << R"(,"committed":)" << session.tx_committed
      << R"(,"rolled_back":)" << session.tx_rolled_back << R"(,"bytes":)" << session.tx_bytes
      << R"(})";
}

void write_history(PieceText& text, const Session& session)
{
  if (session.history.cut())
    text.cuts.add(Field::history);
  if (!session.history.text().empty())
    text.out << R"(,"history":")" << session.history.text() << '"';
}

void write_session_end(PieceText& text, const Session& session)
{
  text.out << '}';
  if (session.fcrdns.empty())
    return;
  text.open(R"(,"link":)");
  text.member(R"(,"fcrdns":)", Field::link_fcrdns, session.fcrdns);
  text.out << '}';
}

// --- opensmtpd ---

void write_banner_text(PieceText& text, const Session& session)
{
  text.member(R"(,"banner":)", Field::banner, session.banner);
}

void write_helo_text(PieceText& text, const Session& session)
{
  text.open(R"(,"helo":)");
  text.member(R"(,"method":)", Field::helo_method, session.helo_method);
  text.member(R"(,"name":)", Field::helo_name, session.helo_name);
  text.key(R"(,"count":)");
  text.out << session.helo_count << '}';
}

void write_tls_bits_text(PieceText& text, const Session& session)
{
  if (session.tls_bits)
    text.out << R"(,"tls":{"bits":)" << *session.tls_bits << '}';
}

void write_auth_text(PieceText& text, const Session& session)
{
  text.open(R"(,"auth":)");
  text.member(R"(,"result":)", Field::auth_result, session.auth_result);
  text.key(R"(,"attempts":)");
  text.out << session.auth_attempts << R"(,"failures":)" << session.auth_failures << '}';
}

void write_anomalies(TextBuffer& out, std::string_view key, const AnomalyList& anomalies)
{
  if (anomalies.empty())
    return;
  out << key;
  std::string_view before = "[\"";
  for (const Anomaly anomaly : anomalies)
    out << std::exchange(before, ",\"") << to_string(anomaly) << '"';
  out << ']';
}

void write_anomaly_text(PieceText& text, const Session& session)
{
  if (session.anomalies.cut())
    text.cuts.add(Field::anomaly);
  write_anomalies(text.out, R"(,"anomaly":)", session.anomalies);
}

void write_count_text(PieceText& text, const Session& session)
{
  const Counts& count = session.count;
  Pen pen(text.out, 512);
  pen << R"(,"count":{"command":)" << count.command                                  //
      << R"(,"reply":{"2xx":)" << count.reply_2xx << R"(,"3xx":)" << count.reply_3xx //
      << R"(,"4xx":)" << count.reply_4xx << R"(,"5xx":)" << count.reply_5xx          //
      << R"(},"mail":)" << count.mail << R"(,"rcpt":)" << count.rcpt                 //
      << R"(,"rcpt_ok":)" << count.rcpt_ok                                           //
      << R"(,"rcpt_tempfail":)" << count.rcpt_tempfail                               //
      << R"(,"rcpt_permfail":)" << count.rcpt_permfail                               //
      << R"(,"commit":)" << count.commit << R"(,"rollback":)" << count.rollback      //
      << R"(,"timeout":)" << count.timeout << R"(,"filter_report":)" << count.filter_report
      << R"(})";
}

void write_tx_head(PieceText& text, const Session& session)
{
  if (!session.tx)
    return;
  text.open(R"(,"tx":)");
  text.member(R"(,"id":)", Field::tx_id, session.tx->id);
  text.key(R"(,"number":)");
  text.out << session.tx->number << R"(,"start":")";
  append_time(text.out, session.tx->start_us);
  text.out << '"';
}

void write_tx_from_text(PieceText& text, const Session& session)
{
  if (!session.tx || !session.tx->from)
    return;
  const Sender& from = *session.tx->from;
  text.open(R"(,"from":)");
  text.member(R"(,"address":)", Field::tx_from_address, from.address.address);
  text.member(R"(,"address_original":)", Field::tx_from_address_original, from.original);
  text.member(R"(,"local":)", Field::tx_from_local, from.address.local);
  text.member(R"(,"domain":)", Field::tx_from_domain, from.address.domain);
  text.member(R"(,"status":)", Field::tx_from_status, from.status);
  text.key(R"(,"null":)");
  text.out << truth(from.address.address.empty()) << '}';
}

void write_tx_state(PieceText& text, const Session& session)
{
  if (!session.tx)
    return;
  const Transaction& tx = *session.tx;
  {
    Pen pen(text.out, 128);
    pen << R"(,"status":")" << to_string(tx.status) << R"(")";
    if (tx.duration_us)
      pen << R"(,"duration_us":)" << *tx.duration_us;
    if (tx.size)
      pen << R"(,"size":)" << *tx.size;
  }
  if (!tx.data_status.empty()) {
    text.open(R"(,"data":)");
    text.member(R"(,"status":)", Field::tx_data_status, tx.data_status);
    text.out << '}';
  }
  text.out << R"(,"envelope":{"count":)" << tx.envelopes;
}

void write_recipient_counts(TextBuffer& out, const RecipientCounts& counts)
{
  Pen pen(out, 256);
  pen << R"("count":)" << counts.count << R"(,"accepted":)" << counts.accepted << R"(,"tempfail":)"
      << counts.tempfail << R"(,"permfail":)" << counts.permfail;
}

void write_tx_rcpt(PieceText& text, const Session& session)
{
  if (!session.tx)
    return;
  text.out << R"(},"rcpt":{)";
  write_recipient_counts(text.out, session.tx->recipients);
}

void write_tx_end(PieceText& text, const Session& session)
{
  if (session.tx)
    text.out << "}}";
}

void write_origin_text(PieceText& text, const Session& session)
{
  if (!session.tx || session.tx->origin == nullptr)
    return;
  const Origin& origin = *session.tx->origin;
  text.out << R"(,"origin":{"session":")" << hex_id(origin.session()) << '"';
  text.member(R"(,"address":)", Field::origin_address, origin.get(Origin::address));
  if (!origin.get(Origin::ip).empty())
    text.out << R"(,"ip":")" << origin.get(Origin::ip) << '"';
  text.member(R"(,"domain":)", Field::origin_domain, origin.get(Origin::domain));
  text.member(R"(,"user":)", Field::origin_user, origin.get(Origin::user));
  if (!origin.get(Origin::with).empty())
    text.out << R"(,"with":")" << origin.get(Origin::with) << '"';
  text.member(R"(,"from":)", Field::origin_from, origin.get(Origin::from));
  text.out << R"(,"accepted":")";
  append_time(text.out, origin.accepted_us());
  text.out << '"';
  if (session.tx->origin_delay_us)
    text.out << R"(,"delay_us":)" << *session.tx->origin_delay_us;
  text.out << '}';
}

void write_summary(PieceText& text, const TransactionSummary& tx)
{
  text.out << '{';
  text.at_start = true;
  text.member(R"(,"id":)", Field::transactions, tx.id);
  text.key(R"(,"status":)");
  text.out << '"' << to_string(tx.status) << '"';
  if (tx.size)
    text.out << R"(,"size":)" << *tx.size;
  if (tx.from) {
    text.open(R"(,"from":)");
    text.member(R"(,"address":)", Field::transactions, *tx.from);
    text.key(R"(,"null":)");
    text.out << truth(tx.from->empty()) << '}';
  }
  text.out << R"(,"rcpt":{)";
  write_recipient_counts(text.out, tx.recipients);
  text.out << "}}";
}

void write_transactions_text(PieceText& text, const Session& session)
{
  if (session.transactions_cut)
    text.cuts.add(Field::transactions);
  if (session.transactions.empty())
    return;
  std::string_view before = R"(,"transactions":[)";
  for (const TransactionSummary& tx : session.transactions) {
    text.out << std::exchange(before, ",");
    write_summary(text, tx);
  }
  text.out << ']';
}

// `last` holds a command, a reply, both or nothing: the first opens it, the reply's piece closes
// it. The first command of a session counts as a change of the reply for this.
void write_command_text(PieceText& text, const Session& session)
{
  const Command& command = session.command;
  if (command.verb.empty())
    return;
  text.out << R"(,"last":{"command":{"verb":")" << command.verb << '"';
  text.member(R"(,"line":)", Field::command_line, command.line);
  text.member(R"(,"address":)", Field::command_address, command.address.address);
  text.member(R"(,"domain":)", Field::command_domain, command.address.domain);
  text.out << '}';
}

void write_reply_text(PieceText& text, const Session& session)
{
  const Reply& reply = session.reply;
  const bool behind_command = !session.command.verb.empty();
  if (reply.lines == 0) {
    if (behind_command)
      text.out << '}';
    return;
  }
  text.out << std::string_view(behind_command ? R"(,"reply":{)" : R"(,"last":{"reply":{)");
  if (reply.code != 0)
    text.out << R"("code":)" << reply.code << R"(,"class":)" << reply.code_class() << ',';
  if (!reply.enhanced.empty())
    text.out << R"("enhanced":")" << reply.enhanced << R"(",)";
  if (!reply.text.empty()) {
    text.out << R"("text":")";
    text.string_body(Field::reply_text, reply.text);
    text.out << ',';
  }
  text.out << R"("lines":)" << std::uint64_t{reply.lines} << R"(,"complete":)"
           << truth(reply.complete) << R"(,"answers":")" << session.answers << R"("}})";
}

void write_filter_text(PieceText& text, const Session& session)
{
  const FilterCounts& count = session.filter_count;
  {
    Pen pen(text.out, 384);
    pen << R"(,"filter":{"count":{"proceed":)" << count.proceed << R"(,"junk":)" << count.junk
        << R"(,"rewrite":)" << count.rewrite << R"(,"reject":)" << count.reject
        << R"(,"disconnect":)" << count.disconnect << R"(,"report":)" << count.report
        << R"(,"other":)" << count.other << R"(},"wait_us":)" << session.filter_times.wait_us;
  }
  if (session.filter_times.slowest_us) {
    text.open(R"(,"slowest":)");
    text.member(R"(,"phase":)", Field::filter_slowest_phase, session.filter_times.slowest_phase);
    text.key(R"(,"latency_us":)");
    text.out << *session.filter_times.slowest_us << '}';
  }
  const FilterAnswer& last = session.filter;
  if (last.phase.empty() && last.response.empty())
    return;
  text.open(R"(,"last":)");
  text.member(R"(,"phase":)", Field::filter_phase, last.phase);
  text.member(R"(,"response":)", Field::filter_response, last.response);
  text.member(R"(,"param":)", Field::filter_param, last.param);
  if (last.latency_us) {
    text.key(R"(,"latency_us":)");
    text.out << *last.latency_us;
  }
  text.out << '}';
}

// --- The table ---

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

using WriteText = void (*)(PieceText&, const Session&);

constexpr PieceRow text(Piece piece, Sections made_of, WriteText write)
{
  return {piece, made_of, write, {}};
}

constexpr PieceRow list(Piece piece, Section made_of, GrowingList growing)
{
  return {piece, section_bit(made_of), nullptr, growing};
}

constexpr Sections of(Section section)
{
  return section_bit(section);
}

constexpr Sections once = 0; // written when the session begins

} // namespace

const std::array<PieceRow, piece_count> piece_rows = {{
  text(Piece::id_prefix, once, write_id_prefix),
  text(Piece::start, once, write_start),
  text(Piece::peer, of(Section::link), write_peer),

  text(Piece::link, of(Section::link), write_link_text),
  text(Piece::tls, of(Section::tls), write_tls_text),
  text(Piece::user, of(Section::auth), write_user_text),
  text(Piece::related, of(Section::related), write_related_text),
  text(Piece::email, of(Section::tx), write_email_text),

  text(Piece::session, once, write_session_id),
  text(Piece::session_state, of(Section::session), write_session_state),
  text(Piece::history, of(Section::history), write_history),
  list(Piece::mail_from, Section::mail_from,
       {R"(,"mail_from":)", Field::mail_from, of_session<&Session::mail_from>}),
  list(Piece::rcpt_to, Section::rcpt_to,
       {R"(,"rcpt_to":)", Field::rcpt_to, of_session<&Session::rcpt_to>}),
  list(Piece::rcpt_domain, Section::rcpt_domain,
       {R"(,"rcpt_domain":)", Field::rcpt_domain, of_session<&Session::rcpt_domain>}),
  text(Piece::session_end, of(Section::link), write_session_end),
  text(Piece::banner, of(Section::banner), write_banner_text),
  text(Piece::helo, of(Section::helo), write_helo_text),
  text(Piece::tls_bits, of(Section::tls), write_tls_bits_text),
  text(Piece::auth, of(Section::auth), write_auth_text),
  text(Piece::count, of(Section::count), write_count_text),
  text(Piece::anomaly, of(Section::anomaly), write_anomaly_text),
  text(Piece::tx, of(Section::tx), write_tx_head),
  text(Piece::tx_from, of(Section::tx_from), write_tx_from_text),
  text(Piece::tx_state, of(Section::tx_state) | of(Section::envelopes), write_tx_state),
  list(Piece::tx_envelope_ids, Section::envelope_ids,
       {R"(,"id":)", Field::tx_envelope_id, of_transaction<&Transaction::envelope_ids>}),
  text(Piece::tx_rcpt, of(Section::recipients), write_tx_rcpt),
  list(Piece::tx_rcpt_address, Section::addresses,
       {R"(,"address":)", Field::tx_rcpt_address, of_transaction<&Transaction::addresses>}),
  list(
    Piece::tx_rcpt_accepted, Section::accepted,
    {R"(,"accepted_address":)", Field::tx_rcpt_accepted, of_transaction<&Transaction::accepted>}),
  list(
    Piece::tx_rcpt_rejected, Section::rejected,
    {R"(,"rejected_address":)", Field::tx_rcpt_rejected, of_transaction<&Transaction::rejected>}),
  list(Piece::tx_rcpt_domain, Section::domains,
       {R"(,"domain":)", Field::tx_rcpt_domain, of_transaction<&Transaction::domains>}),
  text(Piece::tx_end, of(Section::tx), write_tx_end),
  text(Piece::origin, of(Section::origin), write_origin_text),
  text(Piece::transactions, of(Section::transactions), write_transactions_text),
  text(Piece::command, of(Section::command), write_command_text),
  text(Piece::reply, of(Section::reply), write_reply_text),
  text(Piece::filter, of(Section::filter), write_filter_text),
  list(Piece::decisions, Section::decisions,
       {R"(,"decision":)", Field::filter_decision, of_session<&Session::decisions>}),
  list(Piece::filter_reports, Section::filter_reports,
       {R"(,"report":)", Field::filter_report, of_session<&Session::filter_reports>}),
}};

void write_moment_text(PieceText& text, const Session& session, const Report* report)
{
  const Moment& now = session.now;
  if (now.anomalies.cut())
    text.cuts.add(Field::anomaly_new);
  write_anomalies(text.out, R"(,"anomaly_new":)", now.anomalies);
  if (now.recipient) {
    const MailAddress& address = now.recipient->address;
    text.open(R"(,"rcpt":)");
    text.member(R"(,"address":)", Field::rcpt_address, address.address);
    text.member(R"(,"address_original":)", Field::rcpt_address_original, now.recipient->original);
    text.member(R"(,"local":)", Field::rcpt_local, address.local);
    text.member(R"(,"domain":)", Field::rcpt_domain_of_event, address.domain);
    text.member(R"(,"status":)", Field::rcpt_status, now.recipient->status);
    text.out << '}';
  }
  if (report != nullptr && now.unknown_event) {
    text.open(R"(,"unknown":)");
    text.member(R"(,"event":)", Field::unknown_event, report->name);
    text.member(R"(,"params":)", Field::unknown_params, now.unknown_params);
    text.out << '}';
  }
}

} // namespace jsonlog
