// SPDX-License-Identifier: ISC
//
// Reports without session state: as they came, or as key=value.
#pragma once

#include "jsonlog/report.hpp"
#include "jsonlog/text_buffer.hpp"

#include <string_view>

namespace jsonlog {

// All write one line with its LF into an empty buffer, secrets hidden. `in_auth_exchange` as in
// secrets.hpp.
void append_raw(TextBuffer& out, const Report& report, bool in_auth_exchange);
void append_raw(TextBuffer& out, std::string_view bad_line);

// time=2026-11-20T10:00:00.123456Z version=0.7 subsystem=smtp-in event=tx-rcpt
// session=935cd1d2a38b1ebe message-id=4644c632 result=ok address="a b@example.org"
// A value is quoted, and escaped as in JSON, if it is empty or holds anything but the
// characters of words.
void append_kv(TextBuffer& out, const Report& report, bool in_auth_exchange);
void append_kv(TextBuffer& out, std::string_view bad_line, std::string_view error,
               std::int64_t time_us);

} // namespace jsonlog
