// SPDX-License-Identifier: ISC
//
// Bytes into a packed file's, a piece at a time.
#pragma once

#include "output/rotation.hpp"

#include <cstddef>
#include <memory>
#include <string_view>

namespace jsonlog {

class Compressor
{
public:
  struct Step
  {
    std::size_t taken = 0; // of the text
    std::size_t given = 0; // of packed bytes
    bool ended = false;    // all is out. Only with `last`
    bool failed = false;   // out of memory
  };
  virtual ~Compressor() = default;
  // `last`: nothing follows this text.
  virtual Step pack(std::string_view text, bool last, char* packed, std::size_t packed_size) = 0;
};

// Null where there is no memory. REQUIRES: not Packing::none.
std::unique_ptr<Compressor> make_compressor(Packing packing);

} // namespace jsonlog
