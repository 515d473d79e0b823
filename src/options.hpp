// SPDX-License-Identifier: ISC
//
// The command line and the configuration file.
#pragma once

#include "jsonlog/pipeline.hpp"

#include <cstddef>
#include <string>
#include <vector>

namespace jsonlog {

struct Options
{
  bool replay = false;
  bool check_only = false; // --check-config
  bool strict = false;
  std::string file;                // output; empty: stdout (replay only)
  std::vector<std::string> inputs; // replay: `-` is standard input
  Format format = Format::json;
  std::size_t max_sessions = limits::max_sessions;
  LineSettings line;
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
