// SPDX-License-Identifier: ISC
//
// What the program says of itself, on stderr: smtpd copies each line into its own log, so they
// are short, few, and free of anything a client sent.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>

namespace spdlog {
class logger;
namespace sinks {
class sink;
}
} // namespace spdlog

namespace jsonlog {

// For any thread. At most `burst` lines at once and one every `interval` after them: what is more
// is left out, and the next line says how many those were.
class Diagnostics
{
public:
  static constexpr int burst = 20;
  static constexpr std::chrono::seconds interval{10};

  // `prefix` stands before each line: smtpd adds the filter's name itself, a terminal does not.
  explicit Diagnostics(const std::string& prefix);
  // Elsewhere than on stderr.
  Diagnostics(const std::string& prefix, std::shared_ptr<spdlog::sinks::sink> sink);
  ~Diagnostics();
  Diagnostics(const Diagnostics&) = delete;
  Diagnostics& operator=(const Diagnostics&) = delete;

  // Never throws: a closed stderr is no reason to end.
  void say(std::string_view text) noexcept;

private:
  using Clock = std::chrono::steady_clock;

  bool is_too_much();

  std::unique_ptr<spdlog::logger> logger_;
  std::mutex mutex_;
  Clock::time_point spent_; // the burst is used up when this is `burst` intervals ahead
  std::uint64_t left_out_ = 0;
};

} // namespace jsonlog
