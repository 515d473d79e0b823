// SPDX-License-Identifier: ISC
#pragma once

#include "output/diagnostics.hpp"
#include "program/options.hpp"

namespace jsonlog {

// Shows the way of a message: who brought it, and every try to deliver it. Returns the exit status:
// 0 shown, 1 nothing matched, 2 a file cannot be read.
int run_trace(const Options& options, Diagnostics& diagnostics);

} // namespace jsonlog
