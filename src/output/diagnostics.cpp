// SPDX-License-Identifier: ISC
#include "output/diagnostics.hpp"

#include <algorithm>
#include <utility>

#include <spdlog/logger.h>
#include <spdlog/sinks/stdout_sinks.h>

namespace jsonlog {

Diagnostics::Diagnostics(const std::string& prefix)
  : Diagnostics(prefix, std::make_shared<spdlog::sinks::stderr_sink_mt>())
{}

Diagnostics::Diagnostics(const std::string& prefix, std::shared_ptr<spdlog::sinks::sink> sink)
  : logger_(std::make_unique<spdlog::logger>("filter-jsonlog", std::move(sink)))
  , spent_(Clock::now())
{
  logger_->set_pattern(prefix + "%v");
  logger_->set_error_handler([](const std::string&) {});
}

Diagnostics::~Diagnostics() = default;

void Diagnostics::say(std::string_view text) noexcept
{
  try {
    const std::lock_guard lock(mutex_);
    if (is_too_much()) {
      ++left_out_;
      return;
    }
    if (left_out_ > 0)
      logger_->warn(std::string(text) + " (" + std::to_string(left_out_) +
                    " lines before this were left out)");
    else
      logger_->warn(text);
    left_out_ = 0;
  } catch (...) { // no memory to say so
  }
}

// Each line spends an interval of the time to come.
bool Diagnostics::is_too_much()
{
  const auto now = Clock::now();
  spent_ = std::max(spent_, now);
  if (spent_ - now > (burst - 1) * interval)
    return true;
  spent_ += interval;
  return false;
}

} // namespace jsonlog
