// SPDX-License-Identifier: ISC
#include "reading/json_line.hpp"

#include <simdjson.h>

namespace jsonlog {

struct JsonLine::Parser
{
  simdjson::dom::parser parser;
  simdjson::dom::element root;
  // Most pointers lead through it, and it is the last member of a line.
  simdjson::simdjson_result<simdjson::dom::element> opensmtpd;

  bool parse(std::string_view document)
  {
    if (parser.parse(document.data(), document.size(), true).get(root) != simdjson::SUCCESS)
      return false;
    opensmtpd = root.at_pointer("/opensmtpd");
    return root.is_object();
  }

  simdjson::simdjson_result<simdjson::dom::element> find(std::string_view pointer) const
  {
    constexpr std::string_view ours = "/opensmtpd/";
    if (pointer.starts_with(ours))
      return opensmtpd.at_pointer(pointer.substr(ours.size() - 1));
    return root.at_pointer(pointer);
  }

  template <typename Value>
  std::optional<Value> get(std::string_view pointer) const
  {
    Value value;
    if (find(pointer).get(value) != simdjson::SUCCESS)
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
  return parser_->parse(document_);
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
  if (parser_->find(pointer).get(array) != simdjson::SUCCESS)
    return texts;
  for (const simdjson::dom::element element : array) {
    std::string_view text;
    if (element.get(text) == simdjson::SUCCESS)
      texts.push_back(text);
  }
  return texts;
}

} // namespace jsonlog
