// SPDX-License-Identifier: ISC
#include "output/rotated_files.hpp"

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <memory>
#include <utility>

#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace jsonlog {

RotatedFiles::RotatedFiles(std::string path, const RotationSettings& settings)
  : path_(std::move(path))
  , names_(path_)
  , settings_(settings)
{}

std::string RotatedFiles::add(std::int64_t now)
{
  std::string newest;
  for (RotatedFile& file : list())
    newest = std::max(newest, file.name);
  std::string path = path_of(names_.next(now, newest));
  struct stat status;
  if (lstat(path.c_str(), &status) == 0) {
    errno = EEXIST;
    return {};
  }
  if (errno != ENOENT || rename(path_.c_str(), path.c_str()) != 0)
    return {};
  return path;
}

bool RotatedFiles::delete_surplus()
{
  int reason = 0;
  for (const std::string& name : surplus(list(), settings_))
    if (unlink(path_of(name).c_str()) != 0 && errno != ENOENT)
      reason = errno;
  errno = reason;
  return reason == 0;
}

// Those that can be seen: a folder may be unreadable.
std::vector<RotatedFile> RotatedFiles::list() const
{
  std::vector<RotatedFile> files;
  const auto close = [](DIR* opened) { closedir(opened); };
  const std::unique_ptr<DIR, decltype(close)> folder(opendir(names_.folder().c_str()), close);
  while (folder != nullptr) {
    const dirent* const entry = readdir(folder.get());
    if (entry == nullptr)
      break;
    struct stat status;
    if (names_.matches(entry->d_name) &&
        fstatat(dirfd(folder.get()), entry->d_name, &status, AT_SYMLINK_NOFOLLOW) == 0 &&
        S_ISREG(status.st_mode))
      files.push_back({entry->d_name, static_cast<std::uint64_t>(status.st_size)});
  }
  return files;
}

std::string RotatedFiles::path_of(const std::string& name) const
{
  return names_.folder() == "/" ? '/' + name : names_.folder() + '/' + name;
}

} // namespace jsonlog
