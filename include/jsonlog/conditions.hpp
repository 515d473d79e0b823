// SPDX-License-Identifier: ISC
//
// What makes a session worth all its lines: the conditions of the option --whole.
#pragma once

#include "jsonlog/network.hpp"
#include "jsonlog/report.hpp"
#include "jsonlog/session.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace jsonlog {

// None is set: no session is.
struct Conditions
{
  bool refused = false;      // a complete 4xx or 5xx reply, a filter's reject or disconnect
  bool login_failed = false; // a link-auth that is no pass
  bool anomaly = false;
  bool junk = false; // a filter's answers of these names
  bool rewritten = false;
  bool timeout = false;                // the event
  bool lost = false;                   // any end but `quit`
  std::optional<std::int64_t> slow_us; // a gap or a filter's answer of at least this
  std::vector<std::string> addresses;  // of a sender or recipient; `*` stands for any text
  std::vector<Network> clients;        // source.ip
  std::uint64_t sampled = 0;           // so many of 2^64, chosen by the session's id

  bool any() const noexcept;
};

// True if the report that was just applied to the session, or its synthetic end (`report` is null
// then), meets one of the conditions. It depends on the reports alone.
bool meets(const Conditions& conditions, const Session& session, const Report* report);

// True if the text is the pattern's, in which `*` stands for any text. ASCII letters match in
// either case.
bool matches(std::string_view text, std::string_view pattern) noexcept;

} // namespace jsonlog
