// SPDX-License-Identifier: ISC
#include "file_output.hpp"

#include <cerrno>
#include <cstring>
#include <utility>

#include <fcntl.h>
#include <unistd.h>

namespace jsonlog {

namespace {

constexpr std::size_t write_size = std::size_t{256} * 1024;
constexpr std::size_t buffer_limit = std::size_t{4} * 1024 * 1024;
constexpr mode_t file_mode = 0640;

} // namespace

FileOutput::FileOutput(std::string path, Diagnostics& diagnostics)
  : path_(std::move(path))
  , diagnostics_(diagnostics)
{
  buffer_.reserve(write_size * 2);
}

FileOutput::~FileOutput()
{
  if (descriptor_ >= 0)
    close(descriptor_);
}

bool FileOutput::open()
{
  // O_NONBLOCK: opening a FIFO that nobody reads must not hang.
  constexpr int flags = O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC | O_NOCTTY | O_NONBLOCK;
  descriptor_ = ::open(path_.c_str(), flags, file_mode);
  if (descriptor_ < 0)
    trouble();
  return descriptor_ >= 0;
}

void FileOutput::reopen()
{
  flush();
  if (descriptor_ >= 0)
    close(std::exchange(descriptor_, -1));
  flush();
}

bool FileOutput::write(std::string_view line)
{
  if (buffer_.size() >= write_size)
    flush();
  if (buffer_.size() + line.size() > buffer_limit) {
    ++refused_;
    return false;
  }
  buffer_ += line;
  return true;
}

bool FileOutput::flush()
{
  if (descriptor_ < 0 && !open())
    return false;
  while (written_ < buffer_.size()) {
    const ssize_t count =
      ::write(descriptor_, buffer_.data() + written_, buffer_.size() - written_);
    if (count < 0 && errno == EINTR)
      continue;
    if (count < 0) {
      trouble();
      buffer_.erase(0, written_);
      written_ = 0;
      return false;
    }
    written_ += static_cast<std::size_t>(count);
  }
  buffer_.clear();
  written_ = 0;
  if (std::exchange(troubled_, false))
    diagnostics_.say(path_ + ": writing again, " + std::to_string(std::exchange(refused_, 0)) +
                     " lines dropped");
  return true;
}

void FileOutput::trouble()
{
  const int reason = errno;
  if (!std::exchange(troubled_, true))
    diagnostics_.say(path_ + ": " + std::strerror(reason) + "; will try again");
}

} // namespace jsonlog
