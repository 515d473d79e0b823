// SPDX-License-Identifier: ISC
#include "pieces.hpp"

#include "jsonlog/time_text.hpp"
#include "members.hpp"
#include "message.hpp"

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
  append_time(text.out, session.start_us);
}

void write_peer(PieceText& text, const Session& session)
{
  if (!append_peer(text.out, session, {limits::message_part, false}))
    text.cuts |= cut_bit(Field::message);
}

// --- opensmtpd.session ---

void write_session_id(PieceText& text, const Session& session)
{
  text.out << R"(,"session":{"id":")" << hex_id(session.id) << '"';
}

void write_session_state(PieceText& text, const Session& session)
{
  TextBuffer& out = text.out;
  out << R"(,"phase":")" << to_string(session.phase) << '"';
  if (const std::string with = with_protocol(session); !with.empty())
    out << R"(,"with":")" << with << '"';
  out << R"(,"partial":)" << truth(session.partial) << R"(,"final":)" << truth(session.final());
  if (session.final())
    out << R"(,"close":")" << to_string(session.close) << '"';
  out << R"(,"tx":{"count":)" << session.tx_count << R"(,"committed":)" << session.tx_committed
      << R"(,"rolled_back":)" << session.tx_rolled_back << R"(,"bytes":)" << session.tx_bytes
      << '}';
}

void write_history(PieceText& text, const Session& session)
{
  if (session.history.cut())
    text.cuts |= cut_bit(Field::history);
  if (!session.history.text().empty())
    text.out << R"(,"history":")" << session.history.text() << '"';
}

void write_session_end(PieceText& text, const Session& session)
{
  text.out << '}';
  if (session.fcrdns.empty())
    return;
  text.out << R"(,"link":{)";
  text.member(R"("fcrdns":)", Field::link_fcrdns, session.fcrdns);
  text.out << '}';
}

// --- opensmtpd ---

void write_count_text(PieceText& text, const Session& session)
{
  const Counts& count = session.count;
  text.out << R"(,"count":{"command":)" << count.command                                  //
           << R"(,"reply":{"2xx":)" << count.reply_2xx << R"(,"3xx":)" << count.reply_3xx //
           << R"(,"4xx":)" << count.reply_4xx << R"(,"5xx":)" << count.reply_5xx          //
           << R"(},"mail":)" << count.mail << R"(,"rcpt":)" << count.rcpt                 //
           << R"(,"rcpt_ok":)" << count.rcpt_ok                                           //
           << R"(,"rcpt_tempfail":)" << count.rcpt_tempfail                               //
           << R"(,"rcpt_permfail":)" << count.rcpt_permfail                               //
           << R"(,"commit":)" << count.commit << R"(,"rollback":)" << count.rollback      //
           << R"(,"timeout":)" << count.timeout << '}';
}

void write_tx_head(PieceText& text, const Session& session)
{
  if (!session.tx)
    return;
  text.out << R"(,"tx":{)";
  text.member(R"("id":)", Field::tx_id, session.tx->id);
  if (!session.tx->id.empty())
    text.out << ',';
  text.out << R"("number":)" << session.tx->number << R"(,"start":")";
  append_time(text.out, session.tx->start_us);
  text.out << '"';
}

void write_tx_state(PieceText& text, const Session& session)
{
  if (!session.tx)
    return;
  const Transaction& tx = *session.tx;
  text.out << R"(,"status":")" << to_string(tx.status) << '"';
  if (tx.duration_us)
    text.out << R"(,"duration_us":)" << *tx.duration_us;
  if (tx.size)
    text.out << R"(,"size":)" << *tx.size;
  if (!tx.data_status.empty()) {
    text.out << R"(,"data":{)";
    text.member(R"("status":)", Field::tx_data_status, tx.data_status);
    text.out << '}';
  }
  text.out << R"(,"envelope":{"count":)" << tx.envelopes;
}

void write_tx_rcpt(PieceText& text, const Session& session)
{
  if (!session.tx)
    return;
  const RecipientCounts& counts = session.tx->recipients;
  text.out << R"(},"rcpt":{"count":)" << counts.count << R"(,"accepted":)" << counts.accepted
           << R"(,"tempfail":)" << counts.tempfail << R"(,"permfail":)" << counts.permfail;
}

void write_tx_end(PieceText& text, const Session& session)
{
  if (session.tx)
    text.out << "}}";
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
  text.member(R"(,"address":)", Field::command_address, command.address);
  if (!command.address.empty())
    text.member(R"(,"domain":)", Field::command_domain, domain_part(command.address));
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
    text.member(R"("text":)", Field::reply_text, reply.text);
    text.out << ',';
  }
  text.out << R"("lines":)" << std::uint64_t{reply.lines} << R"(,"complete":)"
           << truth(reply.complete) << "}}";
}

