// SPDX-License-Identifier: ISC
//
// An output file, open for appending: a regular file, or a device or a pipe, of which nothing is
// expected but that it takes bytes. All of it returns at once, also for a FIFO that nobody reads.
//
// What is opened, as the filter may run as root and its folder may belong to others:
// - never a symbolic link in the last place of the path, and no block device;
// - in a folder that everybody may write to, or that belongs neither to root nor to the process's
//   user, only what belongs to that user and has no other name: somebody else may have put there
//   the rest;
// - no regular file that another process has open here: two of them cannot rotate one file.
#pragma once

#include "output/file_tail.hpp"
#include "output/ownership.hpp"

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

#include <sys/types.h>

namespace jsonlog {

class LogFile
{
public:
  LogFile() = default;
  ~LogFile() { close(); }
  LogFile(LogFile&& other) noexcept { *this = std::move(other); }
  LogFile& operator=(LogFile&& other) noexcept;

  // Opens it, or creates it. False: errno says why; EBUSY: another process has it; EPERM: also that
  // it cannot be given to the group.
  // REQUIRES: it is not open.
  bool open(const std::string& path, const Ownership& ownership = {});
  void close() noexcept;

  bool is_open() const noexcept { return descriptor_ >= 0; }
  bool is_regular() const noexcept { return regular_; }
  // Of a regular file; as it was known to be when one of these functions was called last.
  std::uint64_t size() const noexcept { return size_; }
  // When it was written last, in seconds since 1970; as it was when it was opened.
  std::int64_t modified() const noexcept { return modified_; }

  // Whether the path still leads to it. Refreshes size().
  bool is_at(const std::string& path) noexcept;
  // Whether it still has a name, whichever.
  bool has_name() const noexcept;

  // Bytes written; fewer than given: errno says why.
  std::size_t write(std::string_view bytes) noexcept;
  // Takes that many bytes from its end; false: they are still there.
  bool cut(std::uint64_t bytes) noexcept;

  struct Repair
  {
    std::string last_line;       // of the file, whole, without LF
    std::uint64_t cut_bytes = 0; // of a torn line
  };
  // Has the file end with LF: cuts off what follows its last one if that is a piece of one of our
  // lines, and ends a stranger's text, or one that cannot be cut, with a LF. REQUIRES: a regular
  // file that was opened at that path.
  Repair repair(const std::string& path);

private:
  int descriptor_ = -1;
  bool regular_ = false;
  dev_t device_ = 0;
  ino_t inode_ = 0;
  std::uint64_t size_ = 0;
  std::int64_t modified_ = 0;
};

} // namespace jsonlog
