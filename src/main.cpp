// SPDX-License-Identifier: ISC
#include "diagnostics.hpp"
#include "filter.hpp"
#include "options.hpp"
#include "replay.hpp"

#include <cstdio>
#include <exception>

#include <fcntl.h>
#include <unistd.h>

namespace {

// A closed descriptor 0, 1 or 2 would become the log file's.
void open_standard_descriptors()
{
  int descriptor = 0;
  while (descriptor >= 0 && descriptor <= STDERR_FILENO)
    descriptor = open("/dev/null", O_RDWR);
  if (descriptor > STDERR_FILENO)
    close(descriptor);
}

int run(int argc, char** argv)
{
  const auto parsed = jsonlog::parse_options(argc, argv);
  if (parsed.ended) {
    std::fputs(parsed.text.c_str(), parsed.status == 0 ? stdout : stderr);
    return parsed.status;
  }
  const jsonlog::Options& options = parsed.options;
  if (options.check_only)
    return 0;
  jsonlog::Diagnostics diagnostics(options.replay ? "filter-jsonlog: " : "");
  return options.replay ? jsonlog::run_replay(options, diagnostics)
                        : jsonlog::run_filter(options, diagnostics);
}

} // namespace

int main(int argc, char** argv)
{
  open_standard_descriptors();
  try {
    return run(argc, argv);
  } catch (const std::exception& error) { // at start only: the filter's loop lets none out
    std::fprintf(stderr, "filter-jsonlog: %s\n", error.what());
    return 1;
  }
}
