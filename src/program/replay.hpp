// SPDX-License-Identifier: ISC
#pragma once

#include "output/diagnostics.hpp"
#include "program/options.hpp"

namespace jsonlog {

// Recorded report streams, one behind the other, to standard output or to a file: the lines that
// the filter wrote for the same input. Returns the exit status: 0, also where lines of the input
// were malformed; 1 if a file could not be read or written.
int run_replay(const Options& options, Diagnostics& diagnostics);

} // namespace jsonlog
