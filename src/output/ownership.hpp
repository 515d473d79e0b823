// SPDX-License-Identifier: ISC
#pragma once

#include <optional>

#include <sys/types.h>

namespace jsonlog {

// Who may read a file that is created, whatever the umask.
struct Ownership
{
  mode_t mode = 0640;
  std::optional<gid_t> group; // empty: that of the process, or of the folder
};

} // namespace jsonlog
