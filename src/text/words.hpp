// SPDX-License-Identifier: ISC
//
// The words of an enum. What is forgotten does not compile.
#pragma once

#include <array>
#include <cstddef>
#include <optional>
#include <string_view>
#include <utility>

namespace jsonlog {

// Whether an enum has a name for the value: compilers write `Phase::quit` for one that it has, and
// `(Phase)9` for one that it has not. A namespace without a name may stand in brackets before `::`.
template <auto value>
consteval bool is_named() noexcept
{
  std::string_view text = __PRETTY_FUNCTION__;
  text.remove_prefix(text.find("value = "));
  const std::size_t bracket = text.rfind(')');
  return bracket == std::string_view::npos || text[bracket + 1] == ':';
}

// How many values an enum has, which are 0, 1, 2 and so on.
template <typename Enum, std::size_t count = 0>
consteval std::size_t count_values() noexcept
{
  if constexpr (is_named<static_cast<Enum>(count)>())
    return count_values<Enum, count + 1>();
  else
    return count;
}

template <typename Enum>
inline constexpr std::size_t value_count = count_values<Enum>();

// Whether each value has a row of a table, in the order of the values. `value` is the member that
// says whose row it is.
template <typename Enum, typename Row, std::size_t count>
constexpr bool has_row_for_each(const std::array<Row, count>& all_rows, Enum Row::*value) noexcept
{
  for (std::size_t i = 0; i < count; ++i)
    if (all_rows[i].*value != static_cast<Enum>(i))
      return false;
  return count == value_count<Enum>;
}

// A word for each value, in the order of the values.
template <typename Enum>
class Words
{
public:
  using Row = std::pair<std::string_view, Enum>;

  consteval explicit Words(const Row (&words)[value_count<Enum>])
    : rows_(std::to_array(words))
  {
    if (!has_row_for_each(rows_, &Row::second))
      throw "a value without a word, or out of its place";
  }

  constexpr std::string_view operator[](Enum value) const noexcept
  {
    return rows_[static_cast<std::size_t>(value)].first;
  }
  constexpr std::optional<Enum> find(std::string_view word) const noexcept
  {
    for (const auto& [known, value] : rows_)
      if (word == known)
        return value;
    return std::nullopt;
  }
  constexpr auto begin() const noexcept { return rows_.begin(); }
  constexpr auto end() const noexcept { return rows_.end(); }

private:
  std::array<Row, value_count<Enum>> rows_;
};

} // namespace jsonlog
