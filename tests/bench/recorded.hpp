// SPDX-License-Identifier: ISC
#pragma once

#include "jsonlog/line_reader.hpp"
#include "jsonlog/pipeline.hpp"
#include "output/diagnostics.hpp"
#include "output/event_log.hpp"
#include "output/file_sink.hpp"

#include <chrono>
#include <cstddef>
#include <cstdlib>
#include <memory>

#include <fcntl.h>
#include <unistd.h>

// Gives every line of a recorded stream to `take`, as the filter reads its input.
void each_line(const char* stream, auto&& take)
{
  const int input = open(stream, O_RDONLY | O_CLOEXEC);
  jsonlog::LineReader reader;
  for (;;) {
    const auto [data, size] = reader.space();
    const ssize_t count = read(input, data, size);
    if (count <= 0)
      break;
    reader.commit(static_cast<std::size_t>(count));
    while (const auto line = reader.next())
      take(*line);
  }
  close(input);
}

inline jsonlog::LineSettings bench_settings()
{
  jsonlog::LineSettings settings;
  settings.program_version = "bench";
  return settings;
}

// Writes a recorded stream to a file as the filter does.
inline void filter_to_file(const char* stream, const char* output)
{
  jsonlog::Diagnostics diagnostics("bench: ");
  const auto sink = std::make_shared<jsonlog::FileSink>(
    output, jsonlog::no_rotation, jsonlog::limits::queue_bytes, nullptr, diagnostics);
  sink->wait_when_full([]() noexcept { return true; });
  jsonlog::EventLog log(sink);
  sink->start();
  jsonlog::Pipeline pipeline({bench_settings()}, log);
  each_line(stream, [&pipeline](const jsonlog::Line& line) { pipeline.feed(line); });
  pipeline.finish();
  if (!sink->drain(std::chrono::minutes(1)))
    std::exit(1);
}
