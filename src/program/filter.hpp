// SPDX-License-Identifier: ISC
#pragma once

#include "output/diagnostics.hpp"
#include "program/options.hpp"

namespace jsonlog {

// The filter that smtpd runs: reads standard input to its end, answers the handshake on standard
// output, and writes lines to the output. Returns the exit status.
//
// If a filter ends, smtpd ends. After the handshake nothing but the end of input, SIGTERM or
// SIGINT ends this; SIGHUP opens the output anew.
int run_filter(const Options& options, Diagnostics& diagnostics);

} // namespace jsonlog
