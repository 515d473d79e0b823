// SPDX-License-Identifier: ISC
#include "jsonlog/history.hpp"
#include "jsonlog/limits.hpp"

#include <string>

#include <doctest/doctest.h>

using namespace jsonlog;

namespace {

History history_of(const std::string& letters)
{
  History history;
  for (const char letter : letters)
    history.add(letter);
  return history;
}

} // namespace

TEST_SUITE("history")
{
  TEST_CASE("up to three of a letter stand for themselves")
  {
    CHECK(history_of("").text() == "");
    CHECK(history_of("CGEMRRRDKQ").text() == "CGEMRRRDKQ");
    CHECK(history_of("AaAaAa").text() == "AaAaAa");
  }

  TEST_CASE("a longer run is the letter and its count")
  {
    CHECK(history_of("MRRRRD").text() == "MR{4}D");
    CHECK(history_of("M" + std::string(250, 'R') + "DK").text() == "MR{250}DK");
    CHECK(history_of("aaaabbbb").text() == "a{4}b{4}");
  }

  TEST_CASE("at most 256 characters are kept")
  {
    std::string letters;
    for (std::size_t i = 0; i < limits::history / 2; ++i)
      letters += "Mr";
    CHECK(history_of(letters).text() == letters);
    CHECK_FALSE(history_of(letters).cut());
    History more = history_of(letters + "Q");
    CHECK(more.text() == letters);
    CHECK(more.cut());
    more.add('Q');
    CHECK(more.text() == letters);
  }
}
