// SPDX-License-Identifier: ISC
#pragma once

#include "jsonlog/line_reader.hpp"

#include <cstddef>

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
