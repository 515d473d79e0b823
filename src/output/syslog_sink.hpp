// SPDX-License-Identifier: ISC
//
// Each line as a datagram to the local syslog daemon. A daemon that does not keep up, was stopped
// or is not there leaves lines in the queue, and the first of them is the next to go out when it
// is back, at its old socket or at a new one of the same path.
//
// The socket is a datagram socket. On a stream socket a daemon that ends takes along what it has
// not read, and the sender never hears of it: that is trouble here (EPROTOTYPE).
//
// What the kernel holds for a daemon that dies before it reads it is lost, and only the numbers in
// the lines show that: as many lines as the socket's queue has places (net.unix.max_dgram_qlen).
#pragma once

#include "output/queued_sink.hpp"
#include "output/syslog_header.hpp"

#include <chrono>
#include <cstddef>
#include <string_view>

#include <sys/types.h>

namespace jsonlog {

class SyslogSink : public QueuedSink
{
public:
  // REQUIRES: the path of the socket fits into an address, see fits_socket_address().
  SyslogSink(SyslogSettings settings, std::size_t queue_bytes, Diagnostics& diagnostics);
  ~SyslogSink() override;
  SyslogSink(const SyslogSink&) = delete;
  SyslogSink& operator=(const SyslogSink&) = delete;

  static bool fits_socket_address(std::string_view path) noexcept;

protected:
  bool open() noexcept override;
  void reopen() noexcept override;
  std::size_t write(std::string_view lines) noexcept override;
  // Leaves a socket that is not the one at the path any more.
  void look_after() noexcept override;

private:
  using Clock = std::chrono::steady_clock;

  bool connect() noexcept;
  void disconnect() noexcept;
  // 0, or an errno.
  int send(std::string_view payload) noexcept;
  bool wait_for_room(Clock::time_point deadline) const noexcept;
  void give_up_too_long(std::size_t size) noexcept;
  std::size_t write_with_libc(std::string_view lines) const noexcept;

  const SyslogSettings settings_;
  SyslogHeader header_;
  int descriptor_ = -1;
  dev_t device_ = 0; // of the socket that this one is connected to
  ino_t inode_ = 0;
  bool uses_libc_ = false;
  bool told_too_long_ = false;
};

} // namespace jsonlog
