// SPDX-License-Identifier: ISC
//
// What the program says of itself, on stderr: smtpd copies each line into its own log, so they
// are short, few, and free of anything a client sent.
#pragma once

#include <memory>
#include <string>

namespace spdlog {
class logger;
}

namespace jsonlog {

class Diagnostics
{
public:
  // `prefix` stands before each line: smtpd adds the filter's name itself, a terminal does not.
  explicit Diagnostics(const std::string& prefix);
  ~Diagnostics();
  Diagnostics(const Diagnostics&) = delete;
  Diagnostics& operator=(const Diagnostics&) = delete;

  // Never throws: a closed stderr is no reason to end.
  void say(const std::string& text) noexcept;

private:
  std::unique_ptr<spdlog::logger> logger_;
};

} // namespace jsonlog
