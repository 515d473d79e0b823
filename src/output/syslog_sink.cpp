// SPDX-License-Identifier: ISC
#include "output/syslog_sink.hpp"

#include <cerrno>
#include <cstring>
#include <ctime>
#include <utility>

#include <poll.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <sys/un.h>
#include <syslog.h>
#include <unistd.h>

namespace jsonlog {

namespace {

// How long a call of write() may wait for a daemon that does not keep up.
constexpr auto patience = std::chrono::milliseconds(50);

} // namespace

SyslogSink::SyslogSink(SyslogSettings settings, std::size_t queue_bytes, Diagnostics& diagnostics)
  : QueuedSink(settings.socket, queue_bytes, diagnostics)
  , settings_(std::move(settings))
  , header_(settings_, getpid())
{}

SyslogSink::~SyslogSink()
{
  disconnect();
}

bool SyslogSink::fits_socket_address(std::string_view path) noexcept
{
  return path.size() < sizeof sockaddr_un::sun_path;
}

bool SyslogSink::open() noexcept
{
  if (descriptor_ >= 0 || uses_libc_ || connect())
    return true;
  if (errno != ENOENT || !settings_.libc_if_absent)
    return false;
  openlog(settings_.tag.c_str(), LOG_PID | LOG_NDELAY, settings_.facility);
  uses_libc_ = true;
  return true;
}

void SyslogSink::reopen() noexcept
{
  disconnect();
  open();
}

std::size_t SyslogSink::write(std::string_view lines) noexcept
{
  if (uses_libc_)
    return write_with_libc(lines);
  const auto deadline = Clock::now() + (may_wait() ? patience : patience.zero());
  bool reconnected = false;
  std::size_t out = 0;
  while (out < lines.size()) {
    const std::size_t end = lines.find('\n', out);
    const int error = send(lines.substr(out, end - out));
    if (error == 0) {
      out = end + 1;
    } else if (error == EMSGSIZE) {
      give_up_too_long(end - out);
      out = end + 1;
    } else if (error == EAGAIN || error == ENOBUFS) {
      // ENOBUFS is how BSD says that the queue is full, and poll() does not wait for that there.
      if (error == EAGAIN && wait_for_room(deadline))
        continue;
      errno = EAGAIN;
      break;
    } else { // the daemon is gone; perhaps another has taken its place
      disconnect();
      errno = error;
      if (std::exchange(reconnected, true) || !connect())
        break;
    }
  }
  return out;
}

void SyslogSink::look_after() noexcept
{
  struct stat there;
  if (descriptor_ >= 0 && stat(settings_.socket.c_str(), &there) == 0 &&
      (there.st_dev != device_ || there.st_ino != inode_))
    disconnect();
}

bool SyslogSink::connect() noexcept
{
  struct stat there;
  if (stat(settings_.socket.c_str(), &there) != 0)
    return false;
  if (!S_ISSOCK(there.st_mode)) {
    errno = ENOTSOCK;
    return false;
  }
  descriptor_ = socket(AF_UNIX, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  if (descriptor_ < 0)
    return false;
  sockaddr_un address = {};
  address.sun_family = AF_UNIX;
  settings_.socket.copy(address.sun_path, sizeof address.sun_path - 1);
  if (::connect(descriptor_, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) {
    const int error = errno;
    disconnect();
    errno = error;
    return false;
  }
  device_ = there.st_dev;
  inode_ = there.st_ino;
  return true;
}

void SyslogSink::disconnect() noexcept
{
  if (descriptor_ >= 0)
    close(std::exchange(descriptor_, -1));
  if (std::exchange(uses_libc_, false))
    closelog();
}

int SyslogSink::send(std::string_view payload) noexcept
{
  const std::string_view header = header_.at(std::time(nullptr));
  // sendmsg() reads only, but iovec is made for both directions.
  iovec parts[] = {{const_cast<char*>(header.data()), header.size()},
                   {const_cast<char*>(payload.data()), payload.size()}};
  msghdr message = {};
  message.msg_iov = parts;
  message.msg_iovlen = std::size(parts);
  for (;;) {
    if (sendmsg(descriptor_, &message, MSG_NOSIGNAL) >= 0)
      return 0;
    if (errno != EINTR)
      return errno;
  }
}

bool SyslogSink::wait_for_room(Clock::time_point deadline) const noexcept
{
  const auto left = std::chrono::ceil<std::chrono::milliseconds>(deadline - Clock::now()).count();
  pollfd socket = {descriptor_, POLLOUT, 0};
  return left > 0 && poll(&socket, 1, static_cast<int>(left)) > 0;
}

void SyslogSink::give_up_too_long(std::size_t size) noexcept
{
  give_up(1);
  if (std::exchange(told_too_long_, true))
    return;
  try {
    int limit = 0;
    socklen_t limit_size = sizeof limit;
    const bool known = getsockopt(descriptor_, SOL_SOCKET, SO_SNDBUF, &limit, &limit_size) == 0;
    diagnostics().say(name() + ": a line of " + std::to_string(size) +
                      " bytes is too long for the socket" +
                      (known ? ", which takes less than " + std::to_string(limit) : "") +
                      "; such lines are dropped: see --max-line");
  } catch (...) { // no memory to say so
  }
}

// syslog(3) tells nothing of what became of a line.
std::size_t SyslogSink::write_with_libc(std::string_view lines) const noexcept
{
  const char* const cookie = settings_.cee ? "@cee: " : "";
  for (std::size_t begin = 0; begin < lines.size();) {
    const std::size_t end = lines.find('\n', begin);
    syslog(settings_.facility | settings_.severity, "%s%.*s", cookie, static_cast<int>(end - begin),
           lines.data() + begin);
    begin = end + 1;
  }
  return lines.size();
}

} // namespace jsonlog
