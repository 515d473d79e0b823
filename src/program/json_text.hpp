// SPDX-License-Identifier: ISC
//
// JSON for the results of the reading commands, whose numbers and keys are few.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace jsonlog {

// The text as a JSON string, quotes included. It may be looked at in a terminal: see
// shown_text.hpp.
std::string json_string(std::string_view text);
// `"2026-11-20T10:15:00.000001Z"`.
std::string json_time(std::int64_t us);

} // namespace jsonlog
