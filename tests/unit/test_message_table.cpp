// SPDX-License-Identifier: ISC
#include "jsonlog/message_table.hpp"

#include <string>

#include <doctest/doctest.h>

using namespace jsonlog;

namespace {

Origin from_session(std::uint64_t session)
{
  return {session, 0, {}};
}

} // namespace

TEST_SUITE("message_table")
{
  TEST_CASE("a message is found by its id, and no other")
  {
    MessageTable messages(10);
    messages.add("aabbccdd", from_session(7));
    REQUIRE(messages.find("aabbccdd") != nullptr);
    CHECK(messages.find("aabbccdd")->session() == 7);
    CHECK(messages.find("aabbccde") == nullptr);
    CHECK(messages.find("") == nullptr);
  }

  TEST_CASE("what is no message id is not kept")
  {
    MessageTable messages(10);
    for (const char* const id : {"", "aabbccd", "aabbccddd", "aabbccdx", " aabbccd", "-abbccdd"})
      messages.add(id, from_session(1));
    CHECK(messages.size() == 0);
  }

  TEST_CASE("the oldest goes first")
  {
    MessageTable messages(2);
    messages.add("00000001", from_session(1));
    messages.add("00000002", from_session(2));
    messages.add("00000003", from_session(3));
    CHECK(messages.size() == 2);
    CHECK(messages.find("00000001") == nullptr);
    CHECK(messages.find("00000002") != nullptr);
    CHECK(messages.find("00000003") != nullptr);
  }

  TEST_CASE("a message that is committed again is one, and the newest")
  {
    MessageTable messages(2);
    messages.add("00000001", from_session(1));
    messages.add("00000002", from_session(2));
    messages.add("00000001", from_session(3));
    messages.add("00000004", from_session(4));
    CHECK(messages.size() == 2);
    CHECK(messages.find("00000002") == nullptr);
    REQUIRE(messages.find("00000001") != nullptr);
    CHECK(messages.find("00000001")->session() == 3);
  }

  TEST_CASE("an origin outlives its place in the table")
  {
    MessageTable messages(1);
    messages.add("00000001", from_session(1));
    const auto origin = messages.find("00000001");
    messages.add("00000002", from_session(2));
    REQUIRE(origin != nullptr);
    CHECK(origin->session() == 1);
  }

  TEST_CASE("long texts push out more than one message")
  {
    constexpr std::size_t capacity = 100;
    const std::string long_text(4 * MessageTable::message_bytes, 'a');
    MessageTable messages(capacity);
    for (unsigned i = 0; i < 2 * capacity; ++i) {
      messages.add(std::to_string(10'000'000 + i), {i, 0, {long_text}});
    }
    CHECK(messages.size() < capacity / 4);
    CHECK(messages.size() > capacity / 8);
    CHECK(messages.find("10000199") != nullptr);
  }

  TEST_CASE("a message that is committed for ever takes no more room")
  {
    MessageTable messages(4);
    messages.add("00000001", from_session(1));
    for (std::uint64_t i = 0; i < 1000; ++i)
      messages.add("00000002", from_session(i));
    CHECK(messages.size() <= 2);
    REQUIRE(messages.find("00000002") != nullptr);
    CHECK(messages.find("00000002")->session() == 999);
  }

  TEST_CASE("a table of no messages keeps none")
  {
    MessageTable messages(0);
    messages.add("00000001", from_session(1));
    CHECK(messages.size() == 0);
  }
}
