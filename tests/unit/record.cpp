// SPDX-License-Identifier: ISC
#include "record.hpp"

#include "json_line.hpp"

Record::Record(std::string_view line)
{
  if (!is_json_line(line))
    throw std::invalid_argument("not a line of JSON: " + std::string(line));
  document_.Parse(line.data(), line.size());
}

std::string Record::text(std::string_view field) const
{
  const rapidjson::Value& value = get(field);
  return {value.GetString(), value.GetStringLength()};
}

std::vector<std::string> Record::list(std::string_view field) const
{
  std::vector<std::string> values;
  for (const rapidjson::Value& value : get(field).GetArray())
    values.emplace_back(value.GetString(), value.GetStringLength());
  return values;
}

const rapidjson::Value* Record::find(std::string_view field) const
{
  const rapidjson::Value* value = &document_;
  while (!field.empty()) {
    const std::string_view name = field.substr(0, field.find('.'));
    field.remove_prefix(std::min(field.size(), name.size() + 1));
    if (!value->IsObject())
      return nullptr;
    const rapidjson::Value key(name.data(), static_cast<rapidjson::SizeType>(name.size()));
    const auto member = value->FindMember(key);
    if (member == value->MemberEnd())
      return nullptr;
    value = &member->value;
  }
  return value;
}

const rapidjson::Value& Record::get(std::string_view field) const
{
  const rapidjson::Value* const value = find(field);
  if (value == nullptr)
    throw std::out_of_range("no field " + std::string(field));
  return *value;
}
