// SPDX-License-Identifier: ISC
#include "output/diagnostics.hpp"

#include <algorithm>
#include <memory>
#include <sstream>
#include <string>

#include <doctest/doctest.h>
#include <spdlog/sinks/ostream_sink.h>

using namespace jsonlog;

TEST_SUITE("diagnostics")
{
  TEST_CASE("a line stands as it was said, behind the prefix")
  {
    std::ostringstream said;
    Diagnostics diagnostics("here: ", std::make_shared<spdlog::sinks::ostream_sink_mt>(said));
    diagnostics.say("{} is no format, 100 % either");
    CHECK(said.str() == "here: {} is no format, 100 % either\n");
  }

  TEST_CASE("a flood is cut off")
  {
    std::ostringstream said;
    Diagnostics diagnostics("", std::make_shared<spdlog::sinks::ostream_sink_mt>(said));
    for (int i = 0; i < 10'000; ++i)
      diagnostics.say("trouble");
    const std::string text = said.str();
    CHECK(std::count(text.begin(), text.end(), '\n') == Diagnostics::burst);
  }
}
