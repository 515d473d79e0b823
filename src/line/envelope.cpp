// SPDX-License-Identifier: ISC
#include "line/envelope.hpp"

namespace jsonlog {

namespace {

constexpr std::string_view ecs_version = "8.17.0";

} // namespace

void write_head(JsonWriter& out, const LineSettings& settings)
{
  out.open("ecs"_key);
  out.token("version"_key, ecs_version);
  out.close();
  if (settings.host.empty())
    return;
  out.open("host"_key);
  out.text("name"_key, field<"host.name">, settings.host);
  out.close();
}

void write_kind(JsonWriter& out, Category category)
{
  out.token("kind"_key, "event");
  out.token("module"_key, "opensmtpd");
  out.token("dataset"_key, "opensmtpd.session");
  out.open_list("category"_key);
  for (const std::string_view token : ecs_category(category))
    out.item(token);
  out.close_list();
  out.open_list("type"_key);
  for (const std::string_view token : ecs_type(category))
    out.item(token);
  out.close_list();
}

void write_observer(JsonWriter& out, const LineSettings& settings, const Observer& observer)
{
  out.open("observer"_key);
  out.token("type"_key, "mta");
  out.token("product"_key, "OpenSMTPD");
  out.text("version"_key, field<"observer.version">, observer.version);
  out.text("hostname"_key, field<"observer.hostname">, observer.hostname);
  out.close();
  if (settings.labels.empty())
    return;
  out.open("labels"_key);
  for (const auto& [key, value] : settings.labels)
    out.named_text(key, field<"labels">, value);
  out.close();
}

void open_opensmtpd(JsonWriter& out, const LineSettings& settings, RecordKind kind)
{
  out.open("opensmtpd"_key);
  out.token("schema"_key, schema_version);
  out.token("record"_key, record_kinds[kind]);
  out.open("logger"_key);
  out.token("version"_key, settings.program_version);
}

void open_opensmtpd(JsonWriter& out, const LineSettings& settings, RecordKind kind,
                    const LoggerState& logger)
{
  open_opensmtpd(out, settings, kind);
  out.composed("run"_key, [&logger](TextBuffer& text) {
    text.hex(static_cast<std::uint64_t>(logger.run_us));
  });
}

} // namespace jsonlog
