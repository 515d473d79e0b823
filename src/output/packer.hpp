// SPDX-License-Identifier: ISC
//
// Packs old parts of a log file with zstd (RFC 8878) or gzip (RFC 1952), in a thread of its own
// that runs only when the machine has nothing better to do.
//
// A part is packed into a file of another name, which is synced to the disk before it takes the
// part's name with `.zst` or `.gz` behind it; only then the part itself is deleted. So a kill at
// any moment loses nothing, and what it leaves behind the next start removes.
#pragma once

#include "output/diagnostics.hpp"
#include "output/rotated_files.hpp"

#include <memory>
#include <string>
#include <thread>

namespace jsonlog {

class Packer
{
public:
  // `path` is the live file's.
  Packer(std::string path, const RotationSettings& settings, Diagnostics& diagnostics);
  // Does not wait for a disk that hangs: a thread that does not come back within a second is left
  // to the end of the process.
  ~Packer();
  Packer(const Packer&) = delete;
  Packer& operator=(const Packer&) = delete;

  // There may be a part to pack. Returns at once; never throws.
  void wake() noexcept;

private:
  // What the thread works with; it may outlive the packer.
  struct Work;

  std::shared_ptr<Work> work_;
  std::thread thread_;
};

} // namespace jsonlog
