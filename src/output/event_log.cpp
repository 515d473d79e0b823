// SPDX-License-Identifier: ISC
#include "output/event_log.hpp"

#include <utility>

namespace jsonlog {

EventLog::EventLog(std::shared_ptr<QueuedSink> sink)
  : sink_(std::move(sink))
  , logger_("events", sink_)
{
  logger_.set_error_handler([](const std::string&) {});
}

EventLog::~EventLog()
{
  sink_->stop(std::chrono::milliseconds::zero());
  sink_->join();
}

bool EventLog::write(std::string_view line, Worth worth)
{
  // A message brings its time along, so that no clock is read for it.
  constexpr spdlog::log_clock::time_point no_time{};
  const std::uint64_t before = sink_->taken();
  logger_.log(no_time, spdlog::source_loc{}, level_of(worth),
              spdlog::string_view_t(line.data(), line.size()));
  return sink_->taken() != before;
}

} // namespace jsonlog
