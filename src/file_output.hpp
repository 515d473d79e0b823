// SPDX-License-Identifier: ISC
//
// Lines into an append-only file, mode 0640, in large writes. When the file cannot be opened or
// written, lines wait in a bounded buffer, what does not fit is refused, and every flush() tries
// again: one diagnostic says that it began, one that it is over.
#pragma once

#include "diagnostics.hpp"
#include "jsonlog/pipeline.hpp"

#include <cstddef>
#include <cstdint>
#include <string>

namespace jsonlog {

class FileOutput : public LineSink
{
public:
  FileOutput(std::string path, Diagnostics& diagnostics);
  ~FileOutput() override;
  FileOutput(const FileOutput&) = delete;
  FileOutput& operator=(const FileOutput&) = delete;

  // False if the file cannot be opened now.
  bool open();
  // After the file was renamed: what is buffered goes to the old one.
  void reopen();

  bool write(std::string_view line) override;
  // Writes what is buffered; false if some of it could not be written.
  bool flush();

private:
  // Says what errno says, once.
  void trouble();

  std::string path_;
  Diagnostics& diagnostics_;
  int descriptor_ = -1;
  std::string buffer_;
  std::size_t written_ = 0; // of the buffer
  bool troubled_ = false;
  std::uint64_t refused_ = 0; // lines, since the trouble began
};

} // namespace jsonlog
