// SPDX-License-Identifier: ISC
#include "jsonlog/packed_report.hpp"

#include <string>

#include <doctest/doctest.h>

using namespace jsonlog;

namespace {

struct Packed
{
  // REQUIRES: the line is a report.
  explicit Packed(const std::string& line)
  {
    Report report;
    REQUIRE(parse_report(line, report) == "");
    const PackedReport packed(report);
    bytes.resize(packed.size());
    packed.write(bytes.data());
    const std::string more = bytes + "what follows it";
    TextBuffer text;
    CHECK(PackedReport::unpack(more, report.subsystem, report.session, text) == bytes.size());
    unpacked = text.view();
  }

  std::string bytes, unpacked;
};

} // namespace

TEST_SUITE("packed_report")
{
  TEST_CASE("a packed line comes back byte for byte, whatever its form")
  {
    for (const std::string line : {
           "report|0.7|1795219878.453076|smtp-in|protocol-client|53d780c857e25095|EHLO a|b|",
           "report|0.7|1795219878.453076|smtp-in|link-disconnect|53d780c857e25095",
           "report|0.7|1795219878.453076|smtp-in|link-disconnect|53d780c857e25095|",
           "report|0.7|1795219878.453076|smtp-out|tx-mail|000000000000000a|f23aba16|ok|a@b.example",
           "report|0.7|1795219878.453076|smtp-in|tx-mail|53d780c857e25095",
           "report|0.5|0000000001.000020|smtp-in|tx-mail|53d780c857e25095|f23aba16|a|ok",
           "report|0.7|9999999999.999999|smtp-in|timeout|ffffffffffffffff",
           "report|0.7|17952198780.453076|smtp-in|timeout|53d780c857e25095",
           "report|0.7|179521987.453076|smtp-in|timeout|53d780c857e25095",
           "report|0.7|1795219878.453076|smtp-in|shiny-thing|53d780c857e25095|a|b",
           "report|0.7|1795219878.453076|smtp-in|unknown|53d780c857e25095|a|b",
           "report|0.10|1795219878.453076|smtp-in|timeout|53d780c857e25095",
           "report|1.0|1795219878.453076|smtp-in|timeout|53d780c857e25095",
           "report|1|1541671219|smtp-in|link-connect|53d780c857e25095|a|192.0.2.9:1|192.0.2.1:25",
           "report|0|1795219878.453076|smtp-in|timeout|53d780c857e25095",
           "report|smtp-in|tx-begin|1541271219|53d780c857e25095|f23aba16",
           "report|smtp-in|timeout|1795219878.453076|53d780c857e25095",
           "report|0.7|1795219878.453076|smtp-in|protocol-client|53d780c857e25095|\xff\x01\t\r",
         }) {
      CAPTURE(line);
      CHECK(Packed(line).unpacked == line);
    }
  }

  TEST_CASE("a line of the usual form takes sixteen bytes and its parameters")
  {
    const std::string line =
      "report|0.7|1795219878.453076|smtp-in|link-auth|53d780c857e25095|pass|me";
    CHECK(Packed(line).bytes.size() == 16 + std::string("|pass|me").size());
  }
}
