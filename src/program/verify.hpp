// SPDX-License-Identifier: ISC
#pragma once

#include "output/diagnostics.hpp"
#include "program/options.hpp"

namespace jsonlog {

// Reads logs that this program wrote, and says on standard output whether they are whole, in one
// line; the first few problems of each kind go to `diagnostics`. Returns the exit status: 0 if
// nothing is wrong, 1 if something is invalid, missing without being declared, or there twice, 2
// if a file cannot be read.
//
// A recorded report stream is replayed, and its lines are looked at like those of a log.
//
// Memory: up to sixteen times the longest line, which has 16 MiB at most, and the ledger's.
int run_verify(const Options& options, Diagnostics& diagnostics);

} // namespace jsonlog
