// SPDX-License-Identifier: ISC
#pragma once

#include <sys/resource.h>

// Seconds that this process has computed outside the kernel so far.
inline double user_seconds()
{
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  return static_cast<double>(usage.ru_utime.tv_sec) +
         static_cast<double>(usage.ru_utime.tv_usec) / 1e6;
}
