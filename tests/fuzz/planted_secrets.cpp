// SPDX-License-Identifier: ISC
#include "planted_secrets.hpp"

#include "jsonlog/handshake.hpp"
#include "jsonlog/report.hpp"

#include <algorithm>
#include <map>
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
        dialogues_.clear(); // another run
      // What smtpd says of itself is no secret.
      return !line.starts_with("config|") && line.find(" AUTH ") != std::string_view::npos;
    }
    const auto session = std::pair(report.subsystem, report.session);
    const bool from_its_start = std::holds_alternative<LinkConnect>(report.event) ||
                                std::holds_alternative<Timeout>(report.event);
    Dialogue& dialogue =
      dialogues_.try_emplace(session, Dialogue{!from_its_start, false}).first->second;
    if (std::holds_alternative<LinkConnect>(report.event))
      dialogue.in_exchange = false;
    if (const auto* server = std::get_if<ProtocolServer>(&report.event))
      dialogue.in_exchange = server->reply.starts_with("334 ") && dialogue.may_be_auth;
    if (std::holds_alternative<LinkDisconnect>(report.event))
      dialogues_.erase(session);
    if (const auto* filter = std::get_if<FilterResponse>(&report.event))
      return filter->phase == "auth" && !filter->param.empty() && filter->response != "reject" &&
             filter->response != "disconnect"; // those two go to the client in clear
    const auto* client = std::get_if<ProtocolClient>(&report.event);
    if (client == nullptr)
      return false;
    const bool secret = dialogue.in_exchange || is_auth_command(client->command);
    dialogue.may_be_auth = secret;
    return secret;
  }

private:
  struct Dialogue
  {
    bool may_be_auth; // the last command, where it is not known too
    bool in_exchange;
  };
  std::map<std::pair<Subsystem, std::uint64_t>, Dialogue> dialogues_;
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
