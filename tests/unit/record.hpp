// SPDX-License-Identifier: ISC
#pragma once

#include "json_parser.hpp"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

// A line of output, with its fields by their full names. What is not there throws.
class Record
{
public:
  explicit Record(std::string_view line);

  bool has(std::string_view field) const { return find(field) != nullptr; }
  std::string text(std::string_view field) const;
  std::int64_t number(std::string_view field) const { return get(field).GetInt64(); }
  bool truth(std::string_view field) const { return get(field).GetBool(); }
  std::vector<std::string> list(std::string_view field) const;

private:
  const rapidjson::Value* find(std::string_view field) const;
  const rapidjson::Value& get(std::string_view field) const;

  rapidjson::Document document_;
};
