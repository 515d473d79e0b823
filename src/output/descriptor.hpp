// SPDX-License-Identifier: ISC
//
// Bytes to a file descriptor.
#pragma once

#include <cstddef>
#include <string_view>

namespace jsonlog {

// Calls write(2) until all is out or it fails, signals aside. Returns the bytes that are out; fewer
// than given: errno says why.
std::size_t write_to(int descriptor, std::string_view bytes) noexcept;

} // namespace jsonlog
