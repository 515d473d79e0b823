// SPDX-License-Identifier: ISC
#include "reading/json_line.hpp"

#include "reading/line_header.hpp"

#include <simdjson.h>

namespace jsonlog {

namespace {

using Element = simdjson::simdjson_result<simdjson::dom::element>;

// Cuts the first key, and the `/` before it, off the front of a pointer.
std::string_view take_key(std::string_view& pointer)
{
  std::size_t end = 1;
  while (end < pointer.size() && pointer[end] != '/')
    ++end;
  const std::string_view key = pointer.substr(1, end - 1);
  pointer.remove_prefix(end);
  return key;
}

// As at_pointer(), which also undoes escapes; no key of ours needs one.
Element member_of(Element element, std::string_view pointer)
{
  while (!pointer.empty())
    element = element.at_key(take_key(pointer));
  return element;
}

} // namespace

struct JsonLine::Parser
{
  simdjson::dom::parser parser;
  Element root;
  // Most pointers lead through it, and it is the last member of a line.
  Element opensmtpd;

  bool parse(std::string_view document)
  {
    root = parser.parse(document.data(), document.size(), true);
    opensmtpd = root.at_key("opensmtpd");
    return root.is_object();
  }

  Element find(std::string_view pointer) const
  {
    constexpr std::string_view ours = "/opensmtpd/";
    if (pointer.starts_with(ours))
      return member_of(opensmtpd, pointer.substr(ours.size() - 1));
    return member_of(root, pointer);
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
  record_ = {};
  document_ = without_header(line);
  if (!document_.starts_with('{') || !parser_->parse(document_))
    return false;
  record_ = text("/opensmtpd/record");
  return true;
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
