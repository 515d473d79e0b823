// SPDX-License-Identifier: ISC
//
// The one output that the options ask for.
#pragma once

#include "line/meta_facts.hpp"
#include "output/diagnostics.hpp"
#include "output/queued_sink.hpp"
#include "program/confinement.hpp"
#include "program/options.hpp"

#include <memory>

namespace jsonlog {

// `meta_writer` makes the first line of a file; without it files have none.
// REQUIRES: the options name an output.
std::shared_ptr<QueuedSink> make_output(const Options& options, MetaWriter meta_writer,
                                        Diagnostics& diagnostics);

// What it must still reach once the process is confined.
// REQUIRES: the options name an output.
Confinement confinement_of(const Options& options);

} // namespace jsonlog
