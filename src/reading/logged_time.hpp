// SPDX-License-Identifier: ISC
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace jsonlog {

// RFC 3339 in UTC, with any fraction of a second or none: `2026-11-20T10:15:00.000001Z`.
// Microseconds since 1970; nothing for what is no such time.
std::optional<std::int64_t> parse_logged_time(std::string_view text);

} // namespace jsonlog
