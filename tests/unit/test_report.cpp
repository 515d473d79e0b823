// SPDX-License-Identifier: ISC
#include "jsonlog/report.hpp"

#include <string>

#include <doctest/doctest.h>

using namespace jsonlog;

namespace {

// Keeps the line alive for the views of the report.
struct Parsed
{
  explicit Parsed(std::string text)
    : line(std::move(text))
    , error(parse_report(line, report))
  {}
  Parsed(const Parsed&) = delete;

  template <typename Event>
  const Event& as() const
  {
    REQUIRE(error == "");
    return std::get<Event>(report.event);
  }

  std::string line;
  Report report;
  std::string_view error;
};

std::string of(std::string_view version, std::string_view name, std::string_view params)
{
  std::string line("report|");
  line.append(version).append("|1795219878.453076|smtp-in|").append(name);
  return line.append("|53d780c857e25095|").append(params);
}

} // namespace

TEST_SUITE("report")
{
  TEST_CASE("the prefix is version, time, subsystem, event and session")
  {
    const Parsed parsed("report|0.7|1795219878.453076|smtp-out|link-disconnect|f35e96da0a2f2897");
    REQUIRE(parsed.error == "");
    CHECK(parsed.report.protocol == "0.7");
    CHECK(parsed.report.time_us == 1795219878'453076);
    CHECK(parsed.report.subsystem == Subsystem::smtp_out);
    CHECK(parsed.report.name == "link-disconnect");
    CHECK(parsed.report.session == 0xf35e96da0a2f2897);
    CHECK(parsed.report.line == parsed.line);
    CHECK_FALSE(parsed.report.missing_fields);
    CHECK_FALSE(parsed.report.extra_fields);
    CHECK(std::holds_alternative<LinkDisconnect>(parsed.report.event));
  }

  TEST_CASE("every event of today has its fields in order")
  {
    const Parsed connect(of("0.7", "link-connect", "a.example|pass|192.0.2.9:1|192.0.2.1:25"));
    CHECK(connect.as<LinkConnect>().rdns == "a.example");
    CHECK(connect.as<LinkConnect>().fcrdns == "pass");
    CHECK(connect.as<LinkConnect>().source == "192.0.2.9:1");
    CHECK(connect.as<LinkConnect>().destination == "192.0.2.1:25");
    CHECK(Parsed(of("0.7", "link-greeting", "mx.example")).as<LinkGreeting>().hostname ==
          "mx.example");
    const Parsed identify(of("0.7", "link-identify", "EHLO|a.example"));
    CHECK(identify.as<LinkIdentify>().method == "EHLO");
    CHECK(identify.as<LinkIdentify>().identity == "a.example");
    CHECK(Parsed(of("0.7", "link-tls", "TLSv1.3:X:256")).as<LinkTls>().text == "TLSv1.3:X:256");
    const Parsed auth(of("0.7", "link-auth", "pass|alice"));
    CHECK(auth.as<LinkAuth>().result == "pass");
    CHECK(auth.as<LinkAuth>().username == "alice");
    CHECK(Parsed(of("0.7", "tx-begin", "f23aba16")).as<TxBegin>().message_id == "f23aba16");
    const Parsed mail(of("0.7", "tx-mail", "f23aba16|ok|a@b.example"));
    CHECK(mail.as<TxMail>().message_id == "f23aba16");
    CHECK(mail.as<TxMail>().result == "ok");
    CHECK(mail.as<TxMail>().address == "a@b.example");
    const Parsed rcpt(of("0.7", "tx-rcpt", "f23aba16|permfail|c@d.example"));
    CHECK(rcpt.as<TxRcpt>().result == "permfail");
    CHECK(rcpt.as<TxRcpt>().address == "c@d.example");
    CHECK(
      Parsed(of("0.7", "tx-envelope", "f23aba16|f23aba16338a658c")).as<TxEnvelope>().envelope_id ==
      "f23aba16338a658c");
    CHECK(Parsed(of("0.7", "tx-data", "f23aba16|ok")).as<TxData>().result == "ok");
    CHECK(Parsed(of("0.7", "tx-commit", "f23aba16|241")).as<TxCommit>().size == "241");
    CHECK(Parsed(of("0.7", "tx-rollback", "f23aba16")).as<TxRollback>().message_id == "f23aba16");
    CHECK(Parsed(of("0.7", "tx-reset", "f23aba16")).as<TxReset>().message_id == "f23aba16");
    const Parsed response(of("0.7", "filter-response", "mail-from|reject|550 no"));
    CHECK(response.as<FilterResponse>().phase == "mail-from");
    CHECK(response.as<FilterResponse>().response == "reject");
    CHECK(response.as<FilterResponse>().param == "550 no");
    const Parsed said(of("0.7", "filter-report", "builtin|name|text"));
    CHECK(said.as<FilterReport>().kind == "builtin");
    CHECK(said.as<FilterReport>().name == "name");
    CHECK(said.as<FilterReport>().message == "text");
    const Parsed timeout("report|0.7|1795219878.453076|smtp-in|timeout|53d780c857e25095");
    CHECK(std::holds_alternative<Timeout>(timeout.report.event));
  }

  TEST_CASE("the free text keeps its bars")
  {
    CHECK(Parsed(of("0.7", "protocol-client", "a|b|")).as<ProtocolClient>().command == "a|b|");
    CHECK(Parsed(of("0.7", "protocol-server", "|")).as<ProtocolServer>().reply == "|");
    CHECK(Parsed(of("0.7", "link-greeting", "a|b")).as<LinkGreeting>().hostname == "a|b");
    CHECK(Parsed(of("0.7", "link-identify", "EHLO|a|b")).as<LinkIdentify>().identity == "a|b");
    CHECK(Parsed(of("0.7", "link-auth", "fail|a|b")).as<LinkAuth>().username == "a|b");
    CHECK(Parsed(of("0.7", "tx-mail", "f23aba16|ok|a|b@c")).as<TxMail>().address == "a|b@c");
    CHECK(Parsed(of("0.7", "tx-rcpt", "f23aba16|ok|a|b@c")).as<TxRcpt>().address == "a|b@c");
    CHECK(Parsed(of("0.7", "filter-response", "ehlo|rewrite|a|b")).as<FilterResponse>().param ==
          "a|b");
    CHECK(Parsed(of("0.7", "filter-report", "proc|n|a|b")).as<FilterReport>().message == "a|b");
  }

  TEST_CASE("the result stood behind the address until 0.5")
  {
    const Parsed mail(of("0.5", "tx-mail", "f23aba16|<a|b@c.example> SIZE=1|ok"));
    CHECK(mail.as<TxMail>().result == "ok");
    CHECK(mail.as<TxMail>().address == "<a|b@c.example> SIZE=1");
    const Parsed rcpt(of("0.1", "tx-rcpt", "f23aba16|<c@d.example>|tempfail"));
    CHECK(rcpt.as<TxRcpt>().result == "tempfail");
    const Parsed newer(of("0.6", "tx-mail", "f23aba16|ok|a@b.example"));
    CHECK(newer.as<TxMail>().result == "ok");
    CHECK(plain_address(mail.as<TxMail>().address, mail.report.dialect) == "a|b@c.example");
    CHECK(plain_address("<a@b>", newer.report.dialect) == "<a@b>");
  }

  TEST_CASE("the result stood behind the user name until 0.6")
  {
    const Parsed older(of("0.6", "link-auth", "a|b|fail"));
    CHECK(older.as<LinkAuth>().result == "fail");
    CHECK(older.as<LinkAuth>().username == "a|b");
    const Parsed guessed(of("0.7", "link-auth", "alice|pass"));
    CHECK(guessed.as<LinkAuth>().result == "pass");
    CHECK(guessed.as<LinkAuth>().username == "alice");
    const Parsed named_pass(of("0.7", "link-auth", "fail|pass"));
    CHECK(named_pass.as<LinkAuth>().result == "fail");
    CHECK(named_pass.as<LinkAuth>().username == "pass");
  }

  TEST_CASE("the forms of 2018 and 2019 parse")
  {
    const Parsed oldest("report|smtp-in|link-connect|1541271219|935cd1d2a38b1ebe|mail.example.net|"
                        "192.0.2.9:33174|198.51.100.25:25");
    CHECK(oldest.as<LinkConnect>().rdns == "mail.example.net");
    CHECK(oldest.as<LinkConnect>().fcrdns == "");
    CHECK(oldest.as<LinkConnect>().source == "192.0.2.9:33174");
    CHECK(oldest.as<LinkConnect>().destination == "198.51.100.25:25");
    CHECK(oldest.report.protocol == "");
    CHECK(oldest.report.time_us == 1541271219'000000);
    CHECK_FALSE(oldest.report.missing_fields);

    const Parsed seconds("report|1|1544400000|smtp-in|tx-rollback|935cd1d2a38b1ebe");
    REQUIRE(seconds.error == "");
    CHECK(seconds.report.time_us == 1544400000'000000);
    CHECK_FALSE(seconds.report.missing_fields);
    const Parsed named(of("1", "link-identify", "mail.example.net"));
    CHECK(named.as<LinkIdentify>().method == "");
    CHECK(named.as<LinkIdentify>().identity == "mail.example.net");
  }

  TEST_CASE("tomorrow's versions are read as today's")
  {
    CHECK(Parsed(of("0.8", "link-auth", "pass|alice")).as<LinkAuth>().username == "alice");
    CHECK(Parsed(of("1.0", "tx-mail", "f23aba16|ok|a@b")).as<TxMail>().address == "a@b");
  }

  TEST_CASE("an event that nobody knows keeps its parameters")
  {
    const Parsed parsed(of("0.9", "tx-dsn", "a|b||c"));
    CHECK(parsed.report.name == "tx-dsn");
    CHECK(parsed.as<Unknown>().params == "a|b||c");
    CHECK(Parsed(of("0.7", "x", "y")).as<Unknown>().params == "y");
    CHECK(Parsed(of("0.7", "tx-mails", "y")).as<Unknown>().params == "y");
  }

  TEST_CASE("missing fields are empty and marked")
  {
    const Parsed mail(of("0.7", "tx-mail", "f23aba16|ok"));
    CHECK(mail.as<TxMail>().result == "ok");
    CHECK(mail.as<TxMail>().address == "");
    CHECK(mail.report.missing_fields);
    const Parsed nothing("report|0.7|1795219878.453076|smtp-in|tx-rcpt|53d780c857e25095");
    CHECK(nothing.as<TxRcpt>().message_id == "");
    CHECK(nothing.report.missing_fields);
    const Parsed proceed(of("0.7", "filter-response", "ehlo|proceed"));
    CHECK(proceed.as<FilterResponse>().param == "");
    CHECK_FALSE(proceed.report.missing_fields);
  }

  TEST_CASE("surplus fields are left out and marked")
  {
    const Parsed data(of("0.7", "tx-data", "f23aba16|ok|more"));
    CHECK(data.as<TxData>().result == "ok");
    CHECK(data.report.extra_fields);
    const Parsed disconnect(of("0.7", "link-disconnect", "more"));
    CHECK(disconnect.report.extra_fields);
    CHECK_FALSE(Parsed(of("0.7", "protocol-client", "a|b")).report.extra_fields);
  }

  TEST_CASE("a line whose prefix does not parse belongs to no session")
  {
    for (const char* line :
         {"",
          "report",
          "reports|0.7|1795219878.453076|smtp-in|timeout|53d780c857e25095",
          "filter|0.7|1795219878.453076|smtp-in|auth|53d780c857e25095|1|PLAIN",
          "report|in-smtp-link-connect|1541030403|935cd1d2a38b1ebe|192.0.2.9|198.51.100.25",
          "report||1795219878.453076|smtp-in|timeout|53d780c857e25095",
          "report|2|1795219878.453076|smtp-in|timeout|53d780c857e25095",
          "report|0.7|1795219878|smtp-in|timeout|53d780c857e25095",
          "report|0.7|1795219878.45307|smtp-in|timeout|53d780c857e25095",
          "report|0.7|1795219878.4530766|smtp-in|timeout|53d780c857e25095",
          "report|0.7|-1795219878.453076|smtp-in|timeout|53d780c857e25095",
          "report|0.7|253402300800.000000|smtp-in|timeout|53d780c857e25095",
          "report|0.7|.453076|smtp-in|timeout|53d780c857e25095",
          "report|0.7|1795219878.453076|SMTP-IN|timeout|53d780c857e25095",
          "report|0.7|1795219878.453076|smtp-in||53d780c857e25095",
          "report|0.7|1795219878.453076|smtp-in|timeout",
          "report|0.7|1795219878.453076|smtp-in|timeout|",
          "report|0.7|1795219878.453076|smtp-in|timeout|53d780c857e2509",
          "report|0.7|1795219878.453076|smtp-in|timeout|53d780c857e250955",
          "report|0.7|1795219878.453076|smtp-in|timeout|53D780C857E25095"}) {
      CAPTURE(line);
      CHECK(Parsed(line).error != "");
    }
    CHECK(Parsed("report|0.7|253402300799.999999|smtp-in|timeout|53d780c857e25095").error == "");
  }

  TEST_CASE("a time takes digits only, wherever another byte stands")
  {
    const std::string line = "report|0.7|1795219878.453076|smtp-in|timeout|53d780c857e25095";
    const std::size_t start = line.find("1795219878");
    const std::size_t end = line.find("|smtp-in");
    for (std::size_t at = start; at < end; ++at)
      for (int byte = 0; byte < 256; ++byte) {
        std::string other = line;
        other[at] = static_cast<char>(byte);
        const bool is_time = line[at] == '.' ? byte == '.' : byte >= '0' && byte <= '9';
        CAPTURE(at);
        CAPTURE(byte);
        CHECK(Parsed(other).error.empty() == is_time);
      }
  }

  TEST_CASE("a session id takes small hex digits only, wherever another byte stands")
  {
    const std::string line = "report|0.7|1795219878.453076|smtp-in|timeout|53d780c857e25095";
    const std::size_t start = line.find("53d780c8");
    for (std::size_t at = start; at < line.size(); ++at)
      for (int byte = 0; byte < 256; ++byte) {
        std::string other = line;
        other[at] = static_cast<char>(byte);
        const bool is_id = (byte >= '0' && byte <= '9') || (byte >= 'a' && byte <= 'f');
        CAPTURE(at);
        CAPTURE(byte);
        const Parsed parsed(other);
        REQUIRE(parsed.error.empty() == is_id);
        if (is_id)
          CHECK(parsed.report.session == std::stoull(other.substr(start), nullptr, 16));
      }
  }

  TEST_CASE("a line with a NUL is no report, and one that is no UTF-8 is marked")
  {
    const std::string nul(1, '\0');
    CHECK(Parsed(of("0.7", "protocol-client", "NOOP" + nul)).error == "NUL in line");
    CHECK(Parsed("x" + nul).error == "NUL in line");
    CHECK(Parsed(of("0.7", "protocol-client", "NOOP \xff")).report.bad_bytes);
    CHECK_FALSE(Parsed(of("0.7", "protocol-client", "NOOP \xc3\xa9")).report.bad_bytes);
    CHECK_FALSE(Parsed(of("0.7", "protocol-client", "NOOP")).report.bad_bytes);
  }
  TEST_CASE("versions of the usual length are told from others")
  {
    CHECK(Parsed(of("0.8", "protocol-client", "NOOP")).report.protocol == "0.8");
    CHECK(Parsed(of("0.10", "protocol-client", "NOOP")).report.protocol == "0.10");
    CHECK(Parsed(of("1.0", "protocol-client", "NOOP")).report.protocol == "1.0");
    CHECK(Parsed(of("0.x", "protocol-client", "NOOP")).error == "bad version");
    CHECK(Parsed("report|0.|1795219878.453076|smtp-in|timeout|53d780c857e25095").error ==
          "bad version");
    CHECK(Parsed("report|0.7").error == "no version");
    CHECK(Parsed("report|0.").error == "no version");
    CHECK(Parsed("report|").error == "no version");
  }
  TEST_CASE("session ids have sixteen digits")
  {
    CHECK(hex_id(0) == "0000000000000000");
    CHECK(hex_id(0xf35e96da0a2f2897) == "f35e96da0a2f2897");
    CHECK(hex_id(0x2a) == "000000000000002a");
  }

  TEST_CASE("brackets are taken off only where both are there")
  {
    CHECK(inside_brackets("<a@b> SIZE=1") == "a@b");
    CHECK(inside_brackets("<>") == "");
    CHECK(inside_brackets("a@b") == "a@b");
    CHECK(inside_brackets("<a@b") == "<a@b");
    CHECK(inside_brackets(">a<") == ">a<");
  }
}
