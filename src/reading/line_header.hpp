// SPDX-License-Identifier: ISC
//
// What others wrote before the content of a line.
#pragma once

#include <string_view>

namespace jsonlog {

// True if the text is a report or a line of the handshake, or wants to be one.
bool is_recorded(std::string_view text) noexcept;

// The line from where its content begins, which is a JSON object or a recorded line: without a
// byte order mark, and without what a syslog daemon wrote before it (RFC 3164, RFC 5424):
// `Nov 21 00:16:40 mx filter-jsonlog[1]: {`, `... @cee: {`, `<22>1 ... filter-jsonlog 1 - - {`.
// A line without such content is left as it is.
std::string_view without_header(std::string_view line) noexcept;

} // namespace jsonlog
