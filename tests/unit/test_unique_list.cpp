// SPDX-License-Identifier: ISC
#include "jsonlog/unique_list.hpp"

#include <string>
#include <vector>

#include <doctest/doctest.h>

using namespace jsonlog;

TEST_SUITE("unique_list")
{
  TEST_CASE("texts keep the order of their first appearance")
  {
    UniqueList list;
    CHECK(list.add("b", 3));
    CHECK(list.add("a", 3));
    CHECK_FALSE(list.add("b", 3));
    CHECK(list.values() == std::vector<std::string>{"b", "a"});
    CHECK(list.contains("a"));
    CHECK_FALSE(list.contains("A"));
  }

  TEST_CASE("texts that differ only behind their cut are one")
  {
    UniqueList list;
    const std::string bytes(300, '\xff'); // written as `\xff`, 1,024 bytes hold 256 of them
    CHECK(list.add(bytes, 3));
    CHECK_FALSE(list.add(bytes + "a", 3));
    CHECK(list.add(bytes.substr(0, 255), 3));
    CHECK(list.add(std::string(255, '\xff') + "a", 3));
  }

  TEST_CASE("an empty text is no member")
  {
    UniqueList list;
    CHECK_FALSE(list.add("", 3));
    CHECK(list.values().empty());
  }

  TEST_CASE("what does not fit is remembered as cut, once")
  {
    UniqueList list;
    list.add("a", 1);
    CHECK_FALSE(list.add("a", 1));
    CHECK_FALSE(list.cut());
    CHECK(list.add("b", 1));
    CHECK(list.cut());
    CHECK_FALSE(list.add("c", 1));
    CHECK(list.values() == std::vector<std::string>{"a"});
  }

  TEST_CASE("a list without room is not a cut list")
  {
    UniqueList list;
    CHECK_FALSE(list.add("a", 0));
    CHECK_FALSE(list.cut());
  }
}
