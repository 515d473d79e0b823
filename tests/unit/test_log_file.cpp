// SPDX-License-Identifier: ISC
#include "output/log_file.hpp"

#include "limited_files.hpp"

#include <cerrno>
#include <string>

#include <doctest/doctest.h>

using namespace jsonlog;

TEST_SUITE("log_file")
{
  TEST_CASE("a write that does not fit says how much of it is out, and why no more")
  {
    const TemporaryFolder folder;
    LogFile file;
    REQUIRE(file.open(folder / "log"));
    {
      LimitedFiles limit(10);
      CHECK(file.write("12345678\n") == 9);
      CHECK(file.write("abcdefgh\n") == 1);
      CHECK(errno == EFBIG);
      CHECK(file.write("abcdefgh\n") == 0);
      CHECK(errno == EFBIG);
    }
    CHECK(file.size() == 10);
    CHECK(contents_of(folder / "log") == "12345678\na");
  }

  TEST_CASE("what was written of a line can be cut off again")
  {
    const TemporaryFolder folder;
    LogFile file;
    REQUIRE(file.open(folder / "log"));
    REQUIRE(file.write("whole\nto") == 8);
    CHECK(file.cut(2));
    CHECK(file.size() == 6);
    CHECK(contents_of(folder / "log") == "whole\n");
  }

  TEST_CASE("it knows whether its path still leads to it")
  {
    const TemporaryFolder folder;
    LogFile file;
    REQUIRE(file.open(folder / "log"));
    CHECK(file.is_at(folder / "log"));
    std::filesystem::rename(folder / "log", folder / "moved");
    CHECK(!file.is_at(folder / "log"));
    CHECK(file.has_name());
    std::filesystem::remove(folder / "moved");
    CHECK(!file.has_name());
  }

  TEST_CASE("a file that another one has open is busy")
  {
    const TemporaryFolder folder;
    LogFile one;
    LogFile other;
    REQUIRE(one.open(folder / "log"));
    CHECK(!other.open(folder / "log"));
    CHECK(errno == EBUSY);
    one.close();
    CHECK(other.open(folder / "log"));
  }
}
