// SPDX-License-Identifier: ISC
//
// The lines that are appended to a file from now on, also when it is rotated, cut or made anew.
#pragma once

#include "jsonlog/line_reader.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include <sys/types.h>

namespace jsonlog {

class GrowingFile
{
public:
  // `longest`: a line of more bytes is given as oversized.
  GrowingFile(std::string path, std::size_t longest);
  ~GrowingFile();
  GrowingFile(const GrowingFile&) = delete;
  GrowingFile& operator=(const GrowingFile&) = delete;

  // The next whole line, if there is one now. Its text holds until the next call.
  std::optional<Line> next();

private:
  bool open(bool at_end);
  bool read_more();
  bool follow_path();

  std::string path_;
  std::size_t longest_;
  int descriptor_ = -1;
  dev_t device_ = 0;
  ino_t inode_ = 0;
  std::int64_t read_ = 0; // bytes of the file
  std::unique_ptr<LineReader> reader_;
};

} // namespace jsonlog
