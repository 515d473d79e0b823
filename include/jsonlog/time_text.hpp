// SPDX-License-Identifier: ISC
#pragma once

#include <cstdint>
#include <string>

namespace jsonlog {

// Appends `2026-11-20T10:00:00.123456Z` (RFC 3339, UTC) for microseconds since 1970.
// REQUIRES: a year from 1970 to 9999.
void append_time(std::string& out, std::int64_t time_us);

} // namespace jsonlog
