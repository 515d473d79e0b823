// SPDX-License-Identifier: ISC
//
// Where the pipeline's lines leave it: an spdlog logger in front of the output.
#pragma once

#include "jsonlog/line_sink.hpp"
#include "output/queued_sink.hpp"

#include <chrono>
#include <memory>

#include <spdlog/logger.h>

namespace jsonlog {

class EventLog : public LineSink
{
public:
  explicit EventLog(std::shared_ptr<QueuedSink> sink);
  // Waits for the writer thread's end, for ever if it does not come back from its output.
  ~EventLog() override;
  EventLog(const EventLog&) = delete;
  EventLog& operator=(const EventLog&) = delete;

  bool write(std::string_view line, Worth worth) override;
  // The process is idle: what there is can go out.
  void idle() { logger_.flush(); }

  QueuedSink& sink() noexcept { return *sink_; }

private:
  std::shared_ptr<QueuedSink> sink_;
  spdlog::logger logger_;
};

} // namespace jsonlog
