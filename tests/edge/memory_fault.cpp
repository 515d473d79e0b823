// SPDX-License-Identifier: ISC
//
// Loaded before a program: makes allocations fail by their number. FAIL_AT is the first that fails,
// counted from the moment when standard output is closed off (the handshake is answered); with
// FAIL_ALL all that follow fail, too. With COUNT, the last line on standard error is their number.
#include <atomic>
#include <cstdio>
#include <cstdlib>
#include <new>

#include <dlfcn.h>
#include <unistd.h>

namespace {

std::atomic<bool> armed = false;
std::atomic<long> allocations = 0;

long number_of(const char* name, long otherwise)
{
  const char* const text = std::getenv(name);
  return text == nullptr ? otherwise : std::strtol(text, nullptr, 10);
}

const long first_failure = number_of("FAIL_AT", -1);
const bool all_fail = number_of("FAIL_ALL", 0) != 0;

bool fails()
{
  if (!armed)
    return false;
  const long number = allocations++;
  return first_failure >= 0 && (all_fail ? number >= first_failure : number == first_failure);
}

struct AtEnd
{
  ~AtEnd()
  {
    armed = false;
    if (number_of("COUNT", 0) != 0)
      std::fprintf(stderr, "%ld\n", allocations.load());
  }
} at_end;

} // namespace

extern "C" int dup2(int from, int to)
{
  using Dup2 = int (*)(int, int);
  static const auto real = reinterpret_cast<Dup2>(dlsym(RTLD_NEXT, "dup2"));
  if (to == STDOUT_FILENO)
    armed = true;
  return real(from, to);
}

void* operator new(std::size_t size)
{
  void* const memory = fails() ? nullptr : std::malloc(size);
  if (memory == nullptr)
    throw std::bad_alloc();
  return memory;
}

void operator delete(void* memory) noexcept
{
  std::free(memory);
}

void operator delete(void* memory, std::size_t) noexcept
{
  std::free(memory);
}
