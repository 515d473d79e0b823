// SPDX-License-Identifier: ISC
#pragma once

#include <cstddef>

namespace jsonlog {

// Starts these bytes on their way from memory.
inline void prefetch_bytes(const void* start, std::size_t size) noexcept
{
  constexpr std::size_t cache_line = 64;
  const char* const bytes = static_cast<const char*>(start);
  for (std::size_t at = 0; at < size; at += cache_line)
    __builtin_prefetch(bytes + at);
}

} // namespace jsonlog
