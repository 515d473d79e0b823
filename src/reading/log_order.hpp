// SPDX-License-Identifier: ISC
//
// Which of several files of a log was written first. Names and times of files say little once they
// were copied, so the records in them are asked.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

namespace jsonlog {

// Only --max-line allows lines of more than 64K; the lists of --detail full fill a few MiB then.
inline constexpr std::size_t longest_logged_line = std::size_t{16} * 1024 * 1024;

// What tells the order of files: the first record of a run that has a name, by the time its run
// began. A file without one has the time of its first record.
struct FileAge
{
  std::string time;
  std::uint64_t sequence = 0;

  auto operator<=>(const FileAge&) const = default;
};

// Looks at the first thousand lines. `error` becomes errno if the file cannot be read.
FileAge age_of(const std::string& path, int& error);

} // namespace jsonlog
