// SPDX-License-Identifier: ISC
#include "jsonlog/pipeline.hpp"

#include <string>
#include <string_view>
#include <vector>

#include <doctest/doctest.h>

using namespace jsonlog;

namespace {

class WorthSink : public LineSink
{
public:
  bool write(std::string_view, Worth worth) override
  {
    worths.push_back(worth);
    return true;
  }
  std::vector<Worth> worths;
};

// A session that was greeted; the worth of what it reports next.
struct Story
{
  explicit Story(Format format = Format::json)
    : pipeline({settings(), format, 10}, sink)
  {
    report("link-connect", "a.example|pass|192.0.2.9:1|192.0.2.1:25");
    report("link-greeting", "mx.example");
    report("link-identify", "EHLO|a.example");
  }
  static LineSettings settings()
  {
    LineSettings settings;
    settings.program_version = "test";
    return settings;
  }
  Worth feed(std::string_view line)
  {
    pipeline.feed({line, false});
    return sink.worths.back();
  }
  Worth report(const std::string& event, const std::string& params = "")
  {
    return feed("report|0.7|1795262340.000000|smtp-in|" + event + "|53d780c857e25095" +
                (params.empty() ? "" : "|") + params);
  }

  WorthSink sink;
  Pipeline pipeline;
};

} // namespace

TEST_SUITE("worth")
{
  TEST_CASE("the way of a message: its recipients and its end are counted")
  {
    Story story;
    CHECK(story.sink.worths ==
          std::vector<Worth>{Worth::ordinary, Worth::ordinary, Worth::ordinary});
    CHECK(story.report("protocol-client", "MAIL FROM:<a@b>") == Worth::ordinary);
    CHECK(story.report("tx-begin", "ff53feaa") == Worth::ordinary);
    CHECK(story.report("tx-mail", "ff53feaa|ok|a@b") == Worth::ordinary);
    CHECK(story.report("protocol-server", "250 2.0.0 Ok") == Worth::ordinary);
    CHECK(story.report("protocol-client", "RCPT TO:<c@d>") == Worth::ordinary);
    CHECK(story.report("tx-envelope", "ff53feaa|ff53feaa00000001") == Worth::ordinary);
    CHECK(story.report("tx-rcpt", "ff53feaa|ok|c@d") == Worth::counted);
    CHECK(story.report("protocol-client", "DATA") == Worth::ordinary);
    CHECK(story.report("tx-data", "ff53feaa|ok") == Worth::ordinary);
    CHECK(story.report("tx-commit", "ff53feaa|999") == Worth::counted);
    CHECK(story.report("tx-reset", "ff53feaa") == Worth::ordinary);
  }

  TEST_CASE("a rollback is counted, a login too")
  {
    Story story;
    story.report("tx-begin", "ff53feaa");
    CHECK(story.report("tx-rollback", "ff53feaa") == Worth::counted);
    CHECK(story.report("link-auth", "fail|alice") == Worth::counted);
    CHECK(story.report("link-auth", "pass|alice") == Worth::counted);
  }

  TEST_CASE("a refusal is counted when its reply is complete")
  {
    Story story;
    story.report("protocol-client", "NOOP");
    CHECK(story.report("protocol-server", "250-2.0.0 Ok") == Worth::ordinary);
    CHECK(story.report("protocol-server", "250 2.0.0 Ok") == Worth::ordinary);
    story.report("protocol-client", "NOOP");
    CHECK(story.report("protocol-server", "550-5.0.0 No") == Worth::ordinary);
    CHECK(story.report("protocol-server", "550 5.0.0 No") == Worth::counted);
    story.report("protocol-client", "NOOP");
    CHECK(story.report("protocol-server", "421 4.3.0 Later") == Worth::counted);
  }

  TEST_CASE("what a filter did is counted, but for letting something pass")
  {
    Story story;
    CHECK(story.report("filter-response", "ehlo|proceed") == Worth::ordinary);
    CHECK(story.report("filter-response", "ehlo|junk") == Worth::counted);
    CHECK(story.report("filter-response", "mail-from|reject|550 no") == Worth::counted);
  }

  TEST_CASE("an anomaly makes a line that raises it worth more, not those after it")
  {
    Story story;
    CHECK(story.report("of-tomorrow", "x") == Worth::counted);
    CHECK(story.report("timeout") == Worth::ordinary);
    CHECK(story.feed("nonsense") == Worth::counted);
  }

  TEST_CASE("the last line of a session is worth most, whoever ends it")
  {
    Story story;
    CHECK(story.report("link-disconnect") == Worth::session_end);
    Story open;
    open.pipeline.finish();
    CHECK(open.sink.worths.back() == Worth::session_end);
  }

  TEST_CASE("formats without sessions know the same worth")
  {
    Story story(Format::raw);
    CHECK(story.report("timeout") == Worth::ordinary);
    CHECK(story.report("link-auth", "pass|alice") == Worth::counted);
    CHECK(story.report("link-disconnect") == Worth::session_end);
  }
}
