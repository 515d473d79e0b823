// SPDX-License-Identifier: ISC
//
// The old parts of a log file on the disk: becoming one, and being deleted.
#pragma once

#include "output/rotation.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace jsonlog {

// An old part that is to be packed, and the names it takes on the way.
struct PartToPack
{
  std::string folder, path, unfinished_path, packed_path;
};

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

  // Old parts that are not packed and not among the newest, oldest first.
  std::vector<PartToPack> to_pack() const;
  // What a packer left that was stopped in its work.
  void delete_unfinished();

private:
  template <typename Visit>
  void for_each_file(Visit visit) const;
  std::vector<RotatedFile> list() const;
  std::string path_of(const std::string& name) const;

  std::string path_;
  RotatedNames names_;
  RotationSettings settings_;
};

} // namespace jsonlog
