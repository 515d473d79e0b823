// SPDX-License-Identifier: ISC
#pragma once

#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>

#include <sys/resource.h>

// While it lives, no file of this process grows beyond so many bytes: the write that would pass
// them is cut short, and the one after it fails with EFBIG.
class LimitedFiles
{
public:
  explicit LimitedFiles(rlim_t bytes)
  {
    signal(SIGXFSZ, SIG_IGN);
    getrlimit(RLIMIT_FSIZE, &before_);
    set(bytes);
  }
  ~LimitedFiles() { setrlimit(RLIMIT_FSIZE, &before_); }
  LimitedFiles(const LimitedFiles&) = delete;
  LimitedFiles& operator=(const LimitedFiles&) = delete;

  void set(rlim_t bytes)
  {
    const rlimit limit = {bytes, before_.rlim_max};
    setrlimit(RLIMIT_FSIZE, &limit);
  }
  void lift() { setrlimit(RLIMIT_FSIZE, &before_); }

private:
  rlimit before_ = {};
};

// A folder that goes with its files.
class TemporaryFolder
{
public:
  TemporaryFolder()
  {
    std::string name = "/tmp/filter-jsonlog-XXXXXX";
    path_ = mkdtemp(name.data());
  }
  ~TemporaryFolder()
  {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;

  std::string operator/(const std::string& name) const { return path_ + "/" + name; }

private:
  std::string path_;
};

inline std::string contents_of(const std::string& path)
{
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}
