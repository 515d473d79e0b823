// SPDX-License-Identifier: ISC
//
// The verb of an SMTP command line, RFC 5321 4.1.
#pragma once

#include <string_view>

namespace jsonlog {

// One of HELO EHLO LHLO STARTTLS AUTH, MAIL FROM, RCPT TO, DATA RSET NOOP QUIT HELP VRFY EXPN
// WIZ, `.` (the end of a message), or `other`; any case. A constant text.
std::string_view command_verb(std::string_view line) noexcept;

// What stands between `<` and `>` of a MAIL or RCPT command; empty where there is nothing.
std::string_view command_address(std::string_view line) noexcept;

} // namespace jsonlog
