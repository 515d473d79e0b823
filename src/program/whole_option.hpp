// SPDX-License-Identifier: ISC
//
// The texts of --whole: `refused,slow=2s`, `address=*@example.org`, `client=192.0.2.0/24`.
#pragma once

#include "jsonlog/conditions.hpp"

#include <string>
#include <vector>

namespace jsonlog {

// Each text is a list of conditions with commas between them. Throws a CLI::ValidationError with
// one clear sentence for a condition that does not exist or whose value is none.
Conditions parse_conditions(const std::vector<std::string>& texts);

} // namespace jsonlog
