// SPDX-License-Identifier: ISC
#include "reading/input_lines.hpp"

#include <cerrno>
#include <cstring>
#include <system_error>
#include <utility>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace jsonlog {

InputLines::InputLines(const std::string& path, std::size_t longest)
  : descriptor_(path == "-" ? dup(STDIN_FILENO) : open(path.c_str(), O_RDONLY | O_CLOEXEC))
  , error_(descriptor_ < 0 ? errno : 0)
  , ended_(error_ != 0)
  , file_(descriptor_)
  , reader_(longest)
{}

InputLines::~InputLines()
{
  ahead_.reset();
  if (descriptor_ >= 0)
    close(descriptor_);
}

std::optional<Line> InputLines::next()
{
  do {
    if (const auto line = reader_.next())
      return line;
  } while (!ended_ && fill());
  const auto line = std::exchange(ended_, true) ? std::nullopt : reader_.rest();
  torn_ = line.has_value();
  return line;
}

bool InputLines::fill()
{
  const auto [data, size] = reader_.space();
  const ssize_t count = ahead_ != nullptr ? ahead_->read(data, size) : file_.read(data, size);
  if (count < 0) {
    error_ = errno;
    ended_ = true;
  }
  if (count > 0)
    reader_.commit(static_cast<std::size_t>(count));
  if (std::exchange(first_read_, false) && file_.is_packed())
    read_ahead();
  return count > 0;
}

// Not of a pipe, whose next bytes may never come.
void InputLines::read_ahead()
{
  struct stat status;
  if (fstat(descriptor_, &status) != 0 || !S_ISREG(status.st_mode))
    return;
  try {
    ahead_ = std::make_unique<ReadAhead>(file_);
  } catch (const std::system_error&) { // no thread to be had
  }
}

std::string InputLines::problem() const
{
  if (error_ == EBADMSG)
    return "damaged, or it ends too early";
  return error_ == 0 ? std::string() : std::strerror(error_);
}

} // namespace jsonlog
