// SPDX-License-Identifier: ISC
#include "output/descriptor.hpp"

#include <cerrno>

#include <unistd.h>

namespace jsonlog {

std::size_t write_to(int descriptor, std::string_view bytes) noexcept
{
  std::size_t written = 0;
  while (written < bytes.size()) {
    const ssize_t count = write(descriptor, bytes.data() + written, bytes.size() - written);
    if (count < 0 && errno == EINTR)
      continue;
    if (count < 0)
      break;
    written += static_cast<std::size_t>(count);
  }
  return written;
}

} // namespace jsonlog
