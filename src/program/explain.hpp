// SPDX-License-Identifier: ISC
#pragma once

#include "output/diagnostics.hpp"
#include "program/options.hpp"

namespace jsonlog {

// Shows sessions as people read them, or as JSON: who said what and when, what was refused, and
// which filter took how long. Returns the exit status: 0 shown, 1 nothing matched, 2 a file cannot
// be read.
int run_explain(const Options& options, Diagnostics& diagnostics);

} // namespace jsonlog
