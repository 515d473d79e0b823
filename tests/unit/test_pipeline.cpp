// SPDX-License-Identifier: ISC
#include "jsonlog/pipeline.hpp"

#include "memory_sink.hpp"
#include "record.hpp"

#include <string>
#include <string_view>
#include <vector>

#include <doctest/doctest.h>

using namespace jsonlog;

namespace {

constexpr std::string_view one = "53d780c857e25095";
constexpr std::string_view two = "f35e96da0a2f2897";

// A pipeline into memory.
struct Walk
{
  explicit Walk(Format format = Format::json, std::size_t max_sessions = 100)
    : pipeline({settings(), format, max_sessions}, sink)
  {}

  static LineSettings settings()
  {
    LineSettings settings;
    settings.program_version = "test";
    return settings;
  }

  Walk& feed(std::string_view line)
  {
    pipeline.feed({line, false});
    return *this;
  }
  Walk& connect(std::string_view id, std::string_view time = "1795219878.000001")
  {
    std::string line("report|0.7|");
    line.append(time).append("|smtp-in|link-connect|").append(id);
    return feed(line + "|a.example|pass|192.0.2.9:1|192.0.2.1:25");
  }
  Walk& tell(std::string_view id, std::string_view name, std::string_view params = "")
  {
    std::string line("report|0.7|1795219879.000002|smtp-in|");
    line.append(name).append("|").append(id).append(params.empty() ? "" : "|").append(params);
    return feed(line);
  }
  Record record(std::size_t index) const { return Record(sink.lines.at(index)); }
  Record last() const { return Record(sink.lines.back()); }

  MemorySink sink;
  Pipeline pipeline;
};

} // namespace

