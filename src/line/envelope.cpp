// SPDX-License-Identifier: ISC
#include "line/envelope.hpp"

#include <span>

namespace jsonlog {

namespace {

constexpr std::string_view ecs_version = "8.17.0";

void write_tokens(Json& json, std::string_view key, std::span<const std::string_view> tokens)
{
  json.key(key);
  json.begin_array();
  for (const std::string_view token : tokens)
    json.token(token);
  json.end_array();
}

} // namespace

void write_head(Json& json, const LineSettings& settings)
{
  json.open_member("ecs");
  json.token_member("version", ecs_version);
  json.end_object();
  if (settings.host.empty())
    return;
  json.open_member("host");
  json.member("name", Field::host_name, settings.host);
  json.end_object();
}

void write_kind(Json& json, Category category)
{
  json.token_member("kind", "event");
  json.token_member("module", "opensmtpd");
  json.token_member("dataset", "opensmtpd.session");
  write_tokens(json, "category", ecs_category(category));
  write_tokens(json, "type", ecs_type(category));
}

void write_observer(Json& json, const LineSettings& settings, const Observer& observer)
{
  json.open_member("observer");
  json.token_member("type", "mta");
  json.token_member("product", "OpenSMTPD");
  json.member("version", Field::observer_version, observer.version);
  json.member("hostname", Field::observer_hostname, observer.hostname);
  json.end_object();
  if (settings.labels.empty())
    return;
  json.open_member("labels");
  for (const auto& [key, value] : settings.labels)
    json.member(key, Field::labels, value);
  json.end_object();
}

} // namespace jsonlog
