// SPDX-License-Identifier: ISC
#include "program/replay.hpp"

#include "output/descriptor.hpp"
#include "output/event_log.hpp"
#include "program/output.hpp"
#include "reading/input_lines.hpp"

#include <chrono>
#include <memory>
#include <string>
#include <variant>

#include <unistd.h>

namespace jsonlog {

namespace {

constexpr int input_or_output_failed = 1;

// Lines to standard output; waits as long as it takes.
class StandardOutput : public LineSink
{
public:
  bool write(std::string_view line, Worth) override
  {
    buffer_ += line;
    return buffer_.size() < write_size || flush();
  }

  bool flush()
  {
    if (write_to(STDOUT_FILENO, buffer_) < buffer_.size())
      failed_ = true;
    buffer_.clear();
    return !failed_;
  }

private:
  static constexpr std::size_t write_size = std::size_t{256} * 1024;
  std::string buffer_;
  bool failed_ = false;
};

bool replay_into(LineSink& sink, const Options& options, Diagnostics& diagnostics)
{
  Pipeline pipeline(options.pipeline, sink);
  bool complete = true;
  for (const std::string& path : options.inputs) {
    InputLines input(path);
    while (const auto line = input.next())
      pipeline.feed(*line);
    if (input.error() != 0) {
      diagnostics.say(path + ": " + input.problem());
      complete = false;
    }
  }
  pipeline.finish();
  return complete && pipeline.logger().dropped == 0;
}

bool replay_into_output(const Options& options, Diagnostics& diagnostics)
{
  constexpr auto patience = std::chrono::seconds(5); // with an output that takes nothing more
  const auto sink = make_output(options, nullptr, diagnostics);
  sink->wait_when_full([]() noexcept { return true; });
  EventLog log(sink);
  if (!sink->start(false) || !replay_into(log, options, diagnostics))
    return false;
  const bool drained = sink->drain(patience);
  if (!drained)
    diagnostics.say("not everything could be written");
  return drained && sink->take_lost() == 0;
}

bool replay_to_standard_output(const Options& options, Diagnostics& diagnostics)
{
  StandardOutput output;
  const bool complete = replay_into(output, options, diagnostics);
  const bool flushed = output.flush();
  if (!flushed)
    diagnostics.say("not everything could be written");
  return complete && flushed;
}

} // namespace

int run_replay(const Options& options, Diagnostics& diagnostics)
{
  const bool good = std::holds_alternative<std::monostate>(options.output)
                      ? replay_to_standard_output(options, diagnostics)
                      : replay_into_output(options, diagnostics);
  return good ? 0 : input_or_output_failed;
}

} // namespace jsonlog
