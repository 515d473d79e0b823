// SPDX-License-Identifier: ISC
#include "reading/sequence_set.hpp"

#include <doctest/doctest.h>

using namespace jsonlog;
using Finding = SequenceSet::Finding;

TEST_SUITE("sequence_set")
{
  TEST_CASE("numbers in order leave nothing out")
  {
    std::size_t room = 2;
    SequenceSet set(room);
    CHECK_FALSE(set.has_begun());
    for (std::uint64_t number = 0; number < 5; ++number)
      CHECK(set.add(number) == Finding::next);
    CHECK(set.begin() == 0);
    CHECK(set.end() == 5);
    CHECK(set.missing() == 0);
    CHECK(room == 2);
  }

  TEST_CASE("a gap is missing until it is filled, from either end or from the middle")
  {
    std::size_t room = 10;
    SequenceSet set(room);
    set.add(0);
    CHECK(set.add(6) == Finding::next);
    CHECK(set.missing() == 5);
    for (const std::uint64_t number : {3U, 1U, 5U, 2U, 4U}) {
      CHECK(set.add(number) == Finding::late);
      CHECK(set.add(number) == Finding::duplicate);
    }
    CHECK(set.missing() == 0);
    CHECK(room == 10);
  }

  TEST_CASE("what came is a duplicate")
  {
    std::size_t room = 10;
    SequenceSet set(room);
    set.add(0);
    set.add(3);
    CHECK(set.add(0) == Finding::duplicate);
    CHECK(set.add(3) == Finding::duplicate);
    CHECK(set.missing() == 2);
  }

  TEST_CASE("it begins where it is told or with the first number, and later ones may be lower")
  {
    std::size_t room = 10;
    SequenceSet set(room);
    CHECK(set.add(7) == Finding::next);
    CHECK(set.begin() == 7);
    CHECK(set.missing() == 0);
    CHECK(set.add(4) == Finding::late);
    CHECK(set.begin() == 4);
    CHECK(set.missing() == 2);

    SequenceSet told(room);
    told.begin_at(3);
    CHECK(told.add(4) == Finding::next);
    CHECK(told.missing() == 1);
  }

  TEST_CASE("expected numbers are missing until they come")
  {
    std::size_t room = 10;
    SequenceSet set(room);
    set.add(0);
    set.expect(3);
    set.expect(2);
    CHECK(set.missing() == 2);
    CHECK(set.add(1) == Finding::late);
    CHECK(set.add(3) == Finding::next);
    CHECK(set.missing() == 1);
  }

  TEST_CASE("without room the oldest gap is forgotten, but not its size")
  {
    std::size_t room = 2;
    SequenceSet set(room);
    for (const std::uint64_t number : {0U, 2U, 4U, 6U, 7U}) // 1, 3 and 5 are missing
      CHECK(set.add(number) == Finding::next);
    CHECK(room == 0);
    CHECK(set.missing() == 3);
    CHECK(set.add(1) == Finding::not_followed);
    CHECK(set.add(0) == Finding::not_followed);
    CHECK(set.add(6) == Finding::duplicate);
    CHECK(set.add(5) == Finding::late);
    CHECK(set.add(3) == Finding::late);
    CHECK(set.missing() == 1);
  }

  TEST_CASE("no room at all is room for no gap")
  {
    std::size_t room = 0;
    SequenceSet set(room);
    set.add(0);
    set.add(5);
    CHECK(set.missing() == 4);
    CHECK(set.add(2) == Finding::not_followed);
    CHECK(set.add(5) == Finding::duplicate);
  }
}
