// SPDX-License-Identifier: ISC
//
// The session's part of a line but for its transaction, in the order of the document. See
// description.hpp.
#pragma once

#include "line/description.hpp"

#include <optional>
#include <string_view>

namespace jsonlog::description {

// --- The root ---

struct Link : MadeOf<Section::link>
{
  static void write(LineWriter auto& out, const Session& session)
  {
    const bool in = session.subsystem == Subsystem::smtp_in;
    const std::string_view source_domain = in ? session.rdns : std::string_view{};
    const std::string_view destination_domain = in ? std::string_view{} : session.rdns;
    if (is_known(session.source, source_domain)) {
      out.open("source"_key);
      write_text<"source.address">(out, session.source.address);
      write_place(out, session.source);
      write_text<"source.domain">(out, source_domain);
      out.close();
    }
    if (is_known(session.destination, destination_domain)) {
      out.open("destination"_key);
      write_text<"destination.address">(out, session.destination.address);
      write_place(out, session.destination);
      write_text<"destination.domain">(out, destination_domain);
      out.close();
    }
    const Endpoint& peer = session.peer();
    const Endpoint& known = peer.ip.empty() ? (in ? session.destination : session.source) : peer;
    out.open("network"_key);
    if (session.connected && !peer.local)
      out.token("transport"_key, "tcp");
    if (!known.ip.empty())
      out.token("type"_key, known.ipv6 ? "ipv6" : "ipv4");
    out.token("protocol"_key, "smtp");
    out.token("direction"_key, peer.local ? "internal" : in ? "inbound" : "outbound");
    out.close();
  }

private:
  static bool is_known(const Endpoint& endpoint, std::string_view domain) noexcept
  {
    return !endpoint.address.empty() || endpoint.port != 0 || !domain.empty();
  }

