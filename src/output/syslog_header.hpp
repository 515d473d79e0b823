// SPDX-License-Identifier: ISC
//
// What stands before the payload in a datagram for the local syslog daemon. That is RFC 3164 as
// daemons expect it on their local socket, which is without the name of the host:
//
//   <22>Nov 21 10:47:11 filter-jsonlog[4711]: @cee: {"@timestamp":...}
#pragma once

#include <array>
#include <cstddef>
#include <ctime>
#include <string>
#include <string_view>
#include <utility>

#include <sys/types.h>
#include <syslog.h>

namespace jsonlog {

struct SyslogSettings
{
  std::string socket = "/dev/log";
  int facility = LOG_MAIL; // of <syslog.h>
  int severity = LOG_INFO;
  std::string tag = "filter-jsonlog";
  bool cee = false;            // with the cookie "@cee: ", which says that JSON follows
  bool libc_if_absent = false; // syslog(3) where there is no socket at that path
};

// Their names. `kern` is the kernel's own.
inline constexpr std::array<std::pair<std::string_view, int>, 19> syslog_facilities = {
  {{"auth", LOG_AUTH},
   {"authpriv", LOG_AUTHPRIV},
   {"cron", LOG_CRON},
   {"daemon", LOG_DAEMON},
   {"ftp", LOG_FTP},
   {"lpr", LOG_LPR},
   {"mail", LOG_MAIL},
   {"news", LOG_NEWS},
   {"syslog", LOG_SYSLOG},
   {"user", LOG_USER},
   {"uucp", LOG_UUCP},
   {"local0", LOG_LOCAL0},
   {"local1", LOG_LOCAL1},
   {"local2", LOG_LOCAL2},
   {"local3", LOG_LOCAL3},
   {"local4", LOG_LOCAL4},
   {"local5", LOG_LOCAL5},
   {"local6", LOG_LOCAL6},
   {"local7", LOG_LOCAL7}}};
inline constexpr std::array<std::pair<std::string_view, int>, 8> syslog_severities = {
  {{"emerg", LOG_EMERG},
   {"alert", LOG_ALERT},
   {"crit", LOG_CRIT},
   {"err", LOG_ERR},
   {"warning", LOG_WARNING},
   {"notice", LOG_NOTICE},
   {"info", LOG_INFO},
   {"debug", LOG_DEBUG}}};

// Up to 32 letters, digits and `-_./`, beginning with a letter or digit: what every daemon takes
// for a tag. With it a header has at most 73 bytes.
bool is_syslog_tag(std::string_view text) noexcept;

class SyslogHeader
{
public:
  SyslogHeader(const SyslogSettings& settings, pid_t process);

  // The header of a message that is sent at that second, in local time; the view lives until the
  // next call.
  std::string_view at(std::time_t second) noexcept;

private:
  std::string text_;
  std::size_t time_at_; // in text_
  std::time_t second_ = -1;
};

} // namespace jsonlog
