// SPDX-License-Identifier: ISC
#include "line/category.hpp"

#include <utility>
#include <variant>

namespace jsonlog {

namespace {

struct Row
{
  std::array<std::string_view, 2> category, type; // an empty text is none
};

constexpr std::array<Row, categories> rows = {{
  /* start */ {{"network", "session"}, {"connection", "start"}},
  /* end */ {{"network", "session"}, {"connection", "end"}},
  /* protocol */ {{"network"}, {"protocol"}},
  /* authentication */ {{"authentication"}, {"info"}},
  /* email */ {{"email"}, {"info"}},
  /* denied */ {{"email", "network"}, {"info", "denied"}},
  /* other */ {{"network"}, {"info"}},
}};

std::span<const std::string_view> present(const std::array<std::string_view, 2>& words) noexcept
{
  return std::span(words).first(words[1].empty() ? 1 : 2);
}

// One overload for each event: a forgotten one is a compile error.
struct CategoryOf
{
  constexpr Category operator()(const LinkConnect&) const { return Category::start; }
  constexpr Category operator()(const LinkDisconnect&) const { return Category::end; }
  constexpr Category operator()(const LinkGreeting&) const { return Category::protocol; }
  constexpr Category operator()(const LinkIdentify&) const { return Category::protocol; }
  constexpr Category operator()(const LinkTls&) const { return Category::protocol; }
  constexpr Category operator()(const ProtocolClient&) const { return Category::protocol; }
  constexpr Category operator()(const ProtocolServer&) const { return Category::protocol; }
  constexpr Category operator()(const Timeout&) const { return Category::protocol; }
  constexpr Category operator()(const LinkAuth&) const { return Category::authentication; }
  constexpr Category operator()(const TxBegin&) const { return Category::email; }
  constexpr Category operator()(const TxMail&) const { return Category::email; }
  constexpr Category operator()(const TxRcpt&) const { return Category::email; }
  constexpr Category operator()(const TxEnvelope&) const { return Category::email; }
  constexpr Category operator()(const TxData&) const { return Category::email; }
  constexpr Category operator()(const TxCommit&) const { return Category::email; }
  constexpr Category operator()(const TxRollback&) const { return Category::email; }
  constexpr Category operator()(const TxReset&) const { return Category::email; }
  constexpr Category operator()(const FilterReport&) const { return Category::email; }
  constexpr Category operator()(const FilterResponse&) const { return Category::email; }
  constexpr Category operator()(const Unknown&) const { return Category::other; }
};

template <std::size_t... I>
constexpr auto by_event(std::index_sequence<I...>)
{
  return std::array{CategoryOf{}(std::variant_alternative_t<I, Event>{})...};
}

constexpr auto categories_by_event =
  by_event(std::make_index_sequence<std::variant_size_v<Event>>{});

} // namespace

Category category_of(const Report* report, const Session& session)
{
  if (report == nullptr)
    return Category::end;
  const Category category = categories_by_event[report->event.index()];
  const bool denied = session.now.outcome == Outcome::failure &&
                      std::holds_alternative<FilterResponse>(report->event);
  return denied ? Category::denied : category;
}

std::span<const std::string_view> ecs_category(Category category) noexcept
{
  return present(rows[static_cast<std::size_t>(category)].category);
}

std::span<const std::string_view> ecs_type(Category category) noexcept
{
  return present(rows[static_cast<std::size_t>(category)].type);
}

} // namespace jsonlog
