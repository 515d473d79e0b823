// SPDX-License-Identifier: ISC
//
// The old parts of a log file on the disk: becoming one, and being deleted.
#pragma once

#include "output/rotation.hpp"

#include <cstdint>
#include <string>

namespace jsonlog {

class RotatedFiles
{
public:
  // `path` is the live file's.
  RotatedFiles(std::string path, const RotationSettings& settings);

  // Gives the live file the name of an old part, which no file has. Returns the new path; empty:
  // errno says why, and nothing has changed.
  std::string add(std::int64_t now);
  // Deletes old parts that are too many. False: errno says why one of them stays.
  bool delete_surplus();

private:
  std::vector<RotatedFile> list() const;
  std::string path_of(const std::string& name) const;

  std::string path_;
  RotatedNames names_;
  RotationSettings settings_;
};

} // namespace jsonlog
