// SPDX-License-Identifier: ISC
//
// The command line and the configuration file.
#pragma once

#include "jsonlog/pipeline.hpp"
#include "output/ownership.hpp"
#include "output/rotation.hpp"
#include "output/syslog_header.hpp"
#include "program/reading_options.hpp"
#include "reading/ledger.hpp"
#include "schema/schema.hpp"

#include <cstddef>
#include <cstdint>
#include <string>
#include <variant>
#include <vector>

namespace jsonlog {

// What is done with the input, where the options differ. The commands that read logs differ in
// their `run` alone.
enum class Mode : std::uint8_t { filter, replay, read, schema };

class Diagnostics;
struct Options;
// Does what is asked for; returns the exit status.
using Run = int (*)(const Options& options, Diagnostics& diagnostics);

struct FileSettings
{
  std::string path;
  Ownership ownership;
  RotationSettings rotation;
};

// One output, or none: replay writes to standard output then, and the reading commands have none.
using OutputSettings = std::variant<std::monostate, FileSettings, SyslogSettings>;

struct Options
{
  Mode mode = Mode::filter;
  Run run = nullptr;       // parse_options() sets it
  bool check_only = false; // --check-config
  bool strict = false;
  bool confined = true;
  SchemaForm schema = SchemaForm::fields; // of the command of this name
  OutputSettings output;
  std::vector<std::string> inputs; // replay, verify: `-` is standard input
  bool json = false;               // of the reading commands: their result
  ReadingOptions reading;          // explain, trace, summary
  LedgerRoom ledger;               // verify
  PipelineSettings pipeline;
  std::size_t queue_bytes = limits::queue_bytes;
  std::int64_t stats_interval_s = 60; // 0: only at the end
  std::vector<std::string> given;     // on the command line or in the file: `format=raw`
};

// What main() is to do with the command line.
struct ParsedOptions
{
  Options options;
  bool ended = false; // --help, --version, or an error: `text` is all there is to say
  int status = 0;     // 0, or 2 for an error
  std::string text;
};

ParsedOptions parse_options(int argc, const char* const* argv);

} // namespace jsonlog
