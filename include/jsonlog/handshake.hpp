// SPDX-License-Identifier: ISC
//
// What smtpd tells a filter before the first report, smtpd-filters(7):
//
//   config|smtpd-version|7.8.0-portable
//   config|protocol|0.7                     since 7.6 only
//   config|subsystem|smtp-in                since 6.7; one line for each that uses the filter
//   config|admd|mail.example.org            since 6.8
//   config|ready
//
// Pure: it takes lines and answers questions; who talks to smtpd writes registration() out.
#pragma once

#include <string>
#include <string_view>

namespace jsonlog {

class Handshake
{
public:
  // Takes a line that begins with `config|`. Keys that nobody knows are ignored, as smtpd adds
  // some now and then.
  void feed(std::string_view line);

  // True for a line of a handshake with a key of the list above (or smtp-session-timeout).
  static bool is_line(std::string_view line) noexcept;

  bool ready() const noexcept { return ready_; }
  const std::string& smtpd_version() const noexcept { return smtpd_version_; }
  const std::string& admd() const noexcept { return admd_; }

  // The lines to answer with, LF included. `*` and each subsystem once: a name that smtpd does
  // not know, and smtp-out before 6.7, are fatal to it. A filter that is attached to nothing
  // gets no subsystem line; then smtp-in is right for every version, and smtp-out from 6.7 on.
  std::string_view registration() const noexcept;

private:
  bool knows_smtp_out() const noexcept;

  std::string smtpd_version_;
  std::string admd_;
  bool smtp_in_ = false;
  bool smtp_out_ = false;
  bool ready_ = false;
};

} // namespace jsonlog
