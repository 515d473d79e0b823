// SPDX-License-Identifier: ISC
//
// RapidJSON with an assertion and an allocator that throw: its own writes through a null pointer
// where memory is out. Every file that uses RapidJSON includes it behind this one, because its
// templates are shared: a second definition of the macro would break the program's one-definition
// rule.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstring>
#include <new>
#include <stdexcept>

// A failed check inside RapidJSON must cost a line, not the process: if a filter ends, smtpd ends.
#define RAPIDJSON_ASSERT(x)                     \
  do {                                          \
    if (!(x))                                   \
      throw std::logic_error("RapidJSON: " #x); \
  } while (false)

namespace jsonlog {

// As RapidJSON wants one. Throws std::bad_alloc; what is to be moved stays whole then.
class ThrowingAllocator
{
public:
  static const bool kNeedFree = true;

  static void* Malloc(std::size_t size) { return size > 0 ? ::operator new(size) : nullptr; }
  static void* Realloc(void* old, std::size_t old_size, std::size_t new_size)
  {
    void* const moved = Malloc(new_size);
    if (moved != nullptr && old != nullptr)
      std::memcpy(moved, old, std::min(old_size, new_size));
    Free(old);
    return moved;
  }
  static void Free(void* memory) noexcept { ::operator delete(memory); }

  bool operator==(const ThrowingAllocator&) const noexcept { return true; }
};

} // namespace jsonlog
