// SPDX-License-Identifier: ISC
#include "output/diagnostics.hpp"
#include "program/options.hpp"
#include "schema/schema.hpp"

#include <cstdio>
#include <exception>
#include <string>

#include <fcntl.h>
#include <sys/stat.h>
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

int print(const std::string& text)
{
  const bool printed = std::fputs(text.c_str(), stdout) >= 0 && std::fflush(stdout) == 0;
  if (!printed)
    std::fputs("filter-jsonlog: not everything could be written\n", stderr);
  return printed ? 0 : 1;
}

int run(int argc, char** argv)
{
  const auto parsed = jsonlog::parse_options(argc, argv);
  if (parsed.ended) {
    std::fputs(parsed.text.c_str(), parsed.status == 0 ? stdout : stderr);
    return parsed.status;
  }
  const jsonlog::Options& options = parsed.options;
  if (options.mode == jsonlog::Mode::schema)
    return print(jsonlog::schema_text(options.schema));
  if (options.check_only)
    return 0;
  // smtpd puts the filter's name before each line, a terminal does not.
  const bool by_hand = options.mode != jsonlog::Mode::filter;
  jsonlog::Diagnostics diagnostics(by_hand ? "filter-jsonlog: " : "");
  return options.run(options, diagnostics);
}

} // namespace

int main(int argc, char** argv)
{
  open_standard_descriptors();
  umask(0137); // or the caller's would decide who can read the log
  try {
    return run(argc, argv);
  } catch (const std::exception& error) { // at start only: the filter's loop lets none out
    std::fprintf(stderr, "filter-jsonlog: %s\n", error.what());
    return 1;
  }
}
