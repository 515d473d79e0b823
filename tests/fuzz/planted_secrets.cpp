// SPDX-License-Identifier: ISC
#include "planted_secrets.hpp"

#include "jsonlog/handshake.hpp"
#include "jsonlog/report.hpp"

#include <algorithm>
#include <set>
#include <utility>

using namespace jsonlog;

namespace {

// `AUTH` in any case as the first word.
bool is_auth_command(std::string_view command)
{
  const std::size_t start = command.find_first_not_of(" \t");
  if (start == std::string_view::npos)
    return false;
  std::string word(command.substr(start, command.find_first_of(" \t", start) - start));
  for (char& c : word)
    c = static_cast<char>(c & ~0x20);
  return word == "AUTH";
}

class Planter
{
public:
  bool wants(std::string_view line)
  {
    Report report;
    if (line.find('\0') != std::string_view::npos || !parse_report(line, report).empty()) {
      if (Handshake::is_line(line))
        exchanges_.clear(); // another run
      // What smtpd says of itself is no secret.
      return !line.starts_with("config|") && line.find(" AUTH ") != std::string_view::npos;
    }
    const auto session = std::pair(report.subsystem, report.session);
    if (std::holds_alternative<LinkConnect>(report.event) ||
        std::holds_alternative<LinkDisconnect>(report.event))
      exchanges_.erase(session);
    if (const auto* server = std::get_if<ProtocolServer>(&report.event)) {
      if (server->reply.starts_with("334 "))
        exchanges_.insert(session);
      else
        exchanges_.erase(session);
    }
    if (const auto* filter = std::get_if<FilterResponse>(&report.event))
      return filter->phase == "auth" && !filter->param.empty() && filter->response != "reject" &&
             filter->response != "disconnect"; // those two go to the client in clear
    const auto* client = std::get_if<ProtocolClient>(&report.event);
    return client != nullptr && (exchanges_.contains(session) || is_auth_command(client->command));
  }

private:
  std::set<std::pair<Subsystem, std::uint64_t>> exchanges_;
};

} // namespace

std::string plant_secrets(std::string_view stream)
{
  std::string planted;
  Planter planter;
  while (!stream.empty()) {
    const std::size_t end = std::min(stream.find('\n'), stream.size());
    const std::string_view line = stream.substr(0, end);
    planted += line;
    if (planter.wants(line))
      planted.append(" - ").append(planted_secret); // behind a mechanism in any case
    if (end < stream.size())
      planted += '\n';
    stream.remove_prefix(std::min(stream.size(), end + 1));
  }
  return planted;
}
