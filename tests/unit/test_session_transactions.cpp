// SPDX-License-Identifier: ISC
#include "story.hpp"

#include <string>
#include <vector>

#include <doctest/doctest.h>

using namespace jsonlog;
using List = std::vector<std::string>;
using Status = TransactionStatus;

namespace {

constexpr const char* one = "f23aba16";
constexpr const char* two = "52f00ed3";

Story in_data(Subsystem subsystem)
{
  Story story(subsystem);
  story.greet().mail(one, "alice@example.net").rcpt(one, "bob@example.org").data(one);
  return story;
}

} // namespace

TEST_SUITE("session_transactions")
{
  TEST_CASE("a message on smtp-in lives from tx-begin to tx-reset")
  {
    Story story = in_data(Subsystem::smtp_in);
    const Session& session = story.session;
    REQUIRE(session.tx);
    CHECK(session.tx->id == one);
    CHECK(session.tx->number == 1);
    CHECK(session.tx->from->address.address == "alice@example.net");
    CHECK(session.tx->recipients.accepted == 1);
    CHECK(session.tx->envelope_ids.values() == List{"f23aba16338a658c"});
    CHECK(session.tx->status == Status::open);
    story.tell("protocol-server|250 2.0.0 Message accepted").tell("tx-commit|f23aba16|241");
    CHECK(session.now.outcome == Outcome::success);
    CHECK(session.tx->status == Status::committed);
    CHECK(session.tx->size == 241);
    CHECK(session.tx->duration_us == session.time_us - session.tx->start_us);
    CHECK(session.tx_committed == 1);
    CHECK(session.tx_bytes == 241);
    story.tell("tx-reset|f23aba16");
    REQUIRE(session.tx); // shown for the last time
    CHECK_FALSE(session.tx->duration_us);
    story.tell("protocol-client|QUIT");
    CHECK_FALSE(session.tx);
    CHECK(session.tx_rolled_back == 0);
    CHECK(session.mail_from.values() == List{"alice@example.net"});
    CHECK(session.rcpt_to.values() == List{"bob@example.org"});
    CHECK(session.rcpt_domain.values() == List{"example.org"});
  }

  TEST_CASE("a rollback on smtp-in ends it, and is counted once")
  {
    Story story = in_data(Subsystem::smtp_in);
    story.tell("protocol-server|550 5.7.1 no").tell("tx-rollback|f23aba16");
    CHECK(story.session.now.outcome == Outcome::failure);
    CHECK(story.session.now.reason == "550 5.7.1 no");
    CHECK(story.session.tx->status == Status::rolled_back);
    CHECK(story.session.tx_rolled_back == 1);
    story.tell("tx-reset|f23aba16").tell("protocol-client|NOOP");
    CHECK_FALSE(story.session.tx);
    CHECK(story.session.tx_rolled_back == 1);
    CHECK(story.session.count.rollback == 1);
  }

  TEST_CASE("a session's end rolls back what is open")
  {
    Story story = in_data(Subsystem::smtp_in);
    story.tell("link-disconnect");
    CHECK(story.session.tx->status == Status::rolled_back);
    CHECK(story.session.tx_rolled_back == 1);
  }

  TEST_CASE("transactions are numbered, and lists begin anew")
  {
    Story story = in_data(Subsystem::smtp_in);
    story.tell("tx-commit|f23aba16|100").tell("tx-reset|f23aba16");
    story.mail(two, "").rcpt(two, "bob@example.org").rcpt(two, "eve@example.com");
    CHECK(story.session.tx->number == 2);
    CHECK(story.session.tx->from->address.address == "");
    CHECK(story.session.tx->addresses.values() == List{"bob@example.org", "eve@example.com"});
    CHECK(story.session.tx->domains.values() == List{"example.org", "example.com"});
    story.tell("tx-commit|52f00ed3|50");
    CHECK(story.session.tx->size == 50);
    CHECK(story.session.tx_bytes == 150);
    CHECK(story.session.tx_count == 2);
  }

  TEST_CASE("recipients are counted by result beyond the caps of their lists")
  {
    Story story;
    story.greet().mail(one, "a@b");
    for (int i = 0; i < 100; ++i) {
      const std::string to = "u" + std::to_string(i) + "@d" + std::to_string(i) + ".example";
      story.tell("protocol-client|RCPT TO:<" + to + ">");
      story.tell("tx-rcpt|f23aba16|" +
                 std::string(i % 4 == 0   ? "permfail|"
                             : i % 4 == 1 ? "tempfail|"
                                          : "ok|") +
                 to);
    }
    const Transaction& tx = *story.session.tx;
    CHECK(tx.recipients.count == 100);
    CHECK(tx.recipients.accepted == 50);
    CHECK(tx.recipients.tempfail == 25);
    CHECK(tx.recipients.permfail == 25);
    CHECK(tx.addresses.values().size() == 32);
    CHECK(tx.addresses.cut());
    CHECK(tx.accepted.values().size() == 32);
    CHECK(tx.rejected.values().size() == 32);
    CHECK(tx.domains.values().size() == 16);
    CHECK(story.session.count.rcpt_ok == 50);
  }

  TEST_CASE("a refused recipient does not end a relay's transaction")
  {
    Story story(Subsystem::smtp_out);
    story.greet().mail(one, "alice@example.net").tell("protocol-client|RCPT TO:<x@example.org>");
    story.tell("tx-envelope|f23aba16|f23aba16338a658c").tell("protocol-server|550 5.1.1 no");
    story.tell("tx-rollback|f23aba16");
    CHECK(story.session.now.outcome == Outcome::failure);
    CHECK(story.session.now.reason == "550 5.1.1 no");
    CHECK(story.session.tx->duration_us);
    story.tell("tx-reset|f23aba16").tell("tx-rcpt|f23aba16|permfail|x@example.org");
    CHECK(story.session.tx->status == Status::open);
    CHECK(story.session.tx->number == 1);
    CHECK_FALSE(story.session.tx->duration_us);
    CHECK(story.session.tx_rolled_back == 0);
    story.rcpt(one, "bob@example.org")
      .data(one)
      .tell("tx-commit|f23aba16|10")
      .tell("tx-reset|f23aba16");
    CHECK(story.session.tx->status == Status::committed);
    CHECK(story.session.tx_count == 1);
    CHECK(story.anomalies() == "");
  }

  TEST_CASE("a relay's RSET ends its transaction on its own line")
  {
    Story story(Subsystem::smtp_out);
    story.greet().mail(one, "alice@example.net").tell("protocol-client|RCPT TO:<x@example.org>");
    story.tell("protocol-server|550 no").tell("tx-rollback|f23aba16").tell("tx-reset|f23aba16");
    story.tell("protocol-client|RSET");
    REQUIRE(story.session.tx);
    CHECK(story.session.tx->status == Status::rolled_back);
    CHECK(story.session.tx_rolled_back == 1);
    CHECK(story.session.phase == Phase::helo);
    story.tell("protocol-server|250 2.0.0 Ok");
    CHECK_FALSE(story.session.tx);
    CHECK(story.session.tx_rolled_back == 1);
  }

  TEST_CASE("another rollback of a relay ends it at its reset")
  {
    Story story = in_data(Subsystem::smtp_out);
    story.tell("protocol-server|554 no").tell("tx-rollback|f23aba16");
    CHECK(story.session.tx->status == Status::rolled_back);
    CHECK(story.session.tx_rolled_back == 1);
    story.tell("tx-reset|f23aba16").tell("protocol-client|QUIT");
    CHECK_FALSE(story.session.tx);
  }

  TEST_CASE("a relay's sizes grow over the session: the difference is the message's")
  {
    Story story(Subsystem::smtp_out);
    story.greet().mail(one, "a@b").rcpt(one, "c@d").data(one).tell("tx-commit|f23aba16|241");
    CHECK(story.session.tx->size == 241);
    story.tell("tx-reset|f23aba16").mail(two, "a@b").rcpt(two, "c@d").data(two);
    story.tell("tx-commit|52f00ed3|500");
    CHECK(story.session.tx->size == 259);
    CHECK(story.session.tx_bytes == 500);
  }

  TEST_CASE("over LMTP each recipient has its own verdict, and the next tx-begin ends it")
  {
    Story story(Subsystem::smtp_out);
    story.greet().tell("link-identify|LHLO|mx.example.org").mail(one, "a@b");
    story.rcpt(one, "u1@example.org").rcpt(one, "u2@example.org").rcpt(one, "u3@example.org");
    story.data(one).tell("protocol-server|452 4.2.2 full").tell("tx-rollback|f23aba16");
    CHECK(story.session.tx->status == Status::rolled_back);
    CHECK(story.session.tx_rolled_back == 0);
    story.tell("tx-reset|f23aba16")
      .tell("protocol-server|250 2.0.0 ok")
      .tell("tx-commit|f23aba16|241");
    REQUIRE(story.session.tx);
    CHECK(story.session.tx->status == Status::committed);
    story.tell("tx-reset|f23aba16").tell("tx-commit|f23aba16|241").tell("tx-reset|f23aba16");
    CHECK(story.session.tx->size == 241);
    CHECK(story.session.tx_committed == 2);
    CHECK(story.session.tx_bytes == 482); // a sum over tx-commit events
    CHECK(story.session.tx->number == 1);
    story.mail(two, "a@b");
    CHECK(story.session.tx->number == 2);
    CHECK(story.session.tx_rolled_back == 0);
    CHECK(story.anomalies() == "");
  }

  TEST_CASE("over LMTP a transaction without a commit is rolled back when it ends")
  {
    Story story(Subsystem::smtp_out);
    story.greet()
      .tell("link-identify|LHLO|mx.example.org")
      .mail(one, "a@b")
      .rcpt(one, "u@example.org");
    story.data(one).tell("protocol-server|550 no").tell("tx-rollback|f23aba16");
    story.tell("tx-reset|f23aba16");
    CHECK(story.session.tx_rolled_back == 0);
    story.tell("protocol-client|QUIT").tell("link-disconnect");
    CHECK(story.session.tx->status == Status::rolled_back);
    CHECK(story.session.tx_rolled_back == 1);
  }

  TEST_CASE("a filter's rewrite is what counts, and the client's word is kept beside it")
  {
    Story story;
    story.greet().tell("protocol-client|MAIL FROM:<a@old.example>");
    story.tell("filter-response|mail-from|rewrite|<a@new.example>");
    CHECK(story.session.history.text() == "CGEW");
    story.tell("tx-begin|f23aba16").tell("tx-mail|f23aba16|ok|a@old.example");
    CHECK(story.session.tx->from->address.address == "a@new.example");
    CHECK(story.session.tx->from->original == "a@old.example");
    story.tell("protocol-client|RCPT TO:<r@old.example>");
    story.tell("filter-response|rcpt-to|rewrite|<r@new.example>");
    story.tell("tx-rcpt|f23aba16|ok|r@new.example");
    REQUIRE(story.session.now.recipient);
    CHECK(story.session.now.recipient->address.address == "r@new.example");
    CHECK(story.session.now.recipient->original == "r@old.example");
    CHECK(story.session.rcpt_domain.values() == List{"new.example"});
    story.tell("protocol-client|RCPT TO:<s@old.example>").tell("tx-rcpt|f23aba16|ok|s@old.example");
    CHECK(story.session.now.recipient->address.address == "s@old.example");
    CHECK(story.session.now.recipient->original == "");
  }

  TEST_CASE("until 0.5 the address is what stands between the brackets")
  {
    Story story(Subsystem::smtp_in, "0.5");
    story.greet().tell("protocol-client|MAIL FROM:<a@b.example> SIZE=1").tell("tx-begin|f23aba16");
    story.tell("tx-mail|f23aba16|<a@b.example> SIZE=1|ok");
    CHECK(story.session.tx->from->address.address == "a@b.example");
  }

  TEST_CASE("closed transactions are summed up where the caps allow it")
  {
    Caps caps = Caps::full();
    caps.transactions = 1;
    Story story(Subsystem::smtp_in, "0.7", caps);
    story.greet().mail(one, "").rcpt(one, "c@d").data(one).tell("tx-commit|f23aba16|7");
    story.tell("tx-reset|f23aba16").mail(two, "a@b").tell("tx-reset|52f00ed3").tell("timeout");
    REQUIRE(story.session.transactions.size() == 1);
    const TransactionSummary& summary = story.session.transactions.front();
    CHECK(summary.id == one);
    CHECK(summary.from == "");
    CHECK(summary.recipients.accepted == 1);
    CHECK(summary.status == Status::committed);
    CHECK(summary.size == 7);
    CHECK(story.session.transactions_cut);
  }

  TEST_CASE("absurd sizes do not overflow the sum")
  {
    Story story;
    story.greet().mail(one, "a@b").tell("tx-commit|f23aba16|9223372036854775807");
    story.tell("tx-reset|f23aba16").mail(two, "a@b").tell("tx-commit|52f00ed3|1");
    CHECK(story.session.tx_bytes == 9223372036854775807);
    story.tell("tx-reset|52f00ed3")
      .mail(one, "a@b")
      .tell("tx-commit|f23aba16|99999999999999999999");
    CHECK(story.raised(Anomaly::unknown_token));
    CHECK_FALSE(story.session.tx->size);
  }
}
