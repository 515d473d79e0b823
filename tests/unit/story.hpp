// SPDX-License-Identifier: ISC
#pragma once

#include "jsonlog/session.hpp"

#include <algorithm>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

// A session that is told its reports one by one, a millisecond apart.
class Story
{
public:
  explicit Story(jsonlog::Subsystem subsystem = jsonlog::Subsystem::smtp_in,
                 std::string version = "0.7", const jsonlog::Caps& caps = jsonlog::Caps::standard())
    : subsystem_(subsystem)
    , version_(std::move(version))
    , caps_(caps)
  {}

  // `text` is `EVENT` or `EVENT|PARAMETERS`.
  Story& tell(std::string_view text)
  {
    const std::string_view name = text.substr(0, text.find('|'));
    line_ = "report|" + version_ + "|" + std::to_string(time_us / 1'000'000) + "." +
            std::to_string(1'000'000 + time_us % 1'000'000).substr(1) + "|";
    line_.append(to_string(subsystem_)).append("|").append(name).append("|53d780c857e25095");
    line_.append(text.substr(name.size()));
    if (const auto error = parse_report(line_, report); !error.empty())
      throw std::string(error);
    changed = apply(session, report, caps_);
    time_us += 1000;
    return *this;
  }

  // A client that was greeted and has said EHLO.
  Story& greet()
  {
    tell("link-connect|mail.example.net|pass|192.0.2.9:33174|198.51.100.25:25");
    tell("filter-response|connected|proceed");
    tell("protocol-server|220 mx.example.org ESMTP OpenSMTPD");
    tell("link-greeting|mx.example.org");
    tell("protocol-client|EHLO mail.example.net");
    tell("link-identify|EHLO|mail.example.net");
    return tell("protocol-server|250 HELP");
  }

  Story& mail(std::string_view id, std::string_view sender)
  {
    const std::string text(sender);
    tell("protocol-client|MAIL FROM:<" + text + ">");
    tell("tx-begin|" + std::string(id));
    tell("tx-mail|" + std::string(id) + "|ok|" + text);
    return tell("protocol-server|250 2.0.0 Ok");
  }

  Story& rcpt(std::string_view id, std::string_view recipient)
  {
    const std::string text(recipient);
    tell("protocol-client|RCPT TO:<" + text + ">");
    tell("tx-envelope|" + std::string(id) + "|" + std::string(id) + "338a658c");
    tell("tx-rcpt|" + std::string(id) + "|ok|" + text);
    return tell("protocol-server|250 2.1.5 Ok");
  }

  Story& data(std::string_view id)
  {
    tell("protocol-client|DATA");
    tell("tx-data|" + std::string(id) + "|ok");
    tell("protocol-server|354 go");
    return tell("protocol-client|.");
  }

  // True if the last report raised it.
  bool raised(jsonlog::Anomaly anomaly) const
  {
    const auto& list = session.now.anomalies;
    return std::find(list.begin(), list.end(), anomaly) != list.end();
  }
  // Of the whole session, blank-separated.
  std::string anomalies() const
  {
    std::string tokens;
    for (const jsonlog::Anomaly anomaly : session.anomalies)
      tokens.append(tokens.empty() ? "" : " ").append(to_string(anomaly));
    return tokens;
  }

  jsonlog::Session session;
  jsonlog::Report report; // the last one
  jsonlog::Sections changed = 0;
  std::int64_t time_us = 1795219878'000000; // of the next report

private:
  jsonlog::Subsystem subsystem_;
  std::string version_;
  jsonlog::Caps caps_;
  std::string line_;
};
