// SPDX-License-Identifier: ISC
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace jsonlog {

// `500ms`, `2s`, `5m`, `1h`, `2d`; a number alone is seconds. Microseconds, at least 1 and at most
// those of a million days; nothing for any other text.
std::optional<std::int64_t> parse_time_span_us(std::string_view text);

} // namespace jsonlog
