// SPDX-License-Identifier: ISC
//
// What is wrong with a log, counted, and the sentence about it.
#pragma once

#include "reading/ledger.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>

namespace jsonlog {

inline constexpr std::size_t problem_kinds = std::size_t(Problem::not_followed) + 1;

struct Verdict
{
  std::uint64_t files = 0;
  std::uint64_t lines = 0;
  Sums sums;
  std::array<std::uint64_t, problem_kinds> problems = {};

  std::uint64_t count(Problem problem) const { return problems[std::size_t(problem)]; }
  bool good() const;
};

// `ok: 12,345 lines, 321 sessions (2 still open), 0 lost, 0 duplicate`, LF included; what there is
// none of is left out.
std::string verdict_text(const Verdict& verdict);
// The same as a JSON object, with all counts, LF included.
std::string verdict_json(const Verdict& verdict);

} // namespace jsonlog
