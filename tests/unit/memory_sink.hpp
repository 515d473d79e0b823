// SPDX-License-Identifier: ISC
#pragma once

#include "jsonlog/pipeline.hpp"

#include <cstddef>
#include <limits>
#include <string>
#include <string_view>
#include <vector>

// Keeps the lines that a pipeline writes; refuses them once `room` are there.
class MemorySink : public jsonlog::LineSink
{
public:
  bool write(std::string_view line, jsonlog::Worth) override
  {
    if (lines.size() >= room)
      return false;
    lines.emplace_back(line);
    return true;
  }

  std::vector<std::string> lines;
  std::size_t room = std::numeric_limits<std::size_t>::max();
};
