// SPDX-License-Identifier: ISC
//
// A set of texts in the order of their first appearance, bounded. Holds at most the `cap` given
// to add(); what did not fit is remembered as cut(). The search is a walk: caps are small.
#pragma once

#include "jsonlog/limits.hpp"
#include "jsonlog/text.hpp"
#include "jsonlog/text_buffer.hpp"

#include <algorithm>
#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace jsonlog {

class UniqueList
{
public:
  // Returns true if the list changed. Texts that are written alike are one. An empty text is no
  // member: it says that a fact is unknown.
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

  // May throw std::bad_alloc.
  bool contains(std::string_view text) const
  {
    return std::any_of(values_.begin(), values_.end(),
                       [text](const std::string& value) { return look_alike(value, text); });
  }

  // Of memory beside the list itself, about.
  std::size_t bytes() const noexcept
  {
    std::size_t bytes = values_.capacity() * sizeof(std::string);
    for (const std::string& value : values_)
      bytes += value.capacity();
    return bytes;
  }
  const std::vector<std::string>& values() const noexcept { return values_; }
  bool cut() const noexcept { return cut_; }

private:
  // Long texts may differ only behind the place where both are cut when they are written. A byte
  // fills at most four there, as `\xff`.
  static bool look_alike(std::string_view one, std::string_view other)
  {
    constexpr std::size_t never_cut = limits::keyword / 4;
    if (one == other)
      return true;
    if (one.size() <= never_cut || other.size() <= never_cut ||
        one.substr(0, never_cut) != other.substr(0, never_cut))
      return false;
    return shown(one) == shown(other);
  }
  static std::string shown(std::string_view text)
  {
    TextBuffer buffer;
    append_json_text(buffer, text, {limits::keyword, false});
    return std::string(buffer.view());
  }

  std::vector<std::string> values_;
  bool cut_ = false;
};

} // namespace jsonlog
