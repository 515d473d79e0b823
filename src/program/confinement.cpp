// SPDX-License-Identifier: ISC
#include "program/confinement.hpp"

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <ctime>
#include <filesystem>
#include <system_error>
#include <vector>

#include <sys/resource.h>
#include <unistd.h>

#if defined(__linux__) && __has_include(<linux/landlock.h>)
#include <fcntl.h>
#include <linux/landlock.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#endif

namespace jsonlog {

namespace {

namespace fs = std::filesystem;

// The time zone is read now, but libc looks whether it has changed.
const std::vector<const char*> readable = {
  "/etc/localtime", "/usr/share/zoneinfo",
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
  "/proc", // where the sanitizers look for leaks
#endif
};

// Above the folder, because that may be removed and made anew, and as far up as folders are
// missing now; but not the whole file system where the folder itself will do.
fs::path stable_folder(const fs::path& folder)
{
  std::error_code error;
  fs::path above = folder.parent_path();
  while (!fs::is_directory(above, error) && above.has_relative_path())
    above = above.parent_path();
  return above.has_relative_path() || !fs::is_directory(folder, error) ? above : folder;
}

// Where the process writes.
std::vector<fs::path> writable(const std::string& file)
{
  if (file.empty())
    return {};
  std::error_code error;
  if (fs::is_character_file(file, error))
    return {file};
  const fs::path folder = fs::path(file).lexically_normal().parent_path();
  const fs::path target = fs::canonical(folder, error); // where links lead to
  if (error || target == folder)
    return {stable_folder(folder)};
  return {stable_folder(folder), stable_folder(target)};
}

#if defined(__linux__) && __has_include(<linux/landlock.h>)

// Of kernels younger than the headers we may be built with.
constexpr std::uint64_t fs_truncate = 1U << 14;
constexpr std::uint64_t fs_ioctl_device = 1U << 15;
constexpr std::uint64_t net_bind_and_connect = 3;
constexpr std::uint64_t scope_abstract_socket_and_signal = 3;
struct RulesetAttributes
{
  std::uint64_t handled_fs;
  std::uint64_t handled_net;
  std::uint64_t scoped;
};

constexpr std::uint64_t all_fs_of_version_1 = (LANDLOCK_ACCESS_FS_MAKE_SYM << 1) - 1;
constexpr std::uint64_t file_rights =
  LANDLOCK_ACCESS_FS_READ_FILE | LANDLOCK_ACCESS_FS_WRITE_FILE | fs_truncate;
constexpr std::uint64_t log_rights = LANDLOCK_ACCESS_FS_READ_FILE | LANDLOCK_ACCESS_FS_READ_DIR |
                                     LANDLOCK_ACCESS_FS_WRITE_FILE | LANDLOCK_ACCESS_FS_MAKE_REG |
                                     LANDLOCK_ACCESS_FS_REMOVE_FILE | fs_truncate;
constexpr std::uint64_t read_rights = LANDLOCK_ACCESS_FS_READ_FILE | LANDLOCK_ACCESS_FS_READ_DIR;

class Ruleset
{
public:
  // Everything that this kernel can forbid.
  Ruleset()
  {
    const long version =
      syscall(SYS_landlock_create_ruleset, nullptr, 0, LANDLOCK_CREATE_RULESET_VERSION);
    if (version < 1)
      return;
    RulesetAttributes attributes = {all_fs_of_version_1, 0, 0};
    std::size_t size = offsetof(RulesetAttributes, handled_net);
    if (version >= 3)
      attributes.handled_fs |= fs_truncate;
    if (version >= 4) {
      attributes.handled_net = net_bind_and_connect;
      size = offsetof(RulesetAttributes, scoped);
    }
    if (version >= 5)
      attributes.handled_fs |= fs_ioctl_device;
    if (version >= 6) {
      attributes.scoped = scope_abstract_socket_and_signal;
      size = sizeof attributes;
    }
    handled_ = attributes.handled_fs;
    descriptor_ = static_cast<int>(syscall(SYS_landlock_create_ruleset, &attributes, size, 0));
  }
  ~Ruleset()
  {
    if (descriptor_ >= 0)
      close(descriptor_);
  }
  Ruleset(const Ruleset&) = delete;
  Ruleset& operator=(const Ruleset&) = delete;

  bool exists() const noexcept { return descriptor_ >= 0; }

  // What does not exist needs no permission.
  void allow(const fs::path& path, std::uint64_t rights) const
  {
    const int target = open(path.c_str(), O_PATH | O_CLOEXEC);
    if (target < 0)
      return;
    struct stat status = {};
    if (fstat(target, &status) == 0 && !S_ISDIR(status.st_mode))
      rights &= file_rights;
    landlock_path_beneath_attr rule = {};
    rule.allowed_access = rights & handled_;
    rule.parent_fd = target;
    syscall(SYS_landlock_add_rule, descriptor_, LANDLOCK_RULE_PATH_BENEATH, &rule, 0);
    close(target);
  }

  bool enforce() const { return syscall(SYS_landlock_restrict_self, descriptor_, 0) == 0; }

private:
  int descriptor_ = -1;
  std::uint64_t handled_ = 0;
};

bool restrict_with_landlock(const Confinement& what)
{
  const bool no_new_privileges = prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0;
  const Ruleset ruleset;
  if (!no_new_privileges || !ruleset.exists())
    return false;
  for (const fs::path& path : writable(what.file))
    ruleset.allow(path, log_rights);
  for (const char* const path : readable)
    ruleset.allow(path, read_rights);
  return ruleset.enforce();
}

// The child's exit status is its errno, which is never that large.
constexpr int longest_errno = 255;

// A unit may answer these system calls by killing the caller: so a child makes them first. Returns
// 0, or why the process must not be confined.
int try_in_child(const Confinement& what)
{
  std::signal(SIGCHLD, SIG_DFL); // where it is ignored, nobody learns how a child ended
  const pid_t child = fork();
  if (child < 0)
    return errno;
  if (child == 0)
    _exit(restrict_with_landlock(what) ? 0 : std::min(errno, longest_errno));
  int status = 0;
  while (waitpid(child, &status, 0) < 0)
    if (errno != EINTR)
      return errno;
  return WIFEXITED(status) ? WEXITSTATUS(status) : EPERM;
}

bool restrict_process(const Confinement& what)
{
  errno = try_in_child(what);
  return errno == 0 && restrict_with_landlock(what);
}

#elif defined(__OpenBSD__)

// `error`: what is forbidden fails with ENOSYS and does not kill. `flock`: of the log.
bool restrict_process(const Confinement& what)
{
  for (const fs::path& path : writable(what.file))
    if (unveil(path.c_str(), "rwc") != 0)
      return false;
  for (const char* const path : readable)
    if (unveil(path, "r") != 0 && errno != ENOENT)
      return false;
  if (!what.socket.empty() && unveil(what.socket.c_str(), "rw") != 0 && errno != ENOENT)
    return false;
  return pledge("stdio rpath wpath cpath flock unix error", nullptr) == 0;
}

#else

bool restrict_process(const Confinement&)
{
  errno = ENOSYS;
  return false;
}

#endif

} // namespace

void confine(const Confinement& what, Diagnostics& diagnostics) noexcept
try {
  tzset();
  const rlimit no_core = {0, 0};
  setrlimit(RLIMIT_CORE, &no_core);
  if (!restrict_process(what))
    diagnostics.say(std::string("not confined to the log's folder: ") + std::strerror(errno));
} catch (...) {
  diagnostics.say("not confined to the log's folder: no memory");
}

} // namespace jsonlog
