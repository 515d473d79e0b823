// SPDX-License-Identifier: ISC
//
// Drops privileges that are needed only at start, so that a bug exploited through hostile input
// gains little: Landlock on Linux, pledge and unveil on OpenBSD. Nothing here kills: what is
// forbidden fails, and the mail server lives on. Where asking the kernel is itself forbidden on
// pain of death (SystemCallFilter= of a systemd unit), it is a child that dies.
#pragma once

#include "output/diagnostics.hpp"

#include <string>

namespace jsonlog {

struct Confinement
{
  std::string file;   // the log; empty: none. An absolute path
  std::string socket; // syslogd's; empty: none
};

// From here on this thread, and those that it starts, can
//   - write, create, rename and delete regular files in the folder above the log's, and below it:
//     a log folder that was removed and made anew is another one to the kernel, so itself alone is
//     not enough. Where folders are missing, it is the next one up that exists; where the log's
//     is right below the root, itself. Links are followed, now and once. Of a device, only it;
//   - read there, and the time zone;
//   - use what is open, and sockets of syslogd;
// but open, create or run nothing else, and use no TCP. No program it could run gains rights,
// and there is no core dump: a password may pass through the memory before it is masked.
//
// What the kernel cannot do is left out; if it can do nothing of it, or may not be asked, or no
// child can be had to try it, one diagnostic says so.
// REQUIRES: no other thread, and descriptors that must survive are open.
void confine(const Confinement& what, Diagnostics& diagnostics) noexcept;

} // namespace jsonlog