void write_filter_text(PieceText& text, const Session& session)
{
  const FilterCounts& count = session.filter_count;
  TextBuffer& out = text.out;
  out << R"(,"filter":{"count":{"proceed":)" << count.proceed << R"(,"junk":)" << count.junk
      << R"(,"rewrite":)" << count.rewrite << R"(,"reject":)" << count.reject << R"(,"disconnect":)"
      << count.disconnect << R"(,"report":)" << count.report << R"(,"other":)" << count.other
      << '}';
  const FilterAnswer& last = session.filter;
  if (last.phase.empty() && last.response.empty())
    return;
  out << R"(,"last":{)";
  const std::size_t start = out.size();
  text.member(R"(,"phase":)", Field::filter_phase, last.phase);
  text.member(R"(,"response":)", Field::filter_response, last.response);
  text.member(R"(,"param":)", Field::filter_param, last.param);
  if (last.latency_us)
    out << R"(,"latency_us":)" << *last.latency_us;
  out << '}';
  out.erase_at(start); // the comma before the first member
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
using WriteMembers = void (*)(Json&, const Session&);

constexpr PieceRow text(Piece piece, Sections made_of, WriteText write)
{
  return {piece, made_of, write, nullptr, {}};
}

constexpr PieceRow members(Piece piece, Section made_of, WriteMembers write)
{
  return {piece, section_bit(made_of), nullptr, write, {}};
}

constexpr PieceRow list(Piece piece, Section made_of, GrowingList growing)
{
  return {piece, section_bit(made_of), nullptr, nullptr, growing};
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

  members(Piece::link, Section::link, write_link),
  members(Piece::tls, Section::tls, write_tls),
  members(Piece::user, Section::auth, write_user),
  members(Piece::related, Section::related, write_related),
  members(Piece::email, Section::tx, write_email),

  text(Piece::session, once, write_session_id),
  text(Piece::session_state, of(Section::session), write_session_state),
  text(Piece::history, of(Section::history), write_history),
  list(Piece::mail_from, Section::reached,
       {"mail_from", Field::mail_from, of_session<&Session::mail_from>}),
  list(Piece::rcpt_to, Section::reached,
       {"rcpt_to", Field::rcpt_to, of_session<&Session::rcpt_to>}),
  list(Piece::rcpt_domain, Section::reached,
       {"rcpt_domain", Field::rcpt_domain, of_session<&Session::rcpt_domain>}),
  text(Piece::session_end, of(Section::link), write_session_end),
  members(Piece::banner, Section::banner, write_banner),
  members(Piece::helo, Section::helo, write_helo),
  members(Piece::tls_bits, Section::tls, write_tls_bits),
  members(Piece::auth, Section::auth, write_auth),
  text(Piece::count, of(Section::count), write_count_text),
  members(Piece::anomaly, Section::anomaly, write_anomaly),
  text(Piece::tx, of(Section::tx), write_tx_head),
  members(Piece::tx_from, Section::tx_from, write_tx_from),
  text(Piece::tx_state, of(Section::tx_state) | of(Section::envelopes), write_tx_state),
  list(Piece::tx_envelope_ids, Section::envelopes,
       {"id", Field::tx_envelope_id, of_transaction<&Transaction::envelope_ids>}),
  text(Piece::tx_rcpt, of(Section::recipients), write_tx_rcpt),
  list(Piece::tx_rcpt_address, Section::recipients,
       {"address", Field::tx_rcpt_address, of_transaction<&Transaction::addresses>}),
  list(Piece::tx_rcpt_accepted, Section::recipients,
       {"accepted_address", Field::tx_rcpt_accepted, of_transaction<&Transaction::accepted>}),
  list(Piece::tx_rcpt_rejected, Section::recipients,
       {"rejected_address", Field::tx_rcpt_rejected, of_transaction<&Transaction::rejected>}),
  list(Piece::tx_rcpt_domain, Section::recipients,
       {"domain", Field::tx_rcpt_domain, of_transaction<&Transaction::domains>}),
  text(Piece::tx_end, of(Section::tx), write_tx_end),
  members(Piece::transactions, Section::transactions, write_transactions),
  text(Piece::command, of(Section::command), write_command_text),
  text(Piece::reply, of(Section::reply), write_reply_text),
  text(Piece::filter, of(Section::filter), write_filter_text),
  list(Piece::decisions, Section::decisions,
       {"decision", Field::filter_decision, of_session<&Session::decisions>}),
  list(Piece::filter_reports, Section::filter_reports,
       {"report", Field::filter_report, of_session<&Session::filter_reports>}),
}};

} // namespace jsonlog
