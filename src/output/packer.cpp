// SPDX-License-Identifier: ISC
#include "output/packer.hpp"

#include "output/compressor.hpp"
#include "output/descriptor.hpp"

#include <atomic>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstdio>
#include <cstring>
#include <memory>
#include <semaphore>
#include <utility>
#include <vector>

#include <fcntl.h>
#include <pthread.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#ifdef __linux__
#include <sys/resource.h>
#include <sys/syscall.h>
#endif

namespace jsonlog {

namespace {

constexpr std::size_t piece_size = std::size_t{256} * 1024;
constexpr auto patience = std::chrono::seconds(1);

class Descriptor
{
public:
  explicit Descriptor(int descriptor) noexcept
    : descriptor_(descriptor)
  {}
  ~Descriptor()
  {
    if (descriptor_ >= 0)
      close(descriptor_);
  }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;

  bool is_open() const noexcept { return descriptor_ >= 0; }
  int get() const noexcept { return descriptor_; }

private:
  int descriptor_;
};

#ifdef __linux__
// Not SCHED_IDLE: a machine that is busy for hours would fill its disk, and a lock that is held by
// a thread that never runs holds up others.
void become_idle() noexcept
{
  constexpr int io_of_this_thread = 1; // ioprio_set(2), which glibc does not declare
  constexpr int idle_class = 3 << 13;
  constexpr int nicest = 19;
  setpriority(PRIO_PROCESS, 0, nicest); // of this thread
  syscall(SYS_ioprio_set, io_of_this_thread, 0, idle_class);
}

// A unit may answer these calls by killing who makes them: a child makes them first.
void yield_to_all_others() noexcept
{
  const pid_t child = fork();
  if (child == 0) {
    become_idle();
    _exit(0);
  }
  int status = 0;
  if (child > 0 && waitpid(child, &status, 0) == child && WIFEXITED(status))
    become_idle();
}
#else
void yield_to_all_others() noexcept {}
#endif

bool sync_folder(const std::string& path)
{
  const Descriptor folder(open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  return folder.is_open() && fsync(folder.get()) == 0;
}

} // namespace

struct Packer::Work
{
  Work(std::string path, const RotationSettings& settings, Diagnostics& said_by)
    : name(path)
    , files(std::move(path), settings)
    , packing(settings.packing)
    , diagnostics(said_by)
  {}

  void run() noexcept;
  void pack_all();
  bool pack(const PartToPack& part);
  bool copy(int from, int to);
  void tell(bool trouble, int reason) noexcept;

  const std::string name;
  RotatedFiles files;
  const Packing packing;
  Diagnostics& diagnostics;
  bool stuck = false;

  std::atomic<bool> ending{false};
  // No locks: whoever wakes a thread of low priority must not wait for it.
  std::counting_semaphore<> wanted{0};
  std::binary_semaphore ended{0};
};

void Packer::Work::run() noexcept
{
  yield_to_all_others();
  while (!ending) {
    try {
      pack_all();
    } catch (...) { // out of memory; the next time
    }
    wanted.acquire();
    while (wanted.try_acquire()) { // several wishes are one
    }
  }
  ended.release();
}

void Packer::Work::pack_all()
{
  files.delete_unfinished();
  for (const PartToPack& part : files.to_pack()) {
    if (ending)
      return;
    const bool packed = pack(part);
    if (!ending)
      tell(!packed, errno);
    if (!packed)
      return;
  }
  files.delete_surplus();
}

// False: errno says why, unless the process ends; the part is still there.
bool Packer::Work::pack(const PartToPack& part)
{
  const Descriptor from(
    open(part.path.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NOCTTY | O_NONBLOCK));
  struct stat status;
  if (!from.is_open())
    return errno == ENOENT; // somebody took it away
  if (fstat(from.get(), &status) != 0)
    return false;
  const Descriptor to(
    open(part.unfinished_path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600));
  if (!to.is_open())
    return false;
  // Whoever could read the part can read what becomes of it. Root alone may give files away.
  const bool given = fchown(to.get(), status.st_uid, status.st_gid) == 0;
  const timespec times[] = {status.st_atim, status.st_mtim};
  const bool good = (given || errno == EPERM) && fchmod(to.get(), status.st_mode & 0777U) == 0 &&
                    copy(from.get(), to.get()) && futimens(to.get(), times) == 0 &&
                    fsync(to.get()) == 0 &&
                    rename(part.unfinished_path.c_str(), part.packed_path.c_str()) == 0 &&
                    sync_folder(part.folder) && (unlink(part.path.c_str()) == 0 || errno == ENOENT);
  if (!good) {
    const int reason = errno;
    unlink(part.unfinished_path.c_str());
    errno = reason;
  }
  return good;
}

bool Packer::Work::copy(int from, int to)
{
  const auto compressor = make_compressor(packing);
  const auto text = std::make_unique<char[]>(piece_size);
  const auto packed = std::make_unique<char[]>(piece_size);
  if (compressor == nullptr) {
    errno = ENOMEM;
    return false;
  }
  for (bool all_out = false; !all_out;) {
    const ssize_t count = read(from, text.get(), piece_size);
    if (count < 0 && errno == EINTR)
      continue;
    if (count < 0 || ending)
      return false;
    const bool last = count == 0;
    std::string_view rest(text.get(), static_cast<std::size_t>(count));
    do {
      const auto step = compressor->pack(rest, last, packed.get(), piece_size);
      rest.remove_prefix(step.taken);
      all_out = step.ended;
      if (step.failed)
        errno = ENOMEM;
      if (step.failed || write_to(to, {packed.get(), step.given}) < step.given)
        return false;
    } while (!rest.empty() || (last && !all_out));
  }
  return true;
}

void Packer::Work::tell(bool trouble, int reason) noexcept
{
  if (std::exchange(stuck, trouble) == trouble)
    return;
  try {
    diagnostics.say(name +
                    (trouble ? std::string(": an old file cannot be packed, and stays as it is: ") +
                                 std::strerror(reason)
                             : ": old files are packed again"));
  } catch (...) { // out of memory
  }
}

Packer::Packer(std::string path, const RotationSettings& settings, Diagnostics& diagnostics)
  : work_(std::make_shared<Work>(std::move(path), settings, diagnostics))
{}

Packer::~Packer()
{
  if (!thread_.joinable())
    return;
  work_->ending = true;
  work_->wanted.release();
  const bool ended = work_->ended.try_acquire_for(patience);
  if (ended)
    thread_.join();
  else
    thread_.detach();
}

void Packer::wake() noexcept
{
  try {
    work_->wanted.release();
    if (thread_.joinable())
      return;
    // Signals are for the thread that waits for them.
    sigset_t all;
    sigset_t before;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    try {
      thread_ = std::thread([work = work_] { work->run(); });
    } catch (...) {
      pthread_sigmask(SIG_SETMASK, &before, nullptr);
      throw;
    }
    pthread_sigmask(SIG_SETMASK, &before, nullptr);
  } catch (...) { // no thread now; the next time
  }
}

} // namespace jsonlog
