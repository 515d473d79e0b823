// SPDX-License-Identifier: ISC
#pragma once

#include "program/options.hpp"

namespace jsonlog {

// Prints a line for each session that ends from now on, until it is interrupted or nobody reads.
// Returns the exit status 0.
int run_follow(const Options& options);

} // namespace jsonlog
