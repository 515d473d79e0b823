// SPDX-License-Identifier: ISC
#include "reading/json_line.hpp"

#include <simdjson.h>

namespace jsonlog {

struct JsonLine::Parser
{
  simdjson::dom::parser parser;
  simdjson::dom::element root;

  template <typename Value>
  std::optional<Value> get(std::string_view pointer) const
  {
    Value value;
    if (root.at_pointer(pointer).get(value) != simdjson::SUCCESS)
      return std::nullopt;
    return value;
  }
};

JsonLine::JsonLine()
  : parser_(std::make_unique<Parser>())
{}

JsonLine::~JsonLine() = default;

bool JsonLine::parse(std::string_view line)
{
  constexpr std::size_t longest_header = 512;
  const std::size_t brace = line.substr(0, longest_header).find('{');
  if (brace == std::string_view::npos)
    return false;
  document_ = line.substr(brace);
  const auto error =
    parser_->parser.parse(document_.data(), document_.size(), true).get(parser_->root);
  return error == simdjson::SUCCESS && parser_->root.is_object();
}

std::string_view JsonLine::text(std::string_view pointer) const
{
  return parser_->get<std::string_view>(pointer).value_or(std::string_view{});
}

std::optional<std::int64_t> JsonLine::find_number(std::string_view pointer) const
{
  return parser_->get<std::int64_t>(pointer);
}

bool JsonLine::truth(std::string_view pointer) const
{
  return parser_->get<bool>(pointer).value_or(false);
}

std::vector<std::string_view> JsonLine::list(std::string_view pointer) const
{
  std::vector<std::string_view> texts;
  simdjson::dom::array array;
  if (parser_->root.at_pointer(pointer).get(array) != simdjson::SUCCESS)
    return texts;
  for (const simdjson::dom::element element : array) {
    std::string_view text;
    if (element.get(text) == simdjson::SUCCESS)
      texts.push_back(text);
  }
  return texts;
}

} // namespace jsonlog
