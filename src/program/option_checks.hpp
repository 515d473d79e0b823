// SPDX-License-Identifier: ISC
//
// What only the whole set of options can tell: what excludes what, what must be there, and what
// is asked for and can never happen.
#pragma once

#include "program/options.hpp"

namespace CLI {
class App;
}

namespace jsonlog {

// Throws a CLI::ParseError with one clear sentence.
void check_options(const CLI::App& app, const Options& options);

} // namespace jsonlog
