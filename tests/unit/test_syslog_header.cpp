// SPDX-License-Identifier: ISC
#include "output/syslog_header.hpp"

#include <cstdlib>
#include <ctime>
#include <string>

#include <doctest/doctest.h>

using namespace jsonlog;

namespace {

constexpr std::time_t second = 1795258031; // 2026-11-21T10:47:11Z
constexpr pid_t process = 4711;

// Sets TZ as long as it lives.
class TimeZone
{
public:
  explicit TimeZone(const char* name)
  {
    if (const char* const before = std::getenv("TZ"))
      before_ = before;
    setenv("TZ", name, 1);
    tzset();
  }
  ~TimeZone()
  {
    if (before_.empty())
      unsetenv("TZ");
    else
      setenv("TZ", before_.c_str(), 1);
    tzset();
  }
  TimeZone(const TimeZone&) = delete;
  TimeZone& operator=(const TimeZone&) = delete;

private:
  std::string before_;
};

} // namespace

TEST_SUITE("syslog_header")
{
  TEST_CASE("it has priority, local time, tag and process")
  {
    const TimeZone utc("UTC0");
    SyslogHeader header({}, process);
    CHECK(header.at(second) == "<22>Nov 21 10:47:11 filter-jsonlog[4711]: ");
  }

  TEST_CASE("the time is that of the machine's zone")
  {
    const TimeZone east("EST-2");
    SyslogHeader header({}, process);
    CHECK(header.at(second) == "<22>Nov 21 12:47:11 filter-jsonlog[4711]: ");
  }

  TEST_CASE("facility, severity, tag and cookie are those of the settings")
  {
    const TimeZone utc("UTC0");
    SyslogHeader header({.facility = LOG_LOCAL7, .severity = LOG_DEBUG, .tag = "mx1", .cee = true},
                        process);
    CHECK(header.at(second) == "<191>Nov 21 10:47:11 mx1[4711]: @cee: ");
  }

  TEST_CASE("it follows the clock, in both directions")
  {
    const TimeZone utc("UTC0");
    SyslogHeader header({}, process);
    CHECK(header.at(second + 1) == "<22>Nov 21 10:47:12 filter-jsonlog[4711]: ");
    CHECK(header.at(second - 1) == "<22>Nov 21 10:47:10 filter-jsonlog[4711]: ");
  }

  TEST_CASE("a day below 10 has a blank for its first digit")
  {
    const TimeZone utc("UTC0");
    SyslogHeader header({}, process);
    CHECK(header.at(second + 10 * 86400) == "<22>Dec  1 10:47:11 filter-jsonlog[4711]: ");
  }

  TEST_CASE("the longest has 73 bytes")
  {
    constexpr pid_t largest_process = 4194304; // Linux
    const SyslogSettings settings = {
      .facility = LOG_LOCAL7, .severity = LOG_DEBUG, .tag = std::string(32, 't'), .cee = true};
    REQUIRE(is_syslog_tag(settings.tag));
    SyslogHeader header(settings, largest_process);
    CHECK(header.at(second).size() <= 73);
  }

  TEST_CASE("a tag is what every daemon takes for one")
  {
    for (const char* const tag : {"filter-jsonlog", "a", "7", "mail/jsonlog", "a.b_c"})
      CHECK(is_syslog_tag(tag));
    for (const char* const tag : {"", "a b", "a:", "a[1]", "-a", ".a", "\xc3\xa9", "a\n"})
      CHECK_FALSE(is_syslog_tag(tag));
    CHECK(is_syslog_tag(std::string(32, 't')));
    CHECK_FALSE(is_syslog_tag(std::string(33, 't')));
  }
}
