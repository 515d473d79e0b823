// SPDX-License-Identifier: ISC
#include "category.hpp"

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

struct Choose
{
  const Session& session;

  Category operator()(const LinkConnect&) const { return Category::start; }
  Category operator()(const LinkDisconnect&) const { return Category::end; }
  Category operator()(const LinkGreeting&) const { return Category::protocol; }
  Category operator()(const LinkIdentify&) const { return Category::protocol; }
  Category operator()(const LinkTls&) const { return Category::protocol; }
  Category operator()(const ProtocolClient&) const { return Category::protocol; }
  Category operator()(const ProtocolServer&) const { return Category::protocol; }
  Category operator()(const Timeout&) const { return Category::protocol; }
  Category operator()(const LinkAuth&) const { return Category::authentication; }
  Category operator()(const TxBegin&) const { return Category::email; }
  Category operator()(const TxMail&) const { return Category::email; }
  Category operator()(const TxRcpt&) const { return Category::email; }
  Category operator()(const TxEnvelope&) const { return Category::email; }
  Category operator()(const TxData&) const { return Category::email; }
  Category operator()(const TxCommit&) const { return Category::email; }
  Category operator()(const TxRollback&) const { return Category::email; }
  Category operator()(const TxReset&) const { return Category::email; }
  Category operator()(const FilterReport&) const { return Category::email; }
  Category operator()(const FilterResponse&) const
  {
    return session.now.outcome == Outcome::failure ? Category::denied : Category::email;
  }
  Category operator()(const Unknown&) const { return Category::other; }
};

} // namespace

Category category_of(const Report* report, const Session& session)
{
  return report == nullptr ? Category::end : std::visit(Choose{session}, report->event);
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
