// SPDX-License-Identifier: ISC
#include "schema/field_table.hpp"

#include "schema/fields.hpp"

#include <algorithm>
#include <array>

namespace jsonlog {

namespace {

constexpr auto boolean = FieldType::boolean;
constexpr auto date = FieldType::date;
constexpr auto ip = FieldType::ip;
constexpr auto keyword = FieldType::keyword;
constexpr auto number = FieldType::long_integer;
constexpr auto object = FieldType::object;
constexpr auto text = FieldType::text;

// A number of the session that is in every line of it; only the charts want most of them.
constexpr FieldRow counter(std::string_view name, std::string_view meaning)
{
  return FieldRow{name, number, meaning}.always_in(in_event).kept_for(Indexing::aggregate_only);
}

// A number of the `stats` record. There are few of these records, so nothing is spared.
constexpr FieldRow statistic(std::string_view name, std::string_view meaning)
{
  return FieldRow{name, number, meaning}.in(in_stats).always_in(in_stats);
}

// In a line's document, and nowhere else.
constexpr FieldRow unindexed(std::string_view name, FieldType type, std::string_view meaning)
{
  return FieldRow{name, type, meaning}.kept_for(Indexing::none);
}

constexpr FieldRow everywhere(std::string_view name, FieldType type, std::string_view meaning)
{
  return FieldRow{name, type, meaning}.in(in_all).always_in(in_all);
}

constexpr FieldRow searched(std::string_view name, FieldType type, std::string_view meaning)
{
  return FieldRow{name, type, meaning}.kept_for(Indexing::search_only);
}

constexpr FieldRow charted(std::string_view name, FieldType type, std::string_view meaning)
{
  return FieldRow{name, type, meaning}.kept_for(Indexing::aggregate_only);
}

constexpr Records in_reports = in_event | in_anomaly;

// clang-format off
constexpr std::array rows{
  everywhere("@timestamp", date, "time of the report"),
  everywhere("message", text, "the event in one short sentence").kept_for(Indexing::search_only),
  everywhere("ecs.version", keyword, "the version of the Elastic Common Schema whose names are used: `8.17.0`"),
  FieldRow{"host.name", keyword, "as given with `--host`; tells several mail hosts apart"}.in(in_all),
  FieldRow{"process.pid", number, "of this process"}.in(in_meta).always_in(in_meta),

  everywhere("event.kind", keyword, "`event`; `metric` in stats records, `state` in meta records"),
  everywhere("event.module", keyword, "`opensmtpd`"),
  everywhere("event.dataset", keyword, "`opensmtpd.session`; `opensmtpd.stats` in stats records"),
  FieldRow{"event.category", keyword, "of ECS: `network`, `session`, `authentication`, `email`"}.list().in(in_reports).always_in(in_reports),
  FieldRow{"event.type", keyword, "of ECS: `connection`, `start`, `end`, `protocol`, `info`, `denied`"}.list().in(in_reports).always_in(in_reports),
  everywhere("event.action", keyword, "name of the report, such as `tx-rcpt`, or of what the logger adds: `session-evicted`, `session-shutdown`, `malformed-report`, `logger-start`, `file-start`, `stats`"),
  FieldRow{"event.outcome", keyword, "`success` or `failure`: link-auth, tx-mail, tx-rcpt, tx-data, tx-commit, tx-rollback, filter-response that rejects or disconnects, end of session"},
  FieldRow{"event.reason", keyword, "what explains a failure: the reply, or the parameter of the filter's answer"},
  counter("event.sequence", "place in the session: 0, 1, 2, …"),
  FieldRow{"event.id", keyword, "unique: session, its start in microseconds (hexadecimal), `event.sequence`; in anomaly records `anomaly`, `opensmtpd.logger.run`, `opensmtpd.logger.sequence`. As document id it makes it harmless to ship a line twice. Absent in anomaly records before the first report"}.in(in_reports).always_in(in_event).kept_for(Indexing::search_only),
  FieldRow{"event.start", date, "start of the session"}.always_in(in_event).kept_for(Indexing::aggregate_only),
  FieldRow{"event.end", date, "end of the session, in its last line"},
  FieldRow{"event.duration", number, "nanoseconds since the start of the session"}.always_in(in_event),
  unindexed("event.original", keyword, "the report as it came, secrets hidden: with `--original`, and in anomaly records").in(in_reports),
  FieldRow{"error.message", text, "why the line is no report"}.in(in_anomaly).always_in(in_anomaly).kept_for(Indexing::search_only),
  everywhere("observer.type", keyword, "`mta`"),
  everywhere("observer.product", keyword, "`OpenSMTPD`"),
  FieldRow{"observer.version", keyword, "of smtpd"}.in(in_all),
  FieldRow{"observer.hostname", keyword, "the name smtpd knows itself by"}.in(in_all),
  FieldRow{"labels.*", keyword, "as given with `--label KEY=VALUE`"}.in(in_all),

  FieldRow{"source.address", keyword, "where the connection comes from, as smtpd writes it: the client; on smtp-out our own address"},
  FieldRow{"source.ip", ip, "the same, if it is an IP address"},
  FieldRow{"source.port", number, "port of the source"},
  FieldRow{"source.domain", keyword, "reverse DNS name of the client"},
  FieldRow{"destination.address", keyword, "where the connection goes to: our listener; on smtp-out the remote server"},
  FieldRow{"destination.ip", ip, "the same, if it is an IP address"},
  FieldRow{"destination.port", number, "port of the destination"},
  FieldRow{"destination.domain", keyword, "reverse DNS name of the remote server, on smtp-out"},
  FieldRow{"network.transport", keyword, "`tcp`"},
  FieldRow{"network.type", keyword, "`ipv4` or `ipv6`"},
  FieldRow{"network.protocol", keyword, "`smtp`"}.always_in(in_event),
  FieldRow{"network.direction", keyword, "`inbound`, `outbound`, or `internal` for a local socket"},
  FieldRow{"tls.established", boolean, "is the connection encrypted?"}.always_in(in_event),
  FieldRow{"tls.version", keyword, "such as `1.3`"},
  FieldRow{"tls.version_protocol", keyword, "`tls`"},
  FieldRow{"tls.cipher", keyword, "such as `TLS_AES_256_GCM_SHA384`"},
  FieldRow{"user.name", keyword, "the name tried last in a login; `opensmtpd.auth.result` says how that went"},
  searched("related.ip", ip, "the addresses of both ends, and of who brought the message").list(),
  searched("related.hosts", keyword, "reverse DNS name, HELO name and banner").list(),
  searched("related.user", keyword, "names tried in logins, and the name with which the message came in").list(),
  FieldRow{"email.local_id", keyword, "message id of the current transaction, the same on the way in and on the way out"},

  everywhere("opensmtpd.schema", keyword, "version of this list: `1.1`"),
  everywhere("opensmtpd.record", keyword, "`event`, `anomaly` (a line that is no report), `meta`, `stats`"),
  everywhere("opensmtpd.logger.version", keyword, "of filter-jsonlog"),
  FieldRow{"opensmtpd.logger.run", keyword, "names the run of the logger: time of its first report in microseconds, hexadecimal"}.in(in_all).always_in(in_event),
  FieldRow{"opensmtpd.logger.sequence", number, "place in the run, counted when the line was made: a gap is a loss; meta and stats records repeat the last"}.in(in_all).always_in(in_reports).kept_for(Indexing::aggregate_only),
  FieldRow{"opensmtpd.logger.dropped", number, "lines of the run that had not got out before this one"}.in(in_all).always_in(in_reports).kept_for(Indexing::aggregate_only),
  FieldRow{"opensmtpd.protocol", keyword, "version of the report, such as `0.7`"},
  FieldRow{"opensmtpd.subsystem", keyword, "`smtp-in` or `smtp-out`"}.always_in(in_event),
  charted("opensmtpd.time.gap_us", number, "microseconds since the session's report before"),
  charted("opensmtpd.time.to_tls_us", number, "microseconds from the start of the session to TLS"),
  charted("opensmtpd.time.to_mail_us", number, "microseconds from the start of the session to its first tx-mail"),
  FieldRow{"opensmtpd.anomaly_new", keyword, "anomalies that this line raised"}.list(),
  FieldRow{"opensmtpd.rcpt.address", keyword, "recipient of a tx-rcpt line"},
  FieldRow{"opensmtpd.rcpt.address_original", keyword, "what the client said, where a filter rewrote the recipient"},
  FieldRow{"opensmtpd.rcpt.local", keyword, "part of the address before the last `@`"},
  FieldRow{"opensmtpd.rcpt.domain", keyword, "part of the address after the last `@`"},
  FieldRow{"opensmtpd.rcpt.status", keyword, "`ok`, `tempfail` or `permfail`"},
  FieldRow{"opensmtpd.unknown.event", keyword, "name of a report that this version does not know"},
  searched("opensmtpd.unknown.params", keyword, "and its parameters"),

  FieldRow{"opensmtpd.session.id", keyword, "16 hexadecimal digits"}.always_in(in_event),
  FieldRow{"opensmtpd.session.phase", keyword, "`connect`, `greeting`, `helo`, `mail`, `rcpt`, `data`, `quit` or `closed`"}.always_in(in_event),
  FieldRow{"opensmtpd.session.with", keyword, "protocol by RFC 3848, such as `ESMTPSA`"},
  charted("opensmtpd.session.line", number, "place among the lines made of the session: a gap is a loss; with `--lines counted` or `ends`").since_1_1(),
  charted("opensmtpd.session.forgotten", number, "lines that the session should have had and lost, because they could not be remembered").since_1_1(),
  FieldRow{"opensmtpd.session.partial", boolean, "was the start of the session missed?"},
  FieldRow{"opensmtpd.session.final", boolean, "is this the last line of the session?"},
  FieldRow{"opensmtpd.session.close", keyword, "why the session ended, in its last line; inferred, smtpd gives no reason"},
  FieldRow{"opensmtpd.session.tx.count", number, "transactions so far"}.always_in(in_event),
  FieldRow{"opensmtpd.session.tx.committed", number, "tx-commit events"}.always_in(in_event),
  counter("opensmtpd.session.tx.rolled_back", "transactions that ended without a commit"),
  counter("opensmtpd.session.tx.bytes", "sum of `opensmtpd.tx.size` over tx-commit events"),
  FieldRow{"opensmtpd.session.history", keyword, "a letter for each event: the session in one word"},
  FieldRow{"opensmtpd.session.mail_from", keyword, "accepted senders"}.list(),
  FieldRow{"opensmtpd.session.rcpt_to", keyword, "accepted recipients"}.list(),
  FieldRow{"opensmtpd.session.rcpt_domain", keyword, "domains of accepted recipients"}.list(),
  FieldRow{"opensmtpd.link.fcrdns", keyword, "verdict on the reverse DNS name: `pass`, `fail`, `error`; on smtp-in"},
  FieldRow{"opensmtpd.banner", keyword, "host name in the greeting"},
  FieldRow{"opensmtpd.helo.method", keyword, "`HELO`, `EHLO` or `LHLO`"},
  FieldRow{"opensmtpd.helo.name", keyword, "the name said last"},
  counter("opensmtpd.helo.count", "how often a name was said"),
  charted("opensmtpd.tls.bits", number, "strength of the cipher"),
  FieldRow{"opensmtpd.auth.result", keyword, "of the last login: `pass`, `fail`, `error`"},
  FieldRow{"opensmtpd.auth.attempts", number, "logins tried"}.always_in(in_event),
  FieldRow{"opensmtpd.auth.failures", number, "logins that failed"}.always_in(in_event),
  FieldRow{"opensmtpd.count.command", number, "lines of the client"}.always_in(in_event),
  counter("opensmtpd.count.reply.2xx", "replies of class 2"),
  counter("opensmtpd.count.reply.3xx", "replies of class 3"),
  FieldRow{"opensmtpd.count.reply.4xx", number, "replies of class 4"}.always_in(in_event),
  FieldRow{"opensmtpd.count.reply.5xx", number, "replies of class 5"}.always_in(in_event),
  FieldRow{"opensmtpd.count.mail", number, "results of MAIL"}.always_in(in_event),
  counter("opensmtpd.count.rcpt", "results of RCPT"),
  counter("opensmtpd.count.rcpt_ok", "recipients accepted"),
  counter("opensmtpd.count.rcpt_tempfail", "recipients refused for now"),
  FieldRow{"opensmtpd.count.rcpt_permfail", number, "recipients refused for good"}.always_in(in_event),
  counter("opensmtpd.count.commit", "tx-commit events"),
  counter("opensmtpd.count.rollback", "tx-rollback events"),
  counter("opensmtpd.count.timeout", "timeout events"),
  counter("opensmtpd.count.filter_report", "filter-report events").since_1_1(),
  FieldRow{"opensmtpd.anomaly", keyword, "anomalies of the session so far"}.list(),

  searched("opensmtpd.tx.id", keyword, "message id; the same as `email.local_id`"),
  charted("opensmtpd.tx.number", number, "place in the session: 1, 2, 3, …"),
  charted("opensmtpd.tx.start", date, "start of the transaction"),
  FieldRow{"opensmtpd.tx.from.address", keyword, "the sender"},
  FieldRow{"opensmtpd.tx.from.address_original", keyword, "what the client said, where a filter rewrote the sender"},
  FieldRow{"opensmtpd.tx.from.local", keyword, "part of the address before the last `@`"},
  FieldRow{"opensmtpd.tx.from.domain", keyword, "part of the address after the last `@`"},
  FieldRow{"opensmtpd.tx.from.status", keyword, "`ok`, `tempfail` or `permfail`"},
  FieldRow{"opensmtpd.tx.from.null", boolean, "is it the sender of bounces, `<>`, which has no address?"},
  FieldRow{"opensmtpd.tx.status", keyword, "`open`, `committed` or `rolled-back`"},
  FieldRow{"opensmtpd.tx.duration_us", number, "microseconds since the transaction's start, in tx-commit and tx-rollback lines"},
  FieldRow{"opensmtpd.tx.size", number, "bytes of the message"},
  FieldRow{"opensmtpd.tx.data.status", keyword, "`ok`, `tempfail` or `permfail`"},
  charted("opensmtpd.tx.envelope.count", number, "envelopes; an alias makes several of one recipient"),
  searched("opensmtpd.tx.envelope.id", keyword, "their ids").list(),
  FieldRow{"opensmtpd.tx.rcpt.count", number, "recipients"},
  charted("opensmtpd.tx.rcpt.accepted", number, "recipients accepted"),
  charted("opensmtpd.tx.rcpt.tempfail", number, "recipients refused for now"),
  charted("opensmtpd.tx.rcpt.permfail", number, "recipients refused for good"),
  FieldRow{"opensmtpd.tx.rcpt.address", keyword, "recipients, without repetition"}.list(),
  searched("opensmtpd.tx.rcpt.accepted_address", keyword, "those that were accepted").list(),
  searched("opensmtpd.tx.rcpt.rejected_address", keyword, "those that were refused").list(),
  FieldRow{"opensmtpd.tx.rcpt.domain", keyword, "domains of the recipients"}.list(),
  FieldRow{"opensmtpd.origin.session", keyword, "on smtp-out: the inbound session that brought the message"}.since_1_1(),
  FieldRow{"opensmtpd.origin.address", keyword, "its client, as in `source.address` of that session"}.since_1_1(),
  FieldRow{"opensmtpd.origin.ip", ip, "the same, if it is an IP address"}.since_1_1(),
  FieldRow{"opensmtpd.origin.domain", keyword, "reverse DNS name of that client"}.since_1_1(),
  FieldRow{"opensmtpd.origin.user", keyword, "the name it had logged in with"}.since_1_1(),
  FieldRow{"opensmtpd.origin.with", keyword, "as `opensmtpd.session.with` of that session"}.since_1_1(),
  FieldRow{"opensmtpd.origin.from", keyword, "the sender, as it came in; absent for bounces"}.since_1_1(),
  FieldRow{"opensmtpd.origin.accepted", date, "when the message was accepted"}.since_1_1(),
  FieldRow{"opensmtpd.origin.delay_us", number, "microseconds from there to this line: tx-rcpt, tx-commit and tx-rollback"}.since_1_1(),
  unindexed("opensmtpd.transactions", object, "with `--detail full`: transactions of this session that are over, newest last").list(),
  unindexed("opensmtpd.transactions.id", keyword, "message id"),
  unindexed("opensmtpd.transactions.status", keyword, "`committed` or `rolled-back`"),
  unindexed("opensmtpd.transactions.size", number, "bytes of the message"),
  unindexed("opensmtpd.transactions.from.address", keyword, "the sender"),
  unindexed("opensmtpd.transactions.from.null", boolean, "is it the sender of bounces?"),
  unindexed("opensmtpd.transactions.rcpt.count", number, "recipients"),
  unindexed("opensmtpd.transactions.rcpt.accepted", number, "recipients accepted"),
  unindexed("opensmtpd.transactions.rcpt.tempfail", number, "recipients refused for now"),
  unindexed("opensmtpd.transactions.rcpt.permfail", number, "recipients refused for good"),

  FieldRow{"opensmtpd.last.command.verb", keyword, "last command of the client, such as `RCPT TO`; `other` if it is none"},
  searched("opensmtpd.last.command.line", text, "the whole line, secrets hidden"),
  FieldRow{"opensmtpd.last.command.address", keyword, "address in a MAIL or RCPT command"},
  FieldRow{"opensmtpd.last.command.domain", keyword, "part of the address after the last `@`"},
  FieldRow{"opensmtpd.last.reply.code", number, "last reply of the server, such as 550"},
  FieldRow{"opensmtpd.last.reply.class", number, "first digit of the code"},
  FieldRow{"opensmtpd.last.reply.enhanced", keyword, "status code by RFC 3463, such as `5.1.1`"},
  searched("opensmtpd.last.reply.text", text, "the text, its lines joined by blanks"),
  charted("opensmtpd.last.reply.lines", number, "lines so far"),
  FieldRow{"opensmtpd.last.reply.complete", boolean, "was this its last line?"},
  FieldRow{"opensmtpd.last.reply.answers", keyword, "the command that it answers, such as `RCPT TO`; `connect` for the banner, `unsolicited` where no command asked for it"}.since_1_1(),
  counter("opensmtpd.filter.count.proceed", "answers `proceed`"),
  counter("opensmtpd.filter.count.junk", "answers `junk`"),
  counter("opensmtpd.filter.count.rewrite", "answers `rewrite`"),
  FieldRow{"opensmtpd.filter.count.reject", number, "answers `reject`"}.always_in(in_event),
  FieldRow{"opensmtpd.filter.count.disconnect", number, "answers `disconnect`"}.always_in(in_event),
  FieldRow{"opensmtpd.filter.count.report", number, "answers `report`"}.always_in(in_event),
  counter("opensmtpd.filter.count.other", "other answers"),
  FieldRow{"opensmtpd.filter.wait_us", number, "microseconds that the client waited for all answers of the session"}.always_in(in_event).since_1_1(),
  FieldRow{"opensmtpd.filter.slowest.phase", keyword, "phase of the slowest answer of the session so far"}.since_1_1(),
  FieldRow{"opensmtpd.filter.slowest.latency_us", number, "and its microseconds"}.since_1_1(),
  FieldRow{"opensmtpd.filter.last.phase", keyword, "phase of the last answer, such as `rcpt-to`"},
  FieldRow{"opensmtpd.filter.last.response", keyword, "the answer, such as `reject`"},
  FieldRow{"opensmtpd.filter.last.param", keyword, "what the filter said with it"},
  FieldRow{"opensmtpd.filter.last.latency_us", number, "microseconds from the client's line to the answer"},
  FieldRow{"opensmtpd.filter.decision", keyword, "every `phase:response` of the session"}.list(),
  FieldRow{"opensmtpd.filter.report", keyword, "reports of filters as `kind:name:message`"}.list(),

  FieldRow{"opensmtpd.meta.options", keyword, "the command line"}.list().in(in_meta),
  FieldRow{"opensmtpd.meta.hostname", keyword, "of this machine"}.in(in_meta),
  FieldRow{"opensmtpd.meta.previous_file", keyword, "the file before this one"}.in(in_meta),
  FieldRow{"opensmtpd.meta.previous_sequence", number, "`opensmtpd.logger.sequence` of its last line"}.in(in_meta),
  FieldRow{"opensmtpd.meta.repaired_bytes", number, "bytes of a torn line that was closed"}.in(in_meta),
  unindexed("opensmtpd.meta.padding", keyword, "dots that make the line as long as a shipper wants before it reads a file").in(in_meta),
  statistic("opensmtpd.stats.uptime_s", "seconds since the start"),
  statistic("opensmtpd.stats.sessions.live", "sessions that are open"),
  statistic("opensmtpd.stats.sessions.oldest_s", "age of the oldest, in seconds"),
  statistic("opensmtpd.stats.sessions.total", "sessions since the start"),
  statistic("opensmtpd.stats.events.total", "reports since the start"),
  FieldRow{"opensmtpd.stats.events.by", keyword, "the same by name, as `tx-rcpt:123`"}.list().in(in_stats),
  statistic("opensmtpd.stats.lines.total", "lines written"),
  statistic("opensmtpd.stats.lines.truncated", "lines of which something was cut"),
  statistic("opensmtpd.stats.lines.dropped", "lines lost"),
  statistic("opensmtpd.stats.lines.unselected", "events without a line").since_1_1(),
  statistic("opensmtpd.stats.held.sessions", "sessions of which unwritten reports are remembered").since_1_1(),
  statistic("opensmtpd.stats.held.bytes", "memory for that").since_1_1(),
  statistic("opensmtpd.stats.messages.known", "accepted messages whose origin is known").since_1_1(),
  statistic("opensmtpd.stats.bytes.in", "bytes read from smtpd"),
  statistic("opensmtpd.stats.bytes.out", "bytes written"),
  statistic("opensmtpd.stats.queue.bytes", "bytes that wait to be written"),
  statistic("opensmtpd.stats.queue.bytes_max", "the most that ever waited"),
  statistic("opensmtpd.stats.errors.parse", "lines that were no report"),
  statistic("opensmtpd.stats.errors.sink", "failures of outputs"),
  FieldRow{"opensmtpd.truncated", keyword, "fields that were cut in this line"}.list().in(in_all),
};
// clang-format on

constexpr bool names_every_field_that_can_be_cut()
{
  return std::ranges::all_of(field_names, [](std::string_view cut) {
    return std::ranges::any_of(rows, [cut](const FieldRow& row) {
      return row.name == cut ||
             (row.name.ends_with(".*") && row.name.substr(0, row.name.size() - 2) == cut);
    });
  });
}

constexpr bool is_sound(const FieldRow& row)
{
  return !row.name.empty() && !row.meaning.empty() &&
         row.meaning.find('|') == std::string_view::npos &&
         row.meaning.find('\n') == std::string_view::npos && row.records != 0 &&
         (row.always & ~row.records) == 0;
}

static_assert(names_every_field_that_can_be_cut());
static_assert(std::ranges::all_of(rows, is_sound));

} // namespace

constinit const std::span<const FieldRow> field_table = rows;

} // namespace jsonlog
