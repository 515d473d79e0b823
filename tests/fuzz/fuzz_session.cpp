// SPDX-License-Identifier: ISC
//
// Input: a byte of settings, then lines `EVENT|PARAMETERS` of one session. The line made of
// cached pieces and the one made from nothing are the same valid JSON, within the budget.
#include "fuzz_target.hpp"
#include "json_line.hpp"
#include "jsonlog/snapshot.hpp"

#include <algorithm>
#include <string>
#include <string_view>

using namespace jsonlog;

namespace {

LineSettings settings_of(unsigned choice)
{
  LineSettings settings;
  settings.program_version = "fuzz";
  settings.detail = static_cast<Detail>((choice >> 1) % 3);
  settings.original = (choice & 8) != 0;
  settings.max_line = (choice & 16) != 0 ? limits::smallest_line : limits::max_line;
  return settings;
}

} // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
  std::string_view rest(reinterpret_cast<const char*>(data), size);
  const unsigned choice = size > 0 ? data[0] : 0U;
  rest.remove_prefix(std::min<std::size_t>(1, size));
  const LineSettings settings = settings_of(choice);
  const std::string version = "0." + std::to_string(choice >> 5);
  Snapshot cached(settings);
  Snapshot from_nothing(settings, Snapshot::Way::from_nothing);
  Session session;
  for (LoggerState logger; !rest.empty() && !session.final(); ++logger.sequence) {
    const std::string_view text = rest.substr(0, rest.find('\n'));
    rest.remove_prefix(std::min(rest.size(), text.size() + 1));
    const std::string_view name = text.substr(0, text.find('|'));
    std::string line = "report|" + version + "|" + std::to_string(1795219878 + logger.sequence) +
                       ".453076|" + ((choice & 1) != 0 ? "smtp-out" : "smtp-in") + "|";
    line.append(name).append("|53d780c857e25095").append(text.substr(name.size()));
    Report report;
    if (!parse_report(line, report).empty())
      continue;
    const Sections changed = apply(session, report, caps_for(settings.detail));
    const std::string_view json = cached.event(1, session, &report, changed, logger);
    require(json == from_nothing.event(1, session, &report, changed, logger),
            "both ways are equal");
    require(is_json_line(json), "a line is valid JSON");
    require(json.size() - 1 <= settings.max_line, "a line keeps its budget");
  }
  return 0;
}
