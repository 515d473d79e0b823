// SPDX-License-Identifier: ISC
//
// The field table as the objects in objects that a line is made of.
#pragma once

#include "schema/field_table.hpp"

#include <string_view>
#include <vector>

namespace jsonlog {

// The root has no key. A leaf has a row and no members, an object members and no row, and a list
// of objects both.
struct FieldNode
{
  std::string_view key;
  const FieldRow* row = nullptr;
  std::vector<FieldNode> members; // in the order of the line

  bool is_leaf() const noexcept { return members.empty(); }
  // It is never missing in any of these kinds of record, and so not empty if it is an object.
  bool always_in(Records kinds) const noexcept;
};

FieldNode field_tree();

} // namespace jsonlog
