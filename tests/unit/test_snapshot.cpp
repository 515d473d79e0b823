// SPDX-License-Identifier: ISC
#include "jsonlog/snapshot.hpp"

#include "record.hpp"
#include "session_that_knows_all.hpp"
#include "story.hpp"

#include <algorithm>
#include <limits>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include <doctest/doctest.h>

using namespace jsonlog;
using List = std::vector<std::string>;

namespace {

LineSettings plain_settings()
{
  LineSettings settings;
  settings.program_version = "1.2.3";
  return settings;
}

std::string line_of(const Story& story, LineSettings settings, LoggerState logger = {})
{
  Snapshot snapshot(std::move(settings));
  const Session& session = story.session;
  return std::string(snapshot.event(1, session, &story.report, all_sections, logger));
}

Record record_of(const Story& story, LineSettings settings = plain_settings())
{
  return Record(line_of(story, std::move(settings)));
}

bool names(const Record& record, const std::string& field)
{
  if (!record.has("opensmtpd.truncated"))
    return false;
  const List list = record.list("opensmtpd.truncated");
  return std::find(list.begin(), list.end(), field) != list.end();
}

// Every list is full, every text longer than any cap.
Story overfull(const Caps& caps)
{
  Story story(Subsystem::smtp_in, "0.7", caps);
  story.greet();
  const std::string text(1500, '\x01'); // six bytes of JSON for each
  story.tell("link-tls|TLSv1.3:" + text + ":256");
  for (int i = 0; i < 20; ++i) {
    const std::string n = std::to_string(i);
    story.tell("link-identify|EHLO|" + n + text).tell("link-auth|fail|" + n + text);
    story.tell("filter-report|proc|" + n + "|" + text);
  }
  for (int i = 0; i < 2000; ++i)
    story.tell(i % 2 == 0 ? "timeout" : "link-greeting|" + text);
  story.tell("protocol-client|MAIL FROM:<" + text + ">").tell("tx-begin|f23aba16");
  story.tell("tx-mail|f23aba16|ok|" + text + "@" + text);
  for (int i = 0; i < 100; ++i) {
    const std::string to = std::to_string(i) + text + "@" + std::to_string(i) + text;
    story.tell("protocol-client|RCPT TO:<" + to + ">")
      .tell("filter-response|rcpt-to|proceed|" + text);
    story.tell("protocol-server|250-" + text);
    story.tell("tx-rcpt|f23aba16|" + std::string(i % 2 == 0 ? "ok|" : "permfail|") + to);
  }
  return story;
}

template <typename... Each>
std::vector<std::string> lines_of(std::string_view text, const std::variant<Each...>*)
{
  std::vector<std::string> lines;
  for (const std::string_view subsystem : {"smtp-in", "smtp-out"})
    for (const std::string_view name : {Each::wire_name...}) {
      std::string& line = lines.emplace_back("report|0.7|9999999999.999999|");
      line.append(subsystem).append("|");
      line.append(name == Unknown::wire_name ? text : name).append("|ffffffffffffffff");
      for (int i = 0; i < 5; ++i)
        line.append("|").append(text);
    }
  return lines;
}

// A report of each kind, whose parameters are all that text, and so is the name of one.
std::vector<std::string> lines_of_all_events(std::string_view text)
{
  return lines_of(text, static_cast<const Event*>(nullptr));
}

} // namespace

