// SPDX-License-Identifier: ISC
#include "diagnostics.hpp"

#include <spdlog/logger.h>
#include <spdlog/sinks/stdout_sinks.h>

namespace jsonlog {

Diagnostics::Diagnostics(const std::string& prefix)
  : logger_(std::make_unique<spdlog::logger>("filter-jsonlog",
                                             std::make_shared<spdlog::sinks::stderr_sink_mt>()))
{
  logger_->set_pattern(prefix + "%v");
  logger_->set_error_handler([](const std::string&) {});
}

Diagnostics::~Diagnostics() = default;

void Diagnostics::say(const std::string& text) noexcept
{
  logger_->warn(text);
}

} // namespace jsonlog
