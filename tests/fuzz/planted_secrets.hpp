// SPDX-License-Identifier: ISC
#pragma once

#include <string>
#include <string_view>

// A text that may never come out.
inline constexpr std::string_view planted_secret = "Zq7PlantedSecret";

// The stream with the secret at the end of each line where a credential may stand: behind AUTH
// and its mechanism, in the lines of an AUTH exchange, behind the word AUTH where the line is no
// report, and in the answer of a filter to AUTH.
std::string plant_secrets(std::string_view stream);