TEST_SUITE("snapshot")
{
  TEST_CASE("a line holds the event and the whole session")
  {
    Story story;
    story.greet().mail("f23aba16", "alice@Example.net");
    story.tell("protocol-client|RCPT TO:<Bob@Example.org>");
    story.tell("tx-rcpt|f23aba16|permfail|Bob@Example.org");
    LoggerState logger;
    logger.run_us = 0x1234;
    logger.sequence = 42;
    logger.dropped = 3;
    const Record record(line_of(story, plain_settings(), logger));
    CHECK(record.text("@timestamp") == "2026-11-21T00:11:18.012000Z");
    CHECK(record.text("message") == "tx-rcpt permfail Bob@Example.org from 192.0.2.9 "
                                    "(mail.example.net) tx f23aba16");
    CHECK(record.text("ecs.version") == "8.17.0");
    CHECK_FALSE(record.has("host"));
    CHECK_FALSE(record.has("labels"));
    CHECK(record.text("event.kind") == "event");
    CHECK(record.text("event.module") == "opensmtpd");
    CHECK(record.text("event.dataset") == "opensmtpd.session");
    CHECK(record.list("event.category") == List{"email"});
    CHECK(record.list("event.type") == List{"info"});
    CHECK(record.text("event.action") == "tx-rcpt");
    CHECK(record.text("event.outcome") == "failure");
    CHECK(record.number("event.sequence") == 12);
    CHECK(record.text("event.id") == "53d780c857e25095.660be331f3580.12");
    CHECK(record.text("event.start") == "2026-11-21T00:11:18.000000Z");
    CHECK_FALSE(record.has("event.end"));
    CHECK(record.number("event.duration") == 12'000'000);
    CHECK_FALSE(record.has("event.original"));
    CHECK(record.text("observer.type") == "mta");
    CHECK(record.text("observer.product") == "OpenSMTPD");
    CHECK(record.text("opensmtpd.schema") == "1.1");
    CHECK(record.text("opensmtpd.record") == "event");
    CHECK(record.text("opensmtpd.logger.version") == "1.2.3");
    CHECK(record.text("opensmtpd.logger.run") == "1234");
    CHECK(record.number("opensmtpd.logger.sequence") == 42);
    CHECK(record.number("opensmtpd.logger.dropped") == 3);
    CHECK(record.text("opensmtpd.protocol") == "0.7");
    CHECK(record.text("opensmtpd.subsystem") == "smtp-in");
    CHECK_FALSE(record.has("opensmtpd.truncated"));
    CHECK(record.text("source.ip") == "192.0.2.9");
    CHECK(record.number("source.port") == 33174);
    CHECK(record.text("source.domain") == "mail.example.net");
    CHECK(record.text("destination.ip") == "198.51.100.25");
    CHECK_FALSE(record.has("destination.domain"));
    CHECK(record.text("network.transport") == "tcp");
    CHECK(record.text("network.type") == "ipv4");
    CHECK(record.text("network.protocol") == "smtp");
    CHECK(record.text("network.direction") == "inbound");
    CHECK_FALSE(record.truth("tls.established"));
    CHECK_FALSE(record.has("user"));
    CHECK(record.list("related.ip") == List{"192.0.2.9", "198.51.100.25"});
    CHECK(record.list("related.hosts") == List{"mail.example.net", "mx.example.org"});
    CHECK(record.text("email.local_id") == "f23aba16");
    CHECK(record.text("opensmtpd.session.id") == "53d780c857e25095");
    CHECK(record.text("opensmtpd.session.phase") == "mail");
    CHECK(record.text("opensmtpd.session.with") == "ESMTP");
    CHECK(record.text("opensmtpd.session.history") == "CGEMr");
    CHECK_FALSE(record.truth("opensmtpd.session.partial"));
    CHECK_FALSE(record.truth("opensmtpd.session.final"));
    CHECK_FALSE(record.has("opensmtpd.session.close"));
    CHECK(record.list("opensmtpd.session.mail_from") == List{"alice@Example.net"});
    CHECK_FALSE(record.has("opensmtpd.session.rcpt_to"));
    CHECK(record.number("opensmtpd.session.tx.count") == 1);
    CHECK(record.number("opensmtpd.session.tx.committed") == 0);
    CHECK(record.text("opensmtpd.link.fcrdns") == "pass");
    CHECK(record.text("opensmtpd.banner") == "mx.example.org");
    CHECK(record.number("opensmtpd.helo.count") == 1);
    CHECK(record.number("opensmtpd.auth.attempts") == 0);
    CHECK(record.number("opensmtpd.auth.failures") == 0);
    CHECK(record.number("opensmtpd.count.command") == 3);
    CHECK(record.number("opensmtpd.count.reply.2xx") == 3);
    CHECK(record.number("opensmtpd.count.rcpt_permfail") == 1);
    CHECK(record.number("opensmtpd.time.gap_us") == 1000);
    CHECK(record.number("opensmtpd.time.to_mail_us") == 9000);
    CHECK_FALSE(record.has("opensmtpd.time.to_tls_us"));
    CHECK_FALSE(record.has("opensmtpd.anomaly"));
    CHECK_FALSE(record.has("opensmtpd.anomaly_new"));
    CHECK(record.text("opensmtpd.tx.id") == "f23aba16");
    CHECK(record.text("opensmtpd.tx.status") == "open");
    CHECK(record.text("opensmtpd.tx.start") == "2026-11-21T00:11:18.008000Z");
    CHECK(record.text("opensmtpd.tx.from.local") == "alice");
    CHECK(record.text("opensmtpd.tx.from.domain") == "example.net");
    CHECK_FALSE(record.truth("opensmtpd.tx.from.null"));
    CHECK(record.number("opensmtpd.tx.rcpt.count") == 1);
    CHECK(record.number("opensmtpd.tx.envelope.count") == 0);
    CHECK(record.list("opensmtpd.tx.rcpt.rejected_address") == List{"Bob@Example.org"});
    CHECK(record.list("opensmtpd.tx.rcpt.domain") == List{"example.org"});
    CHECK(record.text("opensmtpd.rcpt.address") == "Bob@Example.org");
    CHECK(record.text("opensmtpd.rcpt.status") == "permfail");
    CHECK(record.text("opensmtpd.last.command.verb") == "RCPT TO");
    CHECK(record.text("opensmtpd.last.command.domain") == "example.org");
    CHECK(record.number("opensmtpd.last.reply.code") == 250);
    CHECK(record.truth("opensmtpd.last.reply.complete"));
    CHECK(record.number("opensmtpd.filter.count.proceed") == 1);
    CHECK(record.list("opensmtpd.filter.decision") == List{"connect:proceed"});
  }

  TEST_CASE("the first line has no gap, and counters are there when they are 0")
  {
    Story story;
    story.tell("link-connect|<unknown>|fail|192.0.2.9:33174|198.51.100.25:25");
    const Record record = record_of(story);
    CHECK(record.number("event.sequence") == 0);
    CHECK(record.list("event.category") == List{"network", "session"});
    CHECK(record.list("event.type") == List{"connection", "start"});
    CHECK_FALSE(record.has("event.outcome"));
    CHECK_FALSE(record.has("opensmtpd.time"));
    CHECK_FALSE(record.has("source.domain"));
    CHECK_FALSE(record.has("opensmtpd.tx"));
    CHECK_FALSE(record.has("opensmtpd.last"));
    for (const char* field :
         {"command", "reply.2xx", "reply.3xx", "reply.4xx", "reply.5xx", "mail", "rcpt", "rcpt_ok",
          "rcpt_tempfail", "rcpt_permfail", "commit", "rollback", "timeout"})
      CHECK(record.number("opensmtpd.count." + std::string(field)) == 0);
    for (const char* field :
         {"proceed", "junk", "rewrite", "reject", "disconnect", "report", "other"})
      CHECK(record.number("opensmtpd.filter.count." + std::string(field)) == 0);
  }

  TEST_CASE("the last line has an end and a closing reason")
  {
    Story story;
    story.greet().tell("protocol-client|QUIT").tell("link-disconnect");
    const Record record = record_of(story);
    CHECK(record.text("event.end") == record.text("@timestamp"));
    CHECK(record.truth("opensmtpd.session.final"));
    CHECK(record.text("opensmtpd.session.close") == "quit");
    CHECK(record.text("event.outcome") == "success");
    CHECK(record.list("event.type") == List{"connection", "end"});
  }

  TEST_CASE("a duration that fits into no long is the longest there is")
  {
    Story story;
    story.time_us = 0;
    story.greet();
    story.time_us = 253402300799'999999;
    const Record record = record_of(story.tell("timeout"));
    CHECK(record.number("event.duration") == std::numeric_limits<std::int64_t>::max());
    CHECK(record.text("@timestamp") == "9999-12-31T23:59:59.999999Z");
  }

  TEST_CASE("categories follow the event")
  {
    struct Case
    {
      const char* text;
      List category, type;
    };
    Story story;
    story.greet();
    for (const Case& row :
         {Case{"link-tls|TLSv1.3:X:256", {"network"}, {"protocol"}},
          Case{"timeout", {"network"}, {"protocol"}},
          Case{"protocol-client|NOOP", {"network"}, {"protocol"}},
          Case{"link-auth|pass|alice", {"authentication"}, {"info"}},
          Case{"tx-begin|f23aba16", {"email"}, {"info"}},
          Case{"filter-response|ehlo|reject|550 x", {"email", "network"}, {"info", "denied"}},
          Case{"filter-response|ehlo|disconnect|421 x", {"email", "network"}, {"info", "denied"}},
          Case{"filter-response|ehlo|proceed", {"email"}, {"info"}},
          Case{"filter-report|proc|a|b", {"email"}, {"info"}}}) {
      CAPTURE(row.text);
      const Record record = record_of(story.tell(row.text));
      CHECK(record.list("event.category") == row.category);
      CHECK(record.list("event.type") == row.type);
    }
  }

  TEST_CASE("a local socket has an address and neither ip nor port")
  {
    Story story;
    story.tell("link-connect|localhost|pass|unix:/run/smtpd.sock|unix:/run/smtpd.sock");
    const Record record = record_of(story);
    CHECK(record.text("source.address") == "unix:/run/smtpd.sock");
    CHECK(record.text("source.domain") == "localhost");
    CHECK_FALSE(record.has("source.ip"));
    CHECK_FALSE(record.has("source.port"));
    CHECK(record.text("network.direction") == "internal");
    CHECK_FALSE(record.has("network.transport"));
  }

  TEST_CASE("a relay's name is the destination's")
  {
    Story story(Subsystem::smtp_out);
    story.tell("link-connect|mx.example.org|pass|198.51.100.25:40110|[2001:db8::7]:25");
    const Record record = record_of(story);
    CHECK(record.text("destination.domain") == "mx.example.org");
    CHECK_FALSE(record.has("source.domain"));
    CHECK(record.text("network.direction") == "outbound");
    CHECK(record.text("network.type") == "ipv6");
    CHECK_FALSE(record.has("opensmtpd.link"));
  }

  TEST_CASE("the bounce sender has no address")
  {
    Story story;
    story.greet().mail("f23aba16", "");
    const Record record = record_of(story);
    CHECK(record.truth("opensmtpd.tx.from.null"));
    CHECK_FALSE(record.has("opensmtpd.tx.from.address"));
    CHECK_FALSE(record.has("opensmtpd.session.mail_from"));
  }

  TEST_CASE("options add the host, the labels and the report")
  {
    LineSettings settings = plain_settings();
    settings.host = "mx1";
    settings.labels = {{"site", "north"}, {"env", "test"}};
    settings.original = true;
    Story story;
    story.greet().tell("protocol-client|AUTH PLAIN c2VjcmV0");
    const Record record = record_of(story, settings);
    CHECK(record.text("host.name") == "mx1");
    CHECK(record.text("labels.site") == "north");
    CHECK(record.text("labels.env") == "test");
    CHECK(record.text("event.original") == "report|0.7|1795219878.007000|smtp-in|protocol-client|"
                                           "53d780c857e25095|AUTH PLAIN ********");
  }

  TEST_CASE("a handshake fills the observer")
  {
    Handshake handshake;
    handshake.feed("config|smtpd-version|7.8.0-portable");
    handshake.feed("config|admd|mx.example.org");
    Snapshot snapshot(plain_settings());
    snapshot.set_observer(handshake);
    Story story;
    story.greet();
    const Record record(snapshot.event(1, story.session, &story.report, all_sections, {}));
    CHECK(record.text("observer.version") == "7.8.0-portable");
    CHECK(record.text("observer.hostname") == "mx.example.org");
  }

  TEST_CASE("compact leaves out lists without naming them, full has the transactions")
  {
    for (const Detail detail : {Detail::compact, Detail::standard, Detail::full}) {
      Story story(Subsystem::smtp_in, "0.7", caps_for(detail));
      story.greet().mail("f23aba16", "a@b").rcpt("f23aba16", "c@d").tell("filter-report|proc|a|b");
      story.tell("tx-reset|f23aba16").tell("timeout");
      LineSettings settings = plain_settings();
      settings.detail = detail;
      const Record record = record_of(story, settings);
      const bool compact = detail == Detail::compact;
      CHECK(record.has("related") == !compact);
      CHECK(record.has("opensmtpd.session.rcpt_to") == !compact);
      CHECK(record.has("opensmtpd.filter.report") == !compact);
      CHECK(record.has("opensmtpd.transactions") == (detail == Detail::full));
      CHECK(record.has("opensmtpd.filter.decision"));
      CHECK_FALSE(record.has("opensmtpd.truncated"));
    }
  }

  TEST_CASE("a list cap names the list it cut")
  {
    Story story;
    story.greet().mail("f23aba16", "a@b");
    for (int i = 0; i < 33; ++i)
      story.rcpt("f23aba16", "u" + std::to_string(i) + "@example.org");
    const Record record = record_of(story);
    CHECK(record.list("opensmtpd.tx.rcpt.address").size() == 32);
    CHECK(record.number("opensmtpd.tx.rcpt.count") == 33);
    CHECK(names(record, "opensmtpd.tx.rcpt.address"));
    CHECK(names(record, "opensmtpd.session.rcpt_to"));
    CHECK_FALSE(names(record, "opensmtpd.tx.rcpt.domain"));
  }

  TEST_CASE("a keyword is cut at 1,024 bytes and named")
  {
    Story story;
    story.greet().tell("protocol-client|NOOP " + std::string(2000, 'x'));
    const Record record = record_of(story);
    CHECK(record.text("opensmtpd.last.command.line").size() == 1024);
    CHECK(names(record, "opensmtpd.last.command.line"));
    Story exact;
    exact.greet().tell("protocol-client|NOOP " + std::string(1019, 'x'));
    CHECK(record_of(exact).text("opensmtpd.last.command.line").size() == 1024);
    CHECK_FALSE(names(record_of(exact), "opensmtpd.last.command.line"));
  }

  TEST_CASE("over budget the lists go first and are named")
  {
    Story story;
    story.greet().mail("f23aba16", "a@b");
    for (int i = 0; i < 30; ++i)
      story.rcpt("f23aba16", std::string(100, 'u') + std::to_string(i) + "@example.org");
    LineSettings settings = plain_settings();
    settings.max_line = 8000;
    const std::string line = line_of(story, settings);
    CHECK(line.size() <= 8001);
    const Record record(line);
    for (const char* list :
         {"related.ip", "related.hosts", "opensmtpd.session.history", "opensmtpd.session.mail_from",
          "opensmtpd.session.rcpt_to", "opensmtpd.session.rcpt_domain", "opensmtpd.tx.rcpt.address",
          "opensmtpd.tx.rcpt.accepted_address", "opensmtpd.tx.rcpt.domain",
          "opensmtpd.tx.envelope.id", "opensmtpd.filter.decision"}) {
      CAPTURE(list);
      CHECK_FALSE(record.has(list));
      CHECK(names(record, list));
    }
    CHECK_FALSE(names(record, "opensmtpd.tx.rcpt.rejected_address")); // it was empty
    CHECK(record.number("opensmtpd.tx.rcpt.count") == 30);
    CHECK(record.text("opensmtpd.last.command.line").size() > 64); // texts are whole
    CHECK(record.has("email.local_id"));
  }

  TEST_CASE("still over budget every text is cut at 64 bytes, and counts never go")
  {
    for (const Detail detail : {Detail::compact, Detail::standard, Detail::full}) {
      const Story story = overfull(caps_for(detail));
      LineSettings settings = plain_settings();
      settings.detail = detail;
      settings.max_line = 8000;
      settings.original = true;
      const std::string line = line_of(story, settings);
      CHECK(line.size() <= 8001);
      const Record record(line);
      CHECK(record.number("opensmtpd.tx.rcpt.count") == 100);
      CHECK(record.number("opensmtpd.tx.rcpt.accepted") == 50);
      CHECK(record.number("opensmtpd.count.timeout") == 1000);
      CHECK(names(record, "opensmtpd.last.command.line"));
      CHECK(names(record, "event.original"));
      CHECK(names(record, "tls.cipher"));
      CHECK(record.text("opensmtpd.session.id") == "53d780c857e25095");
    }
  }

  TEST_CASE("every budget bounds its line")
  {
    const Story story = overfull(Caps::full());
    for (std::size_t budget = 8000; budget < 2'000'000; budget *= 2) {
      LineSettings settings = plain_settings();
      settings.detail = Detail::full;
      settings.max_line = budget;
      const std::string line = line_of(story, settings);
      CHECK(line.size() <= budget + 1);
      CHECK_NOTHROW(Record{line});
    }
  }

  TEST_CASE("no line needs more than the smallest budget, whatever there is to say")
  {
    const std::string text(limits::kept_text, 'x');
    LineSettings settings = plain_settings();
    settings.host = text;
    settings.original = true;
    settings.detail = Detail::full;
    settings.max_line = 1;
    Handshake handshake;
    handshake.feed("config|smtpd-version|" + text);
    handshake.feed("config|admd|" + text);
    const LoggerState logger{longest_time_us, longest_count, longest_count};
    std::size_t longest = 0;
    for (const int labels : {0, 16}) {
      for (int i = 0; i < labels; ++i)
        settings.labels.emplace_back(std::string(62, 'k') + std::to_string(10 + i), text);
      Snapshot snapshot(settings);
      snapshot.set_observer(handshake);
      for (const std::string& line : lines_of_all_events(text)) {
        CAPTURE(line.substr(0, 60));
        Report report;
        REQUIRE(parse_report(line, report) == "");
        Session session = session_that_knows_all(text);
        session.subsystem = report.subsystem;
        session.now.unknown_event = std::holds_alternative<Unknown>(report.event);
        if (!std::holds_alternative<TxRcpt>(report.event))
          session.now.recipient.reset();
        if (session.subsystem == Subsystem::smtp_in)
          session.tx->origin.reset();
        const std::string_view made = snapshot.event(1, session, &report, all_sections, logger);
        longest = std::max(longest, made.size() - 1);
        CHECK(made.size() <= settings.smallest_line() + 1);
      }
      const std::string_view made = snapshot.anomaly(text, text, 0, logger);
      CHECK(made.size() <= settings.smallest_line() + 1);
    }
    // And it is no larger than it has to be.
    CHECK(longest > settings.smallest_line() - 200);
  }

  TEST_CASE("both ways give the same bytes over budget and under it")
  {
    for (const std::size_t budget : {8000U, 20'000U, 65'536U}) {
      LineSettings settings = plain_settings();
      settings.max_line = budget;
      const Story story = overfull(Caps::standard());
      Snapshot nothing(settings, Snapshot::Way::from_nothing);
      CHECK(line_of(story, settings) ==
            nothing.event(1, story.session, &story.report, all_sections, {}));
    }
  }

  TEST_CASE("an anomaly record belongs to no session")
  {
    LoggerState logger;
    logger.run_us = 255;
    logger.sequence = 7;
    Snapshot snapshot(plain_settings());
    const Record record(
      snapshot.anomaly("AUTH PLAIN secret\xff", "not a report", 1795219878'000000, logger));
    CHECK(record.text("@timestamp") == "2026-11-21T00:11:18.000000Z");
    CHECK(record.text("opensmtpd.record") == "anomaly");
    CHECK(record.text("event.kind") == "event");
    CHECK(record.text("event.action") == "malformed-report");
    CHECK(record.text("event.id") == "anomaly.ff.7");
    CHECK(record.text("error.message") == "not a report");
    CHECK(record.text("event.original") == "AUTH ********");
    CHECK_FALSE(record.has("event.sequence"));
    CHECK_FALSE(record.has("opensmtpd.session"));
    const Record escaped(snapshot.anomaly("a\xff|", "x", 0, logger));
    CHECK(escaped.text("event.original") == "a\\xff|");
    CHECK(escaped.text("@timestamp") == "1970-01-01T00:00:00.000000Z");
  }
}
