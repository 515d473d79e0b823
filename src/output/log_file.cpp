// SPDX-License-Identifier: ISC
#include "output/log_file.hpp"

#include "output/descriptor.hpp"

#include <cerrno>
#include <utility>

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

namespace jsonlog {

namespace {

// O_NONBLOCK: opening a FIFO that nobody reads must not hang, nor writing to a full one.
constexpr int append_flags = O_WRONLY | O_APPEND | O_CLOEXEC | O_NOCTTY | O_NONBLOCK | O_NOFOLLOW;
constexpr int read_flags = O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK | O_NOFOLLOW;

// That much is looked at for the end of the last line.
constexpr std::size_t longest_line = std::size_t{64} * 1024 * 1024;

// A new file, for nobody else until it belongs to the right ones. -1: errno says why.
int create(const std::string& path, const Ownership& ownership)
{
  const int descriptor = ::open(path.c_str(), append_flags | O_CREAT | O_EXCL, 0600);
  if (descriptor < 0)
    return descriptor;
  const bool given =
    !ownership.group || fchown(descriptor, static_cast<uid_t>(-1), *ownership.group) == 0;
  if (given && fchmod(descriptor, ownership.mode) == 0)
    return descriptor;
  const int reason = errno;
  unlink(path.c_str());
  ::close(descriptor);
  errno = reason;
  return -1;
}

// Whether nobody but root and we decide what stands in the folder.
bool is_folder_ours(const std::string& path)
{
  struct stat folder;
  const std::size_t slash = path.rfind('/');
  const std::string name = slash == std::string::npos ? "." : path.substr(0, slash + 1);
  if (stat(name.c_str(), &folder) != 0)
    return false;
  return (folder.st_uid == 0 || folder.st_uid == geteuid()) && (folder.st_mode & S_IWOTH) == 0;
}

bool is_file_ours(const struct stat& file)
{
  return file.st_uid == geteuid() && file.st_nlink == 1;
}

// 0, or why it may not be written to.
int refusal(int descriptor, const std::string& path, const struct stat& file)
{
  if (S_ISBLK(file.st_mode))
    return ENOTSUP;
  if (!is_folder_ours(path) && !is_file_ours(file))
    return EPERM;
  // A file system without locks is no reason to refuse.
  if (S_ISREG(file.st_mode) && flock(descriptor, LOCK_EX | LOCK_NB) != 0 && errno == EWOULDBLOCK)
    return EBUSY;
  return 0;
}

} // namespace

LogFile& LogFile::operator=(LogFile&& other) noexcept
{
  close();
  descriptor_ = std::exchange(other.descriptor_, -1);
  regular_ = other.regular_;
  device_ = other.device_;
  inode_ = other.inode_;
  size_ = other.size_;
  modified_ = other.modified_;
  return *this;
}

bool LogFile::open(const std::string& path, const Ownership& ownership)
{
  descriptor_ = create(path, ownership);
  if (descriptor_ < 0 && errno == EEXIST)
    descriptor_ = ::open(path.c_str(), append_flags);
  if (descriptor_ < 0)
    return false;
  struct stat file;
  const int reason = fstat(descriptor_, &file) != 0 ? errno : refusal(descriptor_, path, file);
  if (reason != 0) {
    close();
    errno = reason;
    return false;
  }
  regular_ = S_ISREG(file.st_mode);
  device_ = file.st_dev;
  inode_ = file.st_ino;
  size_ = static_cast<std::uint64_t>(file.st_size);
  modified_ = file.st_mtime;
  return true;
}

void LogFile::close() noexcept
{
  if (descriptor_ >= 0)
    ::close(std::exchange(descriptor_, -1));
}

bool LogFile::is_at(const std::string& path) noexcept
{
  struct stat file;
  if (lstat(path.c_str(), &file) != 0 || file.st_dev != device_ || file.st_ino != inode_)
    return false;
  size_ = static_cast<std::uint64_t>(file.st_size);
  return true;
}

bool LogFile::has_name() const noexcept
{
  struct stat file;
  return fstat(descriptor_, &file) == 0 && file.st_nlink > 0;
}

std::size_t LogFile::write(std::string_view bytes) noexcept
{
  const std::size_t written = write_to(descriptor_, bytes);
  size_ += written;
  return written;
}

bool LogFile::cut(std::uint64_t bytes) noexcept
{
  if (!regular_ || bytes > size_ || ftruncate(descriptor_, static_cast<off_t>(size_ - bytes)) != 0)
    return false;
  size_ -= bytes;
  return true;
}

LogFile::Repair LogFile::repair(const std::string& path)
{
  LogFile reader;
  reader.descriptor_ = ::open(path.c_str(), read_flags);
  struct stat file;
  if (!reader.is_open() || fstat(reader.descriptor_, &file) != 0 || file.st_dev != device_ ||
      file.st_ino != inode_)
    return {};
  auto tail = read_tail(reader.descriptor_, size_, 2 * longest_line);
  if (!tail)
    return {};
  Repair repair{std::move(tail->last_line), 0};
  if (tail->torn.empty())
    return repair;
  const bool may_be_ours = tail->torn.size() <= longest_line && is_piece_of_line(tail->torn);
  if (may_be_ours && cut(tail->torn.size()))
    repair.cut_bytes = tail->torn.size();
  else
    write("\n");
  return repair;
}

} // namespace jsonlog
