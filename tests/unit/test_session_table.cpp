// SPDX-License-Identifier: ISC
#include "jsonlog/session_table.hpp"

#include <doctest/doctest.h>

using namespace jsonlog;
using enum Subsystem;

TEST_SUITE("session_table")
{
  TEST_CASE("a session is found under its subsystem and id")
  {
    SessionTable table(10);
    const auto in = table.create(smtp_in, 1);
    const auto out = table.create(smtp_out, 1);
    CHECK(in != out);
    CHECK(table.find(smtp_in, 1) == in);
    CHECK(table.find(smtp_out, 1) == out);
    CHECK_FALSE(table.find(smtp_in, 2));
    CHECK(table[in].id == 1);
    CHECK(table[out].subsystem == smtp_out);
    CHECK(table.size() == 2);
  }

  TEST_CASE("the idlest session is the one not found for the longest time")
  {
    SessionTable table(3);
    CHECK_FALSE(table.idlest());
    const auto a = table.create(smtp_in, 1);
    const auto b = table.create(smtp_in, 2);
    const auto c = table.create(smtp_in, 3);
    CHECK(table.full());
    CHECK(table.idlest() == a);
    table.find(smtp_in, 1);
    CHECK(table.idlest() == b);
    table.erase(b, true);
    CHECK(table.idlest() == c);
    CHECK_FALSE(table.full());
    table.erase(c, true);
    table.erase(a, true);
    CHECK_FALSE(table.idlest());
  }

  TEST_CASE("a slot is used again, with a session that knows nothing")
  {
    SessionTable table(10);
    const auto slot = table.create(smtp_in, 1);
    table[slot].user = "alice";
    table.erase(slot, true);
    CHECK(table.create(smtp_in, 2) == slot);
    CHECK(table[slot].user == "");
    CHECK(table[slot].id == 2);
    CHECK_FALSE(table.find(smtp_in, 1));
  }

  TEST_CASE("a closed session is remembered, an evicted one is not")
  {
    SessionTable table(10);
    table.erase(table.create(smtp_in, 1), true);
    table.erase(table.create(smtp_in, 2), false);
    CHECK(table[table.create(smtp_in, 1)].after_close);
    CHECK_FALSE(table[table.create(smtp_in, 2)].after_close);
    CHECK_FALSE(table[table.create(smtp_out, 1)].after_close);
  }

  TEST_CASE("a table has room for one at least")
  {
    SessionTable table(0);
    CHECK_FALSE(table.full());
    table.create(smtp_in, 1);
    CHECK(table.full());
  }

  TEST_CASE("references to sessions survive the growth of the table")
  {
    SessionTable table(10'000);
    const auto first = table.create(smtp_in, 0);
    Session& session = table[first];
    for (std::uint64_t id = 1; id < 10'000; ++id)
      table.create(smtp_in, id);
    CHECK(&session == &table[first]);
    CHECK(table.full());
    for (std::uint64_t id = 0; id < 10'000; ++id) {
      REQUIRE(table.find(smtp_in, id));
      REQUIRE(table[*table.find(smtp_in, id)].id == id);
    }
  }
}
