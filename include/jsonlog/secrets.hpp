// SPDX-License-Identifier: ISC
//
// smtpd hides most AUTH arguments but not all: two blanks, a tab, AUTH before EHLO and
// `AUTH LOGIN user` pass in clear (seen on 7.8.0p1). These functions hide the rest, for every
// output there is.
#pragma once

#include "jsonlog/report.hpp"

#include <string>
#include <string_view>

namespace jsonlog {

inline constexpr std::string_view secret_mask = "********";

struct MaskedText
{
  std::string text;
  bool hidden = false; // something was hidden that smtpd had not hidden itself
};

// A command line: behind `AUTH MECHANISM` nothing is kept, whatever blanks are used; inside an
// AUTH exchange (between a 334 reply and the next other one) nothing at all.
MaskedText mask_command(std::string_view command, bool in_auth_exchange);

// True if mask_command() could change the command: most are copied as they are.
bool may_hold_secret(std::string_view command, bool in_auth_exchange) noexcept;

// True for the filter's answer to AUTH, whose parameter may repeat the credentials: all but reject
// and disconnect, which send it to the client in clear.
bool holds_secret(const FilterResponse& response) noexcept;

// A whole report line with its secrets hidden.
std::string mask_report(const Report& report, bool in_auth_exchange);

// A text of unknown make: everything behind the word AUTH (any case) is hidden.
std::string mask_unknown(std::string_view text);

// A line that is no report: as above; and of a recorded conversation between smtpd and a filter
// the lines of the message and the logins.
std::string mask_line(std::string_view line);

} // namespace jsonlog
