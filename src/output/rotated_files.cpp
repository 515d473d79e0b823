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
  , names_(path_, settings.packing)
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

std::vector<PartToPack> RotatedFiles::to_pack() const
{
  std::vector<RotatedFile> files = list();
  std::sort(files.begin(), files.end(),
            [](const RotatedFile& a, const RotatedFile& b) { return a.name < b.name; });
  files.resize(files.size() - std::min<std::size_t>(files.size(), settings_.pack_after));
  std::vector<PartToPack> parts;
  for (const RotatedFile& file : files) {
    if (names_.is_packed(file.name))
      continue;
    const std::string packed = file.name + std::string(suffix_of(settings_.packing));
    parts.push_back({names_.folder(), path_of(file.name), path_of(RotatedNames::unfinished(packed)),
                     path_of(packed)});
  }
  return parts;
}

void RotatedFiles::delete_unfinished()
{
  std::vector<std::string> names;
  for_each_file([&](const char* name, const struct stat&) {
    if (names_.is_unfinished(name))
      names.emplace_back(name);
  });
  for (const std::string& name : names)
    unlink(path_of(name).c_str());
}

std::vector<RotatedFile> RotatedFiles::list() const
{
  std::vector<RotatedFile> files;
  for_each_file([&](const char* name, const struct stat& status) {
    if (names_.matches(name))
      files.push_back({name, static_cast<std::uint64_t>(status.st_size)});
  });
  return files;
}

// Those that can be seen: a folder may be unreadable.
template <typename Visit>
void RotatedFiles::for_each_file(Visit visit) const
{
  const auto close = [](DIR* opened) { closedir(opened); };
  const std::unique_ptr<DIR, decltype(close)> folder(opendir(names_.folder().c_str()), close);
  while (folder != nullptr) {
    const dirent* const entry = readdir(folder.get());
    if (entry == nullptr)
      break;
    struct stat status;
    const bool may_be_ours = names_.matches(entry->d_name) || names_.is_unfinished(entry->d_name);
    if (may_be_ours &&
        fstatat(dirfd(folder.get()), entry->d_name, &status, AT_SYMLINK_NOFOLLOW) == 0 &&
        S_ISREG(status.st_mode))
      visit(entry->d_name, status);
  }
}

std::string RotatedFiles::path_of(const std::string& name) const
{
  return names_.folder() == "/" ? '/' + name : names_.folder() + '/' + name;
}

} // namespace jsonlog
