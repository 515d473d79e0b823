// SPDX-License-Identifier: ISC
//
// What stands before the parameters of a report since 2019:
// `report|0.7|1795219878.453076|smtp-in|EVENT|53d780c857e25095`.
#pragma once

#include <cstddef>
#include <string_view>

namespace jsonlog::usual_prefix {

inline constexpr std::string_view keyword = "report|"; // of older forms too
inline constexpr std::size_t version_size = 3;
inline constexpr std::size_t seconds_size = 10; // from 2001 to 2286
inline constexpr std::size_t microseconds_size = 6;
inline constexpr std::size_t time_size = seconds_size + 1 + microseconds_size;
inline constexpr std::size_t session_size = 16; // of older forms too

} // namespace jsonlog::usual_prefix
