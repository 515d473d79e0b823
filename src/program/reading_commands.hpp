// SPDX-License-Identifier: ISC
//
// The command line of the commands that show a log to people.
#pragma once

#include "program/options.hpp"

namespace CLI {
class App;
}

namespace jsonlog {

// What was said and is understood when all of it was read.
struct ReadingTexts
{
  std::string slow, client, since, until, by = "hour";
};

void add_reading_commands(CLI::App& app, Options& options, ReadingTexts& texts);

// After the command line was read. Throws a CLI::ParseError with one clear sentence.
void understand_reading(Options& options, const ReadingTexts& texts);

} // namespace jsonlog
