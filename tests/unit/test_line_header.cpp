// SPDX-License-Identifier: ISC
#include "reading/line_header.hpp"

#include <string>

#include <doctest/doctest.h>

using namespace jsonlog;

TEST_SUITE("line_header")
{
  TEST_CASE("the content of a line begins behind the header of a syslog daemon")
  {
    for (const std::string header : {
           "",
           "\xef\xbb\xbf",
           "Nov 21 00:16:40 mx filter-jsonlog[1]: ",
           "<22>Nov 21 00:16:40 filter-jsonlog[1]: @cee: ",
           "<22>Nov 21 00:16:40 filter-jsonlog[1]: @cee:",
           "2026-11-21T00:16:40.123456+00:00 mx filter-jsonlog ",
           "<22>1 2026-11-21T00:16:40Z mx filter-jsonlog 1 - - ",
           "\xef\xbb\xbf<22>1 2026-11-21T00:16:40Z mx filter-jsonlog 1 - [a@1 b=\"c\"] ",
         })
      for (const std::string content :
           {"{}", "{\"a\": {}}", "report|0.7|x: report|y {", "config|ready"}) {
        CAPTURE(header + content);
        CHECK(without_header(header + content) == content);
        CHECK(is_recorded(without_header(header + content)) == !content.starts_with('{'));
      }
  }

  TEST_CASE("a line without content stays as it is")
  {
    for (const std::string line : {"", "x", "nonsense{}", "a report", "mx: reports|", "{", "a: b",
                                   "\xef\xbb", "mx smtpd[1]: report"}) {
      CAPTURE(line);
      CHECK(without_header(line) == line);
    }
    CHECK(without_header("\xef\xbb\xbfx") == "x");
    CHECK(without_header(std::string(511, 'x') + " {}") == "{}");
    CHECK(without_header(std::string(512, 'x') + " {}") == std::string(512, 'x') + " {}");
  }
}
