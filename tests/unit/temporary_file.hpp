// SPDX-License-Identifier: ISC
#pragma once

#include <cstdlib>
#include <string>
#include <string_view>

#include <unistd.h>

// A file without a name that holds `bytes`, open for reading and writing.
class TemporaryFile
{
public:
  explicit TemporaryFile(std::string_view bytes)
  {
    std::string path = "/tmp/filter-jsonlog-XXXXXX";
    descriptor_ = mkstemp(path.data());
    unlink(path.c_str());
    good_ = write(descriptor_, bytes.data(), bytes.size()) == static_cast<ssize_t>(bytes.size());
  }
  ~TemporaryFile() { close(descriptor_); }
  TemporaryFile(const TemporaryFile&) = delete;
  TemporaryFile& operator=(const TemporaryFile&) = delete;

  bool good() const { return good_; }
  int descriptor() const { return descriptor_; }

private:
  int descriptor_ = -1;
  bool good_ = false;
};
