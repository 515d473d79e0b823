// SPDX-License-Identifier: ISC
#include "line/category.hpp"

#include "line/event_rows.hpp"
#include "text/words.hpp"

#include <variant>

namespace jsonlog {

namespace {

struct Row
{
  Category of;
  std::array<std::string_view, 2> category, type; // an empty text is none
};

constexpr std::array rows = std::to_array<Row>({
  {Category::start, {"network", "session"}, {"connection", "start"}},
  {Category::end, {"network", "session"}, {"connection", "end"}},
  {Category::protocol, {"network"}, {"protocol"}},
  {Category::authentication, {"authentication"}, {"info"}},
  {Category::email, {"email"}, {"info"}},
  {Category::denied, {"email", "network"}, {"info", "denied"}},
  {Category::other, {"network"}, {"info"}},
});
static_assert(has_row_for_each(rows, &Row::of));

std::span<const std::string_view> present(const std::array<std::string_view, 2>& words) noexcept
{
  return std::span(words).first(words[1].empty() ? 1 : 2);
}

template <typename... Each>
constexpr std::array<Category, sizeof...(Each)> by_event(const std::variant<Each...>*)
{
  return {EventRow<Each>::category...};
}

constexpr auto categories_by_event = by_event(static_cast<const Event*>(nullptr));

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