TEST_SUITE("pipeline")
{
  TEST_CASE("a handshake gives no line, every other line gives one")
  {
    Walk walk;
    walk.feed("config|smtpd-version|7.8.0").feed("config|tomorrow|x").feed("config|ready");
    CHECK(walk.sink.lines.empty());
    CHECK(walk.pipeline.handshake().ready());
    walk.connect(one).tell(one, "timeout").feed("").feed("nonsense").feed("config|tomorrow|x");
    CHECK(walk.sink.lines.size() == 5);
    CHECK(walk.record(0).text("observer.version") == "7.8.0");
  }

  TEST_CASE("sessions are numbered each for itself, records all together")
  {
    Walk walk;
    walk.connect(one).connect(two).tell(one, "timeout").tell(two, "timeout").feed("x");
    for (std::size_t i = 0; i < 5; ++i)
      CHECK(walk.record(i).number("opensmtpd.logger.sequence") == static_cast<std::int64_t>(i));
    CHECK(walk.record(2).number("event.sequence") == 1);
    CHECK(walk.record(3).number("event.sequence") == 1);
    CHECK(walk.record(0).text("opensmtpd.logger.run") == "660be331f3581");
    CHECK(walk.record(4).text("opensmtpd.logger.run") == "660be331f3581");
  }

  TEST_CASE("one id in both subsystems is two sessions")
  {
    Walk walk;
    walk.connect(one);
    walk.feed("report|0.7|1795219879.000002|smtp-out|link-connect|53d780c857e25095|b|pass|"
              "192.0.2.1:1|192.0.2.2:25");
    CHECK(walk.last().number("event.sequence") == 0);
    CHECK_FALSE(walk.last().has("opensmtpd.anomaly"));
  }

  TEST_CASE("what is no report becomes an anomaly record at the time of the newest report")
  {
    Walk walk;
    Walk early;
    early.feed("too early");
    CHECK(early.last().text("@timestamp") == "1970-01-01T00:00:00.000000Z");
    walk.connect(one).feed(std::string_view("report\0x", 8));
    CHECK(walk.last().text("opensmtpd.record") == "anomaly");
    CHECK(walk.last().text("@timestamp") == "2026-11-21T00:11:18.000001Z");
    CHECK(walk.last().text("event.original") == std::string("report\0x", 8));
    walk.pipeline.feed({"report|0.7|1795219879.000002|smtp-in|timeout|53d780c857e25095", true});
    CHECK(walk.last().text("opensmtpd.record") == "anomaly");
    walk.tell(one, "timeout");
    CHECK(walk.last().number("event.sequence") == 1);
    CHECK(walk.last().number("opensmtpd.logger.sequence") == 3);
  }

  TEST_CASE("an ended session's id is after close, until it connects again")
  {
    Walk walk;
    walk.connect(one).tell(one, "link-disconnect").tell(one, "tx-reset", "f23aba16");
    CHECK(walk.last().number("event.sequence") == 0);
    CHECK(walk.last().list("opensmtpd.anomaly").front() == "after-close");
    CHECK(walk.last().truth("opensmtpd.session.partial"));
  }

  TEST_CASE("a full table ends the idlest session")
  {
    Walk walk(Format::json, 2);
    walk.connect(one).connect(two).tell(one, "timeout");
    walk.connect("0000000000000003", "1795219880.000000");
    REQUIRE(walk.sink.lines.size() == 5);
    const Record end = walk.record(3);
    CHECK(end.text("event.action") == "session-evicted");
    CHECK(end.text("opensmtpd.session.id") == two);
    CHECK(end.text("opensmtpd.session.close") == "evicted");
    CHECK(end.truth("opensmtpd.session.final"));
    CHECK(end.text("event.outcome") == "failure");
    CHECK(end.text("@timestamp") == "2026-11-21T00:11:20.000000Z");
    CHECK(end.number("event.sequence") == 1);
    CHECK(walk.record(4).text("event.action") == "link-connect");
  }

  TEST_CASE("an evicted session that goes on was joined in the middle")
  {
    Walk walk(Format::json, 1);
    walk.connect(one).connect(two).tell(one, "timeout");
    CHECK(walk.last().list("opensmtpd.anomaly").front() == "joined-midstream");
  }

  TEST_CASE("the end of input ends what is open, the idlest first")
  {
    Walk walk;
    walk.connect(one).connect(two).tell(one, "timeout").pipeline.finish();
    REQUIRE(walk.sink.lines.size() == 5);
    CHECK(walk.record(3).text("event.action") == "session-shutdown");
    CHECK(walk.record(3).text("opensmtpd.session.id") == two);
    CHECK(walk.record(4).text("opensmtpd.session.id") == one);
    CHECK(walk.record(4).text("opensmtpd.session.close") == "shutdown");
    CHECK(walk.record(4).text("@timestamp") == "2026-11-21T00:11:19.000002Z");
    CHECK(walk.record(4).number("opensmtpd.logger.sequence") == 4);
    CHECK(walk.record(4).list("event.type") == std::vector<std::string>{"connection", "end"});
    walk.pipeline.finish();
    CHECK(walk.sink.lines.size() == 5);
  }

  TEST_CASE("a handshake in mid-stream ends the sessions and begins a new run")
  {
    Walk walk;
    walk.feed("config|smtpd-version|6.8.0").feed("config|ready").connect(one);
    walk.feed("config|smtpd-version|7.8.0");
    REQUIRE(walk.sink.lines.size() == 2);
    CHECK(walk.last().text("event.action") == "session-shutdown");
    CHECK(walk.last().text("observer.version") == "6.8.0");
    walk.feed("config|ready").connect(one, "1795300000.000000");
    CHECK(walk.last().text("observer.version") == "7.8.0");
    CHECK(walk.last().number("event.sequence") == 0);
    CHECK(walk.last().number("opensmtpd.logger.sequence") == 0);
    CHECK(walk.last().text("opensmtpd.logger.run") == "660d0dac3e800");
  }

  TEST_CASE("what the sink refuses is counted as dropped")
  {
    Walk walk;
    walk.connect(one);
    walk.sink.room = 1;
    walk.tell(one, "timeout").feed("nonsense");
    walk.sink.room = 10;
    walk.tell(one, "timeout");
    REQUIRE(walk.sink.lines.size() == 2);
    CHECK(walk.last().number("opensmtpd.logger.sequence") == 3);
    CHECK(walk.last().number("opensmtpd.logger.dropped") == 2);
    CHECK(walk.last().number("event.sequence") == 2);
    CHECK(walk.last().number("opensmtpd.count.timeout") == 2);
    CHECK(walk.pipeline.logger().sequence == 4);
  }

  TEST_CASE("a sink that throws costs a line and nothing else")
  {
    class Thrower : public LineSink
    {
    public:
      bool write(std::string_view, Worth) override
      {
        ++calls;
        throw std::bad_alloc();
      }
      int calls = 0;
    };
    Thrower sink;
    Pipeline pipeline({Walk::settings(), Format::json, 10}, sink);
    pipeline.feed({"report|0.7|1795219879.000002|smtp-in|timeout|53d780c857e25095", false});
    pipeline.feed({"nonsense", false});
    pipeline.finish();
    CHECK(sink.calls == 3);
    CHECK(pipeline.logger().sequence == 3);
    CHECK(pipeline.logger().dropped == 3);
  }

  TEST_CASE("raw gives the reports as they came, secrets hidden, and no session ends")
  {
    Walk walk(Format::raw);
    walk.feed("config|ready").connect(one);
    walk.tell(one, "protocol-client", "AUTH PLAIN c2VjcmV0").feed("AUTH x").pipeline.finish();
    CHECK(walk.sink.lines ==
          std::vector<std::string>{
            "report|0.7|1795219878.000001|smtp-in|link-connect|53d780c857e25095|a.example|pass|"
            "192.0.2.9:1|192.0.2.1:25\n",
            "report|0.7|1795219879.000002|smtp-in|protocol-client|53d780c857e25095|AUTH PLAIN "
            "********\n",
            "AUTH ********\n"});
  }

  TEST_CASE("raw hides the lines of an AUTH exchange")
  {
    Walk walk(Format::raw);
    walk.connect(one).tell(one, "protocol-client", "AUTH LOGIN");
    walk.tell(one, "protocol-server", "334 VXNlcm5hbWU6").tell(one, "protocol-client", "YWxpY2U=");
    CHECK(walk.sink.lines.back() ==
          "report|0.7|1795219879.000002|smtp-in|protocol-client|53d780c857e25095|********\n");
  }

  TEST_CASE("kv gives key=value, quoted where it must be")
  {
    Walk walk(Format::kv);
    walk.tell(one, "tx-mail", "f23aba16|ok|a\"b c@d").feed("what is this");
    CHECK(walk.sink.lines ==
          std::vector<std::string>{
            "time=2026-11-21T00:11:19.000002Z version=0.7 subsystem=smtp-in event=tx-mail "
            "session=53d780c857e25095 message-id=f23aba16 result=ok address=\"a\\\"b c@d\"\n",
            "time=2026-11-21T00:11:19.000002Z event=malformed-report error=\"not a report\" "
            "original=\"what is this\"\n"});
  }

  TEST_CASE("a long raw line is cut at the longest that is wanted")
  {
    Walk walk(Format::raw);
    const std::string reply(2 * limits::max_line, 'x');
    walk.tell(one, "protocol-server", reply).feed(reply).tell(one, "timeout");
    CHECK(walk.sink.lines.at(0).size() == limits::max_line + 1);
    CHECK(walk.sink.lines.at(0).ends_with("xx\n"));
    CHECK(walk.sink.lines.at(1) == reply.substr(0, limits::max_line) + '\n');
    CHECK(walk.pipeline.account().counts.truncated == 2);
  }

  TEST_CASE("a long kv line loses the end of the value that does not fit, and what follows it")
  {
    Walk walk(Format::kv);
    const std::string start = "time=2026-11-21T00:11:19.000002Z version=0.7 subsystem=smtp-in "
                              "event=link-identify session=53d780c857e25095 method=";
    const std::string fitting(limits::max_line - start.size() - 2, 'x');
    const std::string quotes(limits::max_line, '"');
    walk.tell(one, "link-identify", fitting + "y|name")
      .tell(one, "link-identify", quotes + "|name");
    CHECK(walk.sink.lines.at(0) == start + '"' + fitting + "\"\n");
    std::string escaped;
    while (start.size() + escaped.size() + 4 <= limits::max_line)
      escaped += "\\\"";
    CHECK(walk.sink.lines.at(1) == start + '"' + escaped + "\"\n");
    CHECK(walk.pipeline.account().counts.truncated == 2);
  }
}
