// SPDX-License-Identifier: ISC
//
// RapidJSON with an assertion that throws. Every file that uses RapidJSON includes it behind this
// one, because its templates are shared: a second definition of the macro would break the program's
// one-definition rule.
#pragma once

#include <stdexcept>

// A failed check inside RapidJSON must cost a line, not the process: if a filter ends, smtpd ends.
#define RAPIDJSON_ASSERT(x)                     \
  do {                                          \
    if (!(x))                                   \
      throw std::logic_error("RapidJSON: " #x); \
  } while (false)
