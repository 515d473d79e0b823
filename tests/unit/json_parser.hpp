// SPDX-License-Identifier: ISC
//
// RapidJSON's parser with the assertion that the library uses, because both share templates.
#pragma once

#include <stdexcept>

#define RAPIDJSON_ASSERT(x)                     \
  do {                                          \
    if (!(x))                                   \
      throw std::logic_error("RapidJSON: " #x); \
  } while (false)
#include <rapidjson/document.h>
#include <rapidjson/memorystream.h>
#include <rapidjson/reader.h>
