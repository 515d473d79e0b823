// SPDX-License-Identifier: ISC
//
// Reports without session state: as they came, or as key=value.
#pragma once

#include "jsonlog/report.hpp"
#include "jsonlog/text_buffer.hpp"

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace jsonlog {

// All write one line with its LF into an empty buffer, secrets hidden, and return false if the line
// was cut because it would have more bytes than the limit (which is limits::smallest_line at
// least), the LF not counted. `in_auth_exchange` as in secrets.hpp.
bool append_raw(TextBuffer& out, const Report& report, bool in_auth_exchange, std::size_t limit);
bool append_raw(TextBuffer& out, std::string_view bad_line, std::size_t limit);

// time=2026-11-20T10:00:00.123456Z version=0.7 subsystem=smtp-in event=tx-rcpt
// session=935cd1d2a38b1ebe message-id=4644c632 result=ok address="a b@example.org"
// A value is quoted, and escaped as in JSON, if it is empty, holds anything but the characters of
// words, or is cut; what would stand behind a value that is cut is left out.
bool append_kv(TextBuffer& out, const Report& report, bool in_auth_exchange, std::size_t limit);
bool append_kv(TextBuffer& out, std::string_view bad_line, std::string_view error,
               std::int64_t time_us, std::size_t limit);

} // namespace jsonlog
