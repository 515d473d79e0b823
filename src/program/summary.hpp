// SPDX-License-Identifier: ISC
#pragma once

#include "output/diagnostics.hpp"
#include "program/options.hpp"

namespace jsonlog {

// Counts and rates of a log on one screen, or as JSON. Returns the exit status: 0, 1 if there was
// nothing to count, 2 if a file cannot be read.
int run_summary(const Options& options, Diagnostics& diagnostics);

} // namespace jsonlog
