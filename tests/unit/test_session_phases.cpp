// SPDX-License-Identifier: ISC
#include "story.hpp"
#include "text/words.hpp"

#include <array>
#include <string>

#include <doctest/doctest.h>

using namespace jsonlog;

namespace {

constexpr std::array all_phases = {Phase::connect, Phase::greeting, Phase::helo, Phase::mail,
                                   Phase::rcpt,    Phase::data,     Phase::quit, Phase::closed};

// Where a step leads from connect, greeting, helo, mail, rcpt, data, quit and closed.
struct Expected
{
  Step step;
  const char* name;
  std::array<Phase, all_phases.size()> next;
};

using enum Phase;

static_assert(all_phases.size() == value_count<Phase>);

constexpr std::array table = std::to_array<Expected>({
  {Step::link_connect,
   "link-connect",
   {connect, connect, connect, connect, connect, connect, connect, connect}},
  {Step::link_greeting,
   "link-greeting",
   {greeting, greeting, helo, mail, rcpt, data, quit, closed}},
  {Step::starttls, "STARTTLS", {connect, greeting, greeting, mail, rcpt, data, quit, closed}},
  {Step::link_identify, "link-identify", {helo, helo, helo, mail, rcpt, data, quit, closed}},
  {Step::mail_command, "MAIL", {connect, greeting, helo, mail, rcpt, data, quit, closed}},
  {Step::quit_command, "QUIT", {quit, quit, quit, quit, quit, quit, quit, closed}},
  {Step::other_command, "another", {connect, greeting, helo, mail, rcpt, data, quit, closed}},
  {Step::tx_begin, "tx-begin", {mail, mail, mail, mail, mail, mail, quit, closed}},
  {Step::tx_mail_ok, "tx-mail", {mail, mail, mail, mail, mail, mail, quit, closed}},
  {Step::tx_rcpt_ok, "tx-rcpt", {rcpt, rcpt, rcpt, rcpt, rcpt, rcpt, quit, closed}},
  {Step::tx_data_ok, "tx-data", {data, data, data, data, data, data, quit, closed}},
  {Step::tx_end, "end", {connect, greeting, helo, helo, helo, helo, quit, closed}},
  {Step::link_disconnect,
   "link-disconnect",
   {closed, closed, closed, closed, closed, closed, closed, closed}},
});
static_assert(table.size() == value_count<Step>);

std::optional<Anomaly> expected_anomaly(Step step, Phase phase)
{
  const bool command =
    step == Step::mail_command || step == Step::quit_command || step == Step::other_command;
  if (command && phase == connect)
    return Anomaly::command_before_greeting;
  if (step == Step::mail_command && (phase == mail || phase == rcpt || phase == data))
    return Anomaly::nested_mail;
  return std::nullopt;
}

} // namespace

TEST_SUITE("session_phases")
{
  TEST_CASE("every step leads from every phase where the table says")
  {
    for (const Expected& row : table) {
      for (std::size_t i = 0; i < all_phases.size(); ++i) {
        CAPTURE(row.name);
        CAPTURE(to_string(all_phases[i]));
        const Transition found = transition(row.step, all_phases[i]);
        CHECK(to_string(found.next) == to_string(row.next[i]));
        CHECK(found.anomaly == expected_anomaly(row.step, all_phases[i]));
      }
    }
  }

  TEST_CASE("a session walks through its phases")
  {
    Story story;
    const auto phase = [&] { return to_string(story.session.phase); };
    story.tell("link-connect|mail.example.net|pass|192.0.2.9:33174|198.51.100.25:25");
    CHECK(phase() == "connect");
    story.tell("link-greeting|mx.example.org");
    CHECK(phase() == "greeting");
    story.tell("protocol-client|EHLO mail.example.net");
    CHECK(phase() == "greeting");
    story.tell("link-identify|EHLO|mail.example.net");
    CHECK(phase() == "helo");
    story.tell("link-tls|TLSv1.3:TLS_AES_256_GCM_SHA384:256");
    CHECK(phase() == "greeting");
    story.tell("link-identify|EHLO|mail.example.net");
    story.mail("f23aba16", "alice@example.net");
    CHECK(phase() == "mail");
    story.rcpt("f23aba16", "bob@example.org");
    CHECK(phase() == "rcpt");
    story.data("f23aba16");
    CHECK(phase() == "data");
    story.tell("tx-commit|f23aba16|241");
    CHECK(phase() == "helo");
    story.tell("tx-reset|f23aba16");
    CHECK(phase() == "helo");
    story.tell("protocol-client|QUIT");
    CHECK(phase() == "quit");
    story.tell("link-disconnect");
    CHECK(phase() == "closed");
    CHECK(story.session.history.text() == "CGETEMRDKQ");
    CHECK(story.anomalies() == "");
  }

  TEST_CASE("a relay's STARTTLS stands behind its EHLO and moves nothing back")
  {
    Story story(Subsystem::smtp_out);
    story.greet().tell("link-tls|TLSv1.3:TLS_AES_256_GCM_SHA384:256");
    CHECK(story.session.phase == Phase::helo);
  }

  TEST_CASE("every phase and every closing reason has a name")
  {
    CHECK(to_string(Phase::connect) == "connect");
    CHECK(to_string(Phase::rcpt) == "rcpt");
    CHECK(to_string(Phase::closed) == "closed");
    CHECK(to_string(Close::none) == "");
    CHECK(to_string(Close::shutdown) == "shutdown");
    CHECK(to_string(Close::client_lost) == "client-lost");
  }
}
