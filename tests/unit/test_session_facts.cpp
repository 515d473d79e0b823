// SPDX-License-Identifier: ISC
#include "story.hpp"

#include <string>
#include <vector>

#include <doctest/doctest.h>

using namespace jsonlog;
using List = std::vector<std::string>;

TEST_SUITE("session_facts")
{
  TEST_CASE("a connection has two ends, a name and a verdict on it")
  {
    Story story;
    story.tell("link-connect|mail.example.net|fail|192.0.2.9:33174|[2001:db8::1]:25");
    const Session& session = story.session;
    CHECK(session.id == 0x53d780c857e25095);
    CHECK(session.source.ip == "192.0.2.9");
    CHECK(session.destination.ip == "2001:db8::1");
    CHECK(session.rdns == "mail.example.net");
    CHECK(session.fcrdns == "fail");
    CHECK(session.related_ip.values() == List{"192.0.2.9", "2001:db8::1"});
    CHECK(session.related_hosts.values() == List{"mail.example.net"});
    CHECK_FALSE(session.partial);
  }

  TEST_CASE("an unknown name and a bare address are no names")
  {
    for (const std::string name : {"<unknown>", "192.0.2.9", "[2001:db8::9]"}) {
      Story story;
      story.tell("link-connect|" + name + "|error|192.0.2.9:1|198.51.100.25:25");
      CHECK(story.session.rdns == "");
      CHECK(story.session.fcrdns == "error");
    }
  }

  TEST_CASE("smtpd's verdict on a relay's name means nothing")
  {
    Story story(Subsystem::smtp_out);
    story.tell("link-connect|mx.example.org|pass|198.51.100.25:40110|203.0.113.7:25");
    CHECK(story.session.fcrdns == "");
  }

  TEST_CASE("the last HELO counts, and TLS does not erase it")
  {
    Story story;
    story.greet().tell("link-tls|TLSv1.3:TLS_AES_256_GCM_SHA384:256");
    CHECK(story.session.helo_method == "EHLO");
    CHECK(story.session.helo_name == "mail.example.net");
    story.tell("link-identify|HELO|other.example.net");
    CHECK(story.session.helo_method == "HELO");
    CHECK(story.session.helo_name == "other.example.net");
    CHECK(story.session.helo_count == 2);
    CHECK(story.session.banner == "mx.example.org");
    CHECK(story.session.related_hosts.values() ==
          List{"mail.example.net", "mx.example.org", "other.example.net"});
  }

  TEST_CASE("TLS has version, cipher and bits")
  {
    Story story;
    story.greet().tell("link-tls|TLSv1.3:TLS_AES_256_GCM_SHA384:256");
    CHECK(story.session.tls_established);
    CHECK(story.session.tls_protocol == "tls");
    CHECK(story.session.tls_version == "1.3");
    CHECK(story.session.tls_cipher == "TLS_AES_256_GCM_SHA384");
    CHECK(story.session.tls_bits == 256);
    CHECK(story.session.to_tls_us == 7000);
  }

  TEST_CASE("TLS was told in words in 2018")
  {
    Story story(Subsystem::smtp_in, "1");
    story.greet().tell("link-tls|version=TLSv1.2, cipher=ECDHE-RSA-AES256-GCM-SHA384, bits=256");
    CHECK(story.session.tls_version == "1.2");
    CHECK(story.session.tls_cipher == "ECDHE-RSA-AES256-GCM-SHA384");
    CHECK(story.session.tls_bits == 256);
  }

  TEST_CASE("the protocol's name follows RFC 3848")
  {
    struct Case
    {
      const char* method;
      bool tls, auth;
      const char* with;
    };
    for (const auto& [method, tls, auth, with] :
         {Case{"HELO", false, false, "SMTP"}, Case{"EHLO", false, false, "ESMTP"},
          Case{"EHLO", true, false, "ESMTPS"}, Case{"EHLO", false, true, "ESMTPA"},
          Case{"EHLO", true, true, "ESMTPSA"}, Case{"LHLO", false, false, "LMTP"},
          Case{"LHLO", true, false, "LMTPS"}, Case{"LHLO", true, true, "LMTPSA"},
          Case{"", true, true, ""}}) {
      Session session;
      session.helo_method = method;
      session.tls_established = tls;
      session.authenticated = auth;
      CHECK(with_protocol(session) == with);
    }
  }

  TEST_CASE("time is that of the reports")
  {
    Story story;
    story.greet();
    CHECK(story.session.start_us == 1795219878'000000);
    CHECK(story.session.time_us == 1795219878'006000);
    CHECK(story.session.now.gap_us == 1000);
    CHECK_FALSE(story.session.to_mail_us);
    story.mail("f23aba16", "alice@example.net");
    CHECK(story.session.to_mail_us == 9000);
    CHECK(story.session.events == 11);
  }

  TEST_CASE("commands and complete replies are counted")
  {
    Story story;
    story.greet();
    CHECK(story.session.count.command == 1);
    CHECK(story.session.count.reply_2xx == 2);
    story.tell("protocol-client|VRFY x").tell("protocol-server|252-one");
    CHECK(story.session.count.reply_2xx == 2);
    story.tell("protocol-server|252 two")
      .tell("protocol-server|421 x")
      .tell("protocol-server|500 x");
    story.tell("protocol-server|354 x");
    CHECK(story.session.count.reply_2xx == 3);
    CHECK(story.session.count.reply_3xx == 1);
    CHECK(story.session.count.reply_4xx == 1);
    CHECK(story.session.count.reply_5xx == 1);
    CHECK(story.session.count.command == 2);
  }

  TEST_CASE("the last command has a verb and an address")
  {
    Story story;
    story.greet().tell("protocol-client|rcpt to:<bob@example.org> NOTIFY=NEVER");
    CHECK(story.session.command.verb == "RCPT TO");
    CHECK(story.session.command.line == "rcpt to:<bob@example.org> NOTIFY=NEVER");
    CHECK(story.session.command.address.address == "bob@example.org");
    story.tell("protocol-client|NOOP <x@y>");
    CHECK(story.session.command.address.address == "");
  }

  TEST_CASE("a filter's answer has a phase in today's spelling and a latency")
  {
    Story story;
    story.greet();
    CHECK(story.session.filter.phase == "connect");
    CHECK(story.session.filter.latency_us == 1000);
    story.tell("filter-response|tls|proceed");
    CHECK(story.session.filter.phase == "starttls");
    CHECK(story.session.filter.latency_us == 3000); // since the EHLO
    story.tell("protocol-client|MAIL FROM:<a@b>").tell("filter-response|mail-from|junk");
    CHECK(story.session.filter.latency_us == 1000);
    story.tell("filter-response|mail-from|reject|550 no");
    CHECK(story.session.now.outcome == Outcome::failure);
    CHECK(story.session.now.reason == "550 no");
    CHECK(story.session.filter_count.proceed == 2);
    CHECK(story.session.filter_count.junk == 1);
    CHECK(story.session.filter_count.reject == 1);
    CHECK(story.session.decisions.values() ==
          List{"connect:proceed", "starttls:proceed", "mail-from:junk", "mail-from:reject"});
  }

  TEST_CASE("what a filter reports is kept as one text")
  {
    Story story;
    story.greet().tell("filter-report|proc|dkim|ok|really");
    CHECK(story.session.filter_reports.values() == List{"proc:dkim:ok|really"});
  }

  TEST_CASE("a refused command shows once in the history")
  {
    Story story;
    story.greet();
    story.tell("protocol-client|MAIL FROM:<a@b>").tell("filter-response|mail-from|reject|550 no");
    story.tell("protocol-server|550 no");
    CHECK(story.session.history.text() == "CGEXm");
    story.tell("protocol-client|XCLIENT").tell("protocol-server|500 what");
    CHECK(story.session.history.text() == "CGEXm?");
    story.tell("protocol-client|RCPT TO:<a@b>").tell("tx-rcpt|f23aba16|permfail|a@b");
    story.tell("protocol-server|550 no");
    CHECK(story.session.history.text() == "CGEXm?r");
  }

  TEST_CASE("apply() returns what it changed and nothing else")
  {
    Story story;
    story.tell("link-connect|mail.example.net|pass|192.0.2.9:33174|198.51.100.25:25");
    CHECK(story.changed == all_sections);
    story.tell("timeout");
    CHECK(story.changed == (section_bit(Section::count) | section_bit(Section::history)));
    story.tell("filter-report|proc|a|b");
    CHECK(story.changed == (section_bit(Section::filter_reports) | section_bit(Section::count)));
    story.tell("filter-report|proc|a|b");
    CHECK(story.changed == section_bit(Section::count));
  }
}
