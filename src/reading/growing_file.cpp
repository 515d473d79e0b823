// SPDX-License-Identifier: ISC
#include "reading/growing_file.hpp"

#include <algorithm>
#include <cerrno>
#include <utility>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace jsonlog {

GrowingFile::GrowingFile(std::string path, std::size_t longest)
  : path_(std::move(path))
  , longest_(longest)
{
  open(true);
}

GrowingFile::~GrowingFile()
{
  if (descriptor_ >= 0)
    close(descriptor_);
}

std::optional<Line> GrowingFile::next()
{
  for (;;) {
    if (descriptor_ >= 0)
      if (const auto line = reader_->next())
        return line;
    if (!read_more() && !follow_path())
      return std::nullopt;
  }
}

bool GrowingFile::open(bool at_end)
{
  const int descriptor = ::open(path_.c_str(), O_RDONLY | O_CLOEXEC);
  struct stat file;
  if (descriptor < 0 || fstat(descriptor, &file) != 0)
    return false;
  if (descriptor_ >= 0)
    close(descriptor_);
  descriptor_ = descriptor;
  device_ = file.st_dev;
  inode_ = file.st_ino;
  read_ = at_end ? std::max<off_t>(0, lseek(descriptor, 0, SEEK_END)) : 0;
  reader_ = std::make_unique<LineReader>(longest_);
  return true;
}

// True: there may be a line now.
bool GrowingFile::read_more()
{
  if (descriptor_ < 0)
    return false;
  const auto [data, size] = reader_->space();
  const ssize_t count = read(descriptor_, data, size);
  if (count <= 0)
    return count < 0 && errno == EINTR;
  read_ += count;
  reader_->commit(static_cast<std::size_t>(count));
  return true;
}

// What stands at the path now, if it is another file, or the same one cut; all of the old one was
// read before. True: it is, and it is read from its beginning.
bool GrowingFile::follow_path()
{
  struct stat file;
  if (stat(path_.c_str(), &file) != 0)
    return false;
  const bool same = descriptor_ >= 0 && file.st_dev == device_ && file.st_ino == inode_;
  if (same && file.st_size >= read_)
    return false;
  return open(false);
}

} // namespace jsonlog
