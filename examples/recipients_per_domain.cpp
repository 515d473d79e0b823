// SPDX-License-Identifier: ISC
//
// Counts accepted recipients per domain: report lines on standard input, `domain count` on
// standard output.
#include <jsonlog/session_table.hpp>

#include <cstdint>
#include <iostream>
#include <map>
#include <string>

int main()
{
  std::map<std::string, std::uint64_t> accepted;
  jsonlog::SessionTable sessions(16384);
  const auto caps = jsonlog::Caps::compact(); // no lists: we count ourselves
  for (std::string line; std::getline(std::cin, line);) {
    jsonlog::Report report;
    if (!jsonlog::parse_report(line, report).empty())
      continue;
    auto slot = sessions.find(report.subsystem, report.session);
    if (!slot) {
      if (sessions.full())
        sessions.erase(*sessions.idlest(), false);
      slot = sessions.create(report.subsystem, report.session);
    }
    jsonlog::Session& session = sessions[*slot];
    apply(session, report, caps);
    if (session.now.recipient && session.now.recipient->status == "ok")
      ++accepted[session.now.recipient->address.domain];
    if (session.final())
      sessions.erase(*slot, true);
  }
  for (const auto& [domain, count] : accepted)
    std::cout << domain << ' ' << count << '\n';
}
