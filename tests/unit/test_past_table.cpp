// SPDX-License-Identifier: ISC
#include "jsonlog/past_table.hpp"

#include <string>
#include <vector>

#include <doctest/doctest.h>

using namespace jsonlog;

namespace {

const std::string prefix = "report|0.7|1795219878.453076|smtp-in|protocol-client|53d780c857e25095|";

void remember(PastTable& pasts, PastTable::Slot slot, const std::string& command, bool written,
              const std::shared_ptr<const Origin>& origin = nullptr)
{
  const std::string line = prefix + command;
  Report report;
  REQUIRE(parse_report(line, report) == "");
  pasts.remember(slot, report, written, origin);
}

std::vector<std::string> commands_of(const Past& past)
{
  std::vector<std::string> commands;
  past.for_each(Subsystem::smtp_in, 0x53d780c857e25095,
                [&](std::string_view line, bool written, const auto& origin) {
                  REQUIRE(line.starts_with(prefix));
                  commands.push_back((written ? "+" : "-") +
                                     std::string(line.substr(prefix.size())) + (origin ? "!" : ""));
                });
  return commands;
}

} // namespace

TEST_SUITE("past_table")
{
  TEST_CASE("reports come back in order, with what was known of them")
  {
    PastTable pasts(1'000'000);
    remember(pasts, 3, "one", false);
    remember(pasts, 3, "", true);
    remember(pasts, 3, "three", false, std::make_shared<const Origin>(Origin(1, 0, {})));
    remember(pasts, 4, "other", false);
    CHECK(pasts.sessions() == 2);
    CHECK(commands_of(pasts.take(3)) == std::vector<std::string>{"-one", "+", "-three!"});
    CHECK(pasts.sessions() == 1);
    CHECK(commands_of(pasts.take(3)).empty());
    CHECK(commands_of(pasts.take(999)).empty());
    pasts.take(4);
    CHECK(pasts.bytes() == 0);
  }

  TEST_CASE("a session with more than its share forgets, and goes on from where it stands")
  {
    PastTable pasts(100'000);
    const std::string line(1000, 'a');
    int remembered = 0;
    for (; !pasts.must_forget(1); ++remembered)
      remember(pasts, 1, line, remembered % 2 == 0);
    CHECK(remembered > 30);
    Session session;
    session.id = 7;
    CHECK(pasts.forget(1, session) == static_cast<std::uint64_t>(remembered / 2));
    CHECK_FALSE(pasts.must_forget(1));
    remember(pasts, 1, "news", false);
    Past past = pasts.take(1);
    CHECK(commands_of(past) == std::vector<std::string>{"-news"});
    const auto start = past.take_start();
    REQUIRE(start != nullptr);
    CHECK(start->id == 7);
  }

  TEST_CASE("of all, the fullest forgets first, and of those one that is idle")
  {
    PastTable pasts(200'000);
    const std::string much(20'000, 'a');
    for (PastTable::Slot slot = 1; slot <= 3; ++slot)
      remember(pasts, slot, much, false);
    remember(pasts, 1, much, false); // 1 and 3 are the fullest
    remember(pasts, 3, much, false);
    remember(pasts, 1, "", false); // and 1 has said something since it grew
    PastTable::Slot last = 4;
    for (; !pasts.must_forget(last) && last < 20; ++last)
      remember(pasts, last, std::string(10'000, 'a'), false);
    CHECK(pasts.must_forget(last) == 3U);
    CHECK(pasts.must_forget(last) == 3U);
    CHECK(pasts.forget(3, Session()) == 2);
    remember(pasts, 20, std::string(70'000, 'a'), false);
    CHECK(pasts.must_forget(last) == 20U);
  }

  TEST_CASE("memory of a session that has gone serves the next one, and tells nothing of it")
  {
    PastTable pasts(1'000'000);
    remember(pasts, 1, "gone", false);
    pasts.drop(1);
    CHECK(pasts.sessions() == 0);
    CHECK(pasts.bytes() == 0);
    remember(pasts, 2, "new", true);
    CHECK(commands_of(pasts.take(2)) == std::vector<std::string>{"+new"});
    pasts.drop(1);
    pasts.drop(999);
    CHECK(pasts.bytes() == 0);
  }

  TEST_CASE("a session whose state alone is too much is remembered no longer")
  {
    PastTable pasts(100);
    remember(pasts, 1, std::string(200, 'a'), false);
    REQUIRE(pasts.must_forget(1) == 1U);
    CHECK(pasts.forget(1, Session()) == 1);
    REQUIRE(pasts.must_forget(1) == 1U); // its state
    CHECK(pasts.forget(1, Session()) == 0);
    CHECK(pasts.is_off(1));
    CHECK_FALSE(pasts.must_forget(1));
    CHECK(pasts.bytes() == 0);
    pasts.take(1);
    CHECK_FALSE(pasts.is_off(1));
  }
}