  static void write_place(LineWriter auto& out, const Endpoint& endpoint)
  {
    out.token("ip"_key, endpoint.ip);
    if (endpoint.port != 0)
      out.number("port"_key, endpoint.port);
  }
};

struct Tls : MadeOf<Section::tls>
{
  static void write(LineWriter auto& out, const Session& session)
  {
    out.open("tls"_key);
    out.truth("established"_key, session.tls_established);
    write_text<"tls.version">(out, session.tls_version);
    write_text<"tls.version_protocol">(out, session.tls_protocol);
    write_text<"tls.cipher">(out, session.tls_cipher);
    out.close();
  }
};

struct User : MadeOf<Section::auth>
{
  static void write(LineWriter auto& out, const Session& session)
  {
    if (session.user.empty())
      return;
    out.open("user"_key);
    write_text<"user.name">(out, session.user);
    out.close();
  }
};

struct Related : MadeOf<Section::related>
{
  static void write(LineWriter auto& out, const Session& session)
  {
    const bool ip = wants_list<"related.ip">(out, session.related_ip);
    const bool hosts = wants_list<"related.hosts">(out, session.related_hosts);
    const bool user = wants_list<"related.user">(out, session.related_user);
    if (!ip && !hosts && !user)
      return;
    out.open("related"_key);
    write_list<"related.ip">(out, session.related_ip);
    write_list<"related.hosts">(out, session.related_hosts);
    write_list<"related.user">(out, session.related_user);
    out.close();
  }
};

struct Email : MadeOf<Section::tx>
{
  static void write(LineWriter auto& out, const Session& session)
  {
    if (!session.tx || session.tx->id.empty())
      return;
    out.open("email"_key);
    write_text<"email.local_id">(out, session.tx->id);
    out.close();
  }
};

// --- opensmtpd.session, open from its id to the lists at its end ---

struct SessionId : MadeOf<>
{
  static void write(LineWriter auto& out, const Session& session)
  {
    out.open("session"_key);
    out.token("id"_key, hex_id(session.id));
  }
};

struct SessionState : MadeOf<Section::session>
{
  static void write(LineWriter auto& out, const Session& session)
  {
    out.token("phase"_key, to_string(session.phase));
    out.token("with"_key, with_protocol(session));
    if (session.line)
      out.number("line"_key, *session.line);
    if (session.forgotten != 0)
      out.number("forgotten"_key, session.forgotten);
    out.truth("partial"_key, session.partial);
    out.truth("final"_key, session.final());
    out.token("close"_key, to_string(session.close));
    out.open("tx"_key);
    out.number("count"_key, session.tx_count);
    out.number("committed"_key, session.tx_committed);
    out.number("rolled_back"_key, session.tx_rolled_back);
    out.number("bytes"_key, session.tx_bytes);
    out.close();
  }
};

struct SessionHistory : MadeOf<Section::history>
{
  // One text, but as long as a list, and left out as one.
  static void write(LineWriter auto& out, const Session& session)
  {
    constexpr Field history = field<"opensmtpd.session.history">;
    if (session.history.cut())
      out.cut(history);
    if (out.wants_list(history, session.history.text().empty()))
      out.token("history"_key, session.history.text());
  }
};

struct SessionEnd : MadeOf<>
{
  static void write(LineWriter auto& out, const Session&) { out.close(); }
};

// --- opensmtpd ---

struct ReverseDns : MadeOf<Section::link>
{
  static void write(LineWriter auto& out, const Session& session)
  {
    if (session.fcrdns.empty())
      return;
    out.open("link"_key);
    write_text<"opensmtpd.link.fcrdns">(out, session.fcrdns);
    out.close();
  }
};

struct Banner : MadeOf<Section::banner>
{
  static void write(LineWriter auto& out, const Session& session)
  {
    write_text<"opensmtpd.banner">(out, session.banner);
  }
};

struct Helo : MadeOf<Section::helo>
{
  static void write(LineWriter auto& out, const Session& session)
  {
    out.open("helo"_key);
    write_text<"opensmtpd.helo.method">(out, session.helo_method);
    write_text<"opensmtpd.helo.name">(out, session.helo_name);
    out.number("count"_key, session.helo_count);
    out.close();
  }
};

struct TlsBits : MadeOf<Section::tls>
{
  static void write(LineWriter auto& out, const Session& session)
  {
    if (!session.tls_bits)
      return;
    out.open("tls"_key);
    out.number("bits"_key, *session.tls_bits);
    out.close();
  }
};

struct Auth : MadeOf<Section::auth>
{
  static void write(LineWriter auto& out, const Session& session)
  {
    out.open("auth"_key);
    write_text<"opensmtpd.auth.result">(out, session.auth_result);
    out.number("attempts"_key, session.auth_attempts);
    out.number("failures"_key, session.auth_failures);
    out.close();
  }
};

struct Count : MadeOf<Section::count>
{
  static void write(LineWriter auto& out, const Session& session)
  {
    const Counts& count = session.count;
    out.open("count"_key);
    out.number("command"_key, count.command);
    out.open("reply"_key);
    out.number("2xx"_key, count.reply_2xx);
    out.number("3xx"_key, count.reply_3xx);
    out.number("4xx"_key, count.reply_4xx);
    out.number("5xx"_key, count.reply_5xx);
    out.close();
    out.number("mail"_key, count.mail);
    out.number("rcpt"_key, count.rcpt);
    out.number("rcpt_ok"_key, count.rcpt_ok);
    out.number("rcpt_tempfail"_key, count.rcpt_tempfail);
    out.number("rcpt_permfail"_key, count.rcpt_permfail);
    out.number("commit"_key, count.commit);
    out.number("rollback"_key, count.rollback);
    out.number("timeout"_key, count.timeout);
    out.number("filter_report"_key, count.filter_report);
    out.close();
  }
};

struct Anomalies : MadeOf<Section::anomaly>
{
  static void write(LineWriter auto& out, const Session& session)
  {
    constexpr Field anomaly = field<"opensmtpd.anomaly">;
    if (session.anomalies.cut())
      out.cut(anomaly);
    if (out.wants_list(anomaly, session.anomalies.empty()))
      write_anomalies(out, "anomaly"_key, session.anomalies);
  }
};

// --- opensmtpd.last holds a command, a reply, both, or is not there: the first opens it ---

struct LastCommand : MadeOf<Section::command>
{
  static void write(LineWriter auto& out, const Session& session)
  {
    const Command& command = session.command;
    if (command.verb.empty())
      return;
    out.open("last"_key);
    out.open("command"_key);
    out.token("verb"_key, command.verb);
    write_text<"opensmtpd.last.command.line">(out, command.line);
    write_text<"opensmtpd.last.command.address">(out, command.address.address);
    write_text<"opensmtpd.last.command.domain">(out, command.address.domain);
    out.close();
  }
};

// Closes it. The first command of a session counts as a change of the reply for this.
struct LastReply : MadeOf<Section::reply>
{
  static void write(LineWriter auto& out, const Session& session)
  {
    const Reply& reply = session.reply;
    const bool behind_command = !session.command.verb.empty();
    if (!behind_command && reply.lines == 0)
      return;
    if (!behind_command)
      out.open("last"_key);
    if (reply.lines != 0)
      write_reply(out, reply, session.answers);
    out.close();
  }

private:
  static void write_reply(LineWriter auto& out, const Reply& reply, std::string_view answers)
  {
    out.open("reply"_key);
    if (reply.code != 0) {
      out.number("code"_key, reply.code);
      out.number("class"_key, reply.code_class());
    }
    out.token("enhanced"_key, reply.enhanced);
    write_text<"opensmtpd.last.reply.text">(out, reply.text);
    out.number("lines"_key, reply.lines);
    out.truth("complete"_key, reply.complete);
    out.token("answers"_key, answers);
    out.close();
  }
};

// --- opensmtpd.filter, whose lists come last ---

struct Filter : MadeOf<Section::filter>
{
  static void write(LineWriter auto& out, const Session& session)
  {
    const FilterCounts& count = session.filter_count;
    out.open("filter"_key);
    out.open("count"_key);
    out.number("proceed"_key, count.proceed);
    out.number("junk"_key, count.junk);
    out.number("rewrite"_key, count.rewrite);
    out.number("reject"_key, count.reject);
    out.number("disconnect"_key, count.disconnect);
    out.number("report"_key, count.report);
    out.number("other"_key, count.other);
    out.close();
    out.number("wait_us"_key, session.filter_times.wait_us);
    write_slowest(out, session.filter_times);
    write_last(out, session.filter);
  }

private:
  static void write_slowest(LineWriter auto& out, const FilterTimes& times)
  {
    if (!times.slowest_us)
      return;
    out.open("slowest"_key);
    write_text<"opensmtpd.filter.slowest.phase">(out, times.slowest_phase);
    out.number("latency_us"_key, *times.slowest_us);
    out.close();
  }

  static void write_last(LineWriter auto& out, const FilterAnswer& last)
  {
    if (last.phase.empty() && last.response.empty())
      return;
    out.open("last"_key);
    write_text<"opensmtpd.filter.last.phase">(out, last.phase);
    write_text<"opensmtpd.filter.last.response">(out, last.response);
    write_text<"opensmtpd.filter.last.param">(out, last.param);
    if (last.latency_us)
      out.number("latency_us"_key, *last.latency_us);
    out.close();
  }
};

struct FilterEnd : MadeOf<>
{
  static void write(LineWriter auto& out, const Session&) { out.close(); }
};

} // namespace jsonlog::description
