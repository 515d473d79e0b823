// SPDX-License-Identifier: ISC
//
// What only the whole set of options can tell: what excludes what, what must be there, and what
// is asked for and can never happen.
#pragma once

#include "program/options.hpp"

#include <functional>

namespace jsonlog {

// Whether the option of that name stands on the command line.
using IsGiven = std::function<bool(const char*)>;

// Throws a CLI::ParseError with one clear sentence.
void check_options(const IsGiven& is_given, const Options& options);

} // namespace jsonlog
