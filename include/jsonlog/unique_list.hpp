// SPDX-License-Identifier: ISC
//
// A set of texts in the order of their first appearance, bounded. Holds at most the `cap` given
// to add(); what did not fit is remembered as cut(). The search is a walk: caps are small.
#pragma once

#include "jsonlog/limits.hpp"

#include <algorithm>
#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace jsonlog {

class UniqueList
{
public:
  // Returns true if the list changed. An empty text is no member: it says that a fact is unknown.
  bool add(std::string_view text, std::size_t cap)
  {
    text = text.substr(0, limits::kept_text);
    if (cap == 0 || text.empty() || contains(text))
      return false;
    if (values_.size() >= cap) {
      const bool news = !cut_;
      cut_ = true;
      return news;
    }
    values_.emplace_back(text);
    return true;
  }

  bool contains(std::string_view text) const noexcept
  {
    return std::find(values_.begin(), values_.end(), text) != values_.end();
  }

  const std::vector<std::string>& values() const noexcept { return values_; }
  bool cut() const noexcept { return cut_; }

private:
  std::vector<std::string> values_;
  bool cut_ = false;
};

} // namespace jsonlog
