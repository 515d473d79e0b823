// SPDX-License-Identifier: ISC
#include "schema/field_tree.hpp"

#include <algorithm>

namespace jsonlog {

namespace {

FieldNode& member(FieldNode& parent, std::string_view key)
{
  const auto found = std::ranges::find(parent.members, key, &FieldNode::key);
  if (found != parent.members.end())
    return *found;
  parent.members.push_back({key, nullptr, {}});
  return parent.members.back();
}

} // namespace

bool FieldNode::always_in(Records kinds) const noexcept
{
  if (row != nullptr)
    return (row->always & kinds) == kinds;
  return std::ranges::any_of(members,
                             [kinds](const FieldNode& node) { return node.always_in(kinds); });
}

FieldNode field_tree()
{
  FieldNode root;
  for (const FieldRow& row : field_table) {
    FieldNode* node = &root;
    std::string_view rest = row.name;
    for (std::size_t dot = rest.find('.'); dot != std::string_view::npos; dot = rest.find('.')) {
      node = &member(*node, rest.substr(0, dot));
      rest.remove_prefix(dot + 1);
    }
    member(*node, rest).row = &row;
  }
  return root;
}

} // namespace jsonlog
