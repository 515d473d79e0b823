// SPDX-License-Identifier: ISC
#include "output/file_sink.hpp"

#include "limited_files.hpp"
#include "output/diagnostics.hpp"
#include "output/event_log.hpp"

#include <memory>
#include <sstream>
#include <string>

#include <doctest/doctest.h>
#include <spdlog/sinks/ostream_sink.h>

using namespace jsonlog;
using namespace std::chrono_literals;

namespace {

constexpr auto long_enough = 30s;
constexpr std::size_t queue_bytes = std::size_t{2} * 1024 * 1024;

struct Log
{
  std::ostringstream said;
  Diagnostics diagnostics{"", std::make_shared<spdlog::sinks::ostream_sink_mt>(said)};
  TemporaryFolder folder;
  std::shared_ptr<FileSink> sink = std::make_shared<FileSink>(folder / "log", RotationSettings{},
                                                              queue_bytes, nullptr, diagnostics);
  EventLog events{sink};

  void write(const std::string& line)
  {
    REQUIRE(events.write(line, Worth::counted));
    events.idle();
  }
  std::string text() const { return contents_of(folder / "log"); }
};

} // namespace

TEST_SUITE("file_sink")
{
  TEST_CASE("a line of which a part is out is ended when there is room again, and not begun anew")
  {
    Log log;
    REQUIRE(log.sink->start());
    log.write("first line\n");
    REQUIRE(log.sink->drain(long_enough));
    {
      LimitedFiles limit(15);
      log.write("second line\n");
      CHECK(!log.sink->drain(200ms));
      CHECK(log.sink->counts().errors > 0);
    }
    REQUIRE(log.sink->drain(long_enough));
    CHECK(log.text() == "first line\nsecond line\n");
    REQUIRE(log.sink->stop(long_enough));
    CHECK(log.said.str().find("File too large; will try again") != std::string::npos);
  }

  TEST_CASE("what is out is counted once, however often it was tried")
  {
    Log log;
    REQUIRE(log.sink->start());
    {
      LimitedFiles limit(4);
      log.write("0123456789\n");
      CHECK(!log.sink->drain(100ms));
    }
    REQUIRE(log.sink->drain(long_enough));
    CHECK(log.sink->counts().bytes_out == 11);
    CHECK(log.sink->take_lost() == 0);
    REQUIRE(log.sink->stop(long_enough));
  }

  TEST_CASE("lines that find no room until the end are counted as left")
  {
    Log log;
    REQUIRE(log.sink->start());
    log.write("first line\n");
    REQUIRE(log.sink->drain(long_enough));
    {
      const LimitedFiles limit(15);
      log.write("second line\n");
      CHECK(!log.sink->drain(200ms));
      CHECK(log.sink->left() == 1);
      log.sink->stop(long_enough);
      CHECK(log.sink->left() == 1);
    }
  }
}
