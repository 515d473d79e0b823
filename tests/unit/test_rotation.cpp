// SPDX-License-Identifier: ISC
#include "output/rotation.hpp"

#include <algorithm>
#include <string>
#include <vector>

#include <doctest/doctest.h>

using namespace jsonlog;

namespace {

constexpr std::int64_t at_ten = 1795168800; // 2026-11-20T10:00:00Z

using Names = std::vector<std::string>;

} // namespace

TEST_SUITE("rotation")
{
  TEST_CASE("the name tells the time between the file's name and its extension")
  {
    CHECK(RotatedNames("/log/events.json").next(at_ten, "") == "events-20261120T100000Z.json");
    CHECK(RotatedNames("/log/events").next(at_ten, "") == "events-20261120T100000Z");
    CHECK(RotatedNames("/log/a.b.json").next(at_ten, "") == "a.b-20261120T100000Z.json");
    CHECK(RotatedNames("/log/.json").next(at_ten, "") == ".json-20261120T100000Z");
  }

  TEST_CASE("the folder is what stands before the last slash")
  {
    CHECK(RotatedNames("/var/log/events.json").folder() == "/var/log");
    CHECK(RotatedNames("/events.json").folder() == "/");
  }

  TEST_CASE("names stand in the order of rotation, the live file last")
  {
    const RotatedNames names("/log/events.json");
    Names in_order;
    std::string newest;
    for (const std::int64_t now : {at_ten, at_ten, at_ten, at_ten + 1, at_ten - 60, at_ten + 2}) {
      newest = names.next(now, newest);
      CHECK(names.matches(newest));
      in_order.push_back(newest);
    }
    in_order.emplace_back("events.json");
    CHECK(in_order == Names{"events-20261120T100000Z.json", "events-20261120T100000Z_0001.json",
                            "events-20261120T100000Z_0002.json", "events-20261120T100001Z.json",
                            "events-20261120T100001Z_0001.json", "events-20261120T100002Z.json",
                            "events.json"});
    CHECK(std::is_sorted(in_order.begin(), in_order.end()));
  }

  TEST_CASE("the same without an extension")
  {
    const RotatedNames names("/log/events");
    const std::string first = names.next(at_ten, "");
    const std::string second = names.next(at_ten, first);
    CHECK(second == "events-20261120T100000Z_0001");
    CHECK(names.next(at_ten, second) == "events-20261120T100000Z_0002");
    CHECK(first < second);
  }

  TEST_CASE("after ten thousand names in a second the first comes again")
  {
    const RotatedNames names("/log/events.json");
    CHECK(names.next(at_ten, "events-20261120T100000Z_9998.json") ==
          "events-20261120T100000Z_9999.json");
    CHECK(names.next(at_ten, "events-20261120T100000Z_9999.json") ==
          "events-20261120T100000Z.json");
  }

  TEST_CASE("a name of somebody else is not taken for the newest")
  {
    CHECK(RotatedNames("/log/events.json").next(at_ten, "events-zzz.json") ==
          "events-20261120T100000Z.json");
  }

  TEST_CASE("only names that were made here match")
  {
    const RotatedNames names("/log/events.json");
    CHECK(names.matches("events-20261120T100000Z.json"));
    CHECK(names.matches("events-20261120T100000Z_0001.json"));
    for (const char* other :
         {"", "events.json", "events-.json", "events-20261120.json", "events-20261120T100000Z",
          "events-20261120T100000Z.json.gz", "events-20261120T100000Z.jsonl",
          "events-20261120T100000Z_1.json", "events-20261120T100000Z_00001.json",
          "events-20261120T100000Z-0001.json", "events-20261120T10000xZ.json",
          "events-2026-11-20T10:00:00Z.json", "events_20261120T100000Z.json",
          "my-events-20261120T100000Z.json", "other-20261120T100000Z.json",
          "events-20261120T100000Z.json.1", "events-20261120T100000Z.json~"})
      CHECK_FALSE_MESSAGE(names.matches(other), other);
    CHECK(RotatedNames("/log/events").matches("events-20261120T100000Z"));
    CHECK_FALSE(RotatedNames("/log/events").matches("events-20261120T100000Z.json"));
  }

  TEST_CASE("hours and days are those of UTC, and a clock set back begins none")
  {
    CHECK_FALSE(is_later_period(RotateTime::never, 0, at_ten));
    CHECK(is_later_period(RotateTime::hourly, at_ten - 1, at_ten));
    CHECK_FALSE(is_later_period(RotateTime::hourly, at_ten, at_ten + 3599));
    CHECK_FALSE(is_later_period(RotateTime::hourly, at_ten, at_ten - 1));
    CHECK_FALSE(is_later_period(RotateTime::daily, at_ten, at_ten + 14 * 3600 - 1));
    CHECK(is_later_period(RotateTime::daily, at_ten, at_ten + 14 * 3600));
  }

  TEST_CASE("the oldest are too many")
  {
    const std::vector<RotatedFile> files = {{"b", 10}, {"d", 10}, {"a", 10}, {"c", 10}};
    RotationSettings settings;
    settings.keep = 3;
    CHECK(surplus(files, settings) == Names{"a"});
    settings.keep = 1;
    CHECK(surplus(files, settings) == Names{"a", "b", "c"});
    settings.keep = 0;
    CHECK(surplus(files, settings).empty());
    CHECK(surplus({}, settings).empty());
  }

  TEST_CASE("the oldest are too many bytes, and nothing older than one that goes stays")
  {
    const std::vector<RotatedFile> files = {{"a", 1}, {"b", 50}, {"c", 40}, {"d", 10}};
    RotationSettings settings;
    settings.keep_bytes = 99;
    CHECK(surplus(files, settings) == Names{"a", "b"});
    settings.keep_bytes = 100;
    CHECK(surplus(files, settings) == Names{"a"});
    settings.keep_bytes = 101;
    CHECK(surplus(files, settings).empty());
    settings.keep_bytes = 5;
    CHECK(surplus(files, settings) == Names{"a", "b", "c", "d"});
    settings.keep_bytes = 100;
    settings.keep = 1;
    CHECK(surplus(files, settings) == Names{"a", "b", "c"});
  }

  TEST_CASE("a packed part has the name of the part, and is one")
  {
    const RotatedNames names("/var/log/smtpd/events.json", Packing::gzip);
    for (const char* const name :
         {"events-20261120T100000Z.json.zst", "events-20261120T100000Z_0001.json.gz"}) {
      CHECK(names.matches(name));
      CHECK(names.is_packed(name));
      CHECK(names.is_unfinished(RotatedNames::unfinished(name)));
    }
    CHECK_FALSE(names.is_packed("events-20261120T100000Z.json"));
    for (const char* const name :
         {"events-20261120T100000Z.json.xz", "events-20261120T100000Z.json.zst.gz",
          "events-20261120T100000Z.zst", "events.json.zst",
          "events-20261120T100000Z.json.unfinished"}) {
      CHECK_FALSE(names.matches(name));
      CHECK_FALSE(names.is_unfinished(name));
    }
    CHECK(names.next(1'763'632'800, "events-20261120T100000Z.json.zst") ==
          "events-20261120T100000Z_0001.json");
    CHECK(names.next(1'763'632'800, "events-20261120T100000Z_0007.json.zst") ==
          "events-20261120T100000Z_0008.json");
  }
}
