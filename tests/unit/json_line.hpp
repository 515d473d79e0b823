// SPDX-License-Identifier: ISC
#pragma once

#include <string_view>

// True for one JSON object in valid UTF-8 without a control character, and the LF behind it.
bool is_json_line(std::string_view line);
