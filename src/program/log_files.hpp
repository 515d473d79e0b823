// SPDX-License-Identifier: ISC
//
// Which files the reading commands read, and in which order.
#pragma once

#include "output/diagnostics.hpp"

#include <optional>
#include <string>
#include <vector>

namespace jsonlog {

// The files in the order of their time, whatever the names say; a folder stands for the logs in it,
// plain and packed. `-`, which cannot be looked at before, comes first. Empty: one of them cannot
// be read, which was told.
std::optional<std::vector<std::string>> logs_in_order(const std::vector<std::string>& inputs,
                                                      Diagnostics& diagnostics);

} // namespace jsonlog
