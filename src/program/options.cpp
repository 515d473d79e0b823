// SPDX-License-Identifier: ISC
#include "program/options.hpp"

#include "program/filter.hpp"
#include "program/option_checks.hpp"
#include "program/reading_commands.hpp"
#include "program/replay.hpp"
#include "program/whole_option.hpp"
#include "schema/fields.hpp"
#include "text/words.hpp"
#include "version.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <map>
#include <utility>

#include <grp.h>

#include <CLI/CLI.hpp>

namespace jsonlog {

namespace {

constexpr int wrong_option = 2;

bool is_label_key(std::string_view key) noexcept
{
  const auto is_key_character = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
           c == '-';
  };
  return !key.empty() && key.size() <= limits::short_text &&
         std::all_of(key.begin(), key.end(), is_key_character);
}

std::vector<std::pair<std::string, std::string>> parse_labels(const std::vector<std::string>& texts)
{
  std::map<std::string, std::string> labels; // JSON knows a key once; the last one counts
  for (const std::string& text : texts) {
    const std::size_t equals = text.find('=');
    if (equals == std::string::npos || !is_label_key(text.substr(0, equals)) ||
        equals + 1 == text.size())
      throw CLI::ValidationError("--label", "'" + text + "' is not KEY=VALUE");
    labels[text.substr(0, equals)] = text.substr(equals + 1);
  }
  if (labels.size() > limits::labels)
    throw CLI::ValidationError("--label", "more than 16 labels");
  return {labels.begin(), labels.end()};
}

std::string one_line(std::string text)
{
  std::replace(text.begin(), text.end(), '\n', ' ');
  while (text.ends_with(' '))
    text.pop_back();
  return text;
}

// What the command line says before it is understood: options whose text is not their value, and
// those of both outputs.
struct Texts
{
  FileSettings file;
  SyslogSettings syslog;
  bool to_syslog = false;
  std::string format = "json";
  std::string detail = "standard";
  std::string rotate_time = "never";
  std::string facility = "mail";
  std::string severity = "info";
  std::vector<std::string> labels;
  std::string file_mode;
  std::string file_group;
  std::string packing = "none";
  std::string lines = "all";
  std::vector<std::string> whole;
};

constexpr Words<Format> formats({{"json", Format::json}, {"raw", Format::raw}, {"kv", Format::kv}});
constexpr Words<Detail>
  details({{"compact", Detail::compact}, {"standard", Detail::standard}, {"full", Detail::full}});
constexpr Words<Packing>
  packings({{"none", Packing::none}, {"zstd", Packing::zstd}, {"gzip", Packing::gzip}});
constexpr Words<LineChoice> line_choices({{"all", LineChoice::all},
                                          {"counted", LineChoice::counted},
                                          {"ends", LineChoice::ends}});
constexpr Words<RotateTime> rotate_times({{"never", RotateTime::never},
                                          {"hourly", RotateTime::hourly},
                                          {"daily", RotateTime::daily}});

// `words` are pairs of a word and a value.
auto parse_word(const std::string& option, std::string_view text, const auto& words)
{
  std::string known;
  for (const auto& [word, value] : words) {
    if (text == word)
      return value;
    known += (known.empty() ? "" : ", ") + std::string(word);
  }
  throw CLI::ValidationError(option, "'" + std::string(text) + "' is not one of " + known);
}

OutputSettings chosen_output(const Texts& texts)
{
  if (texts.to_syslog && !texts.file.path.empty())
    throw CLI::ValidationError("--syslog", "not beside --file: a filter has one output, and smtpd "
                                           "takes two filters");
  if (texts.to_syslog)
    return texts.syslog;
  if (!texts.file.path.empty())
    return texts.file;
  return {};
}

Ownership parse_ownership(const Texts& texts)
{
  Ownership ownership;
  if (!texts.file_mode.empty()) {
    const std::string& text = texts.file_mode;
    unsigned mode = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), mode, 8);
    constexpr unsigned ours = 0600;
    if (error != std::errc{} || end != text.data() + text.size() || mode > 0777 ||
        (mode & ours) != ours || (mode & 0113) != 0)
      throw CLI::ValidationError("--file-mode", "'" + text +
                                                  "' is no mode such as 0640, which lets us read "
                                                  "and write it, others at most read and nobody "
                                                  "execute it");
    ownership.mode = mode;
  }
  if (!texts.file_group.empty()) {
    const group* const known = getgrnam(texts.file_group.c_str());
    if (known == nullptr)
      throw CLI::ValidationError("--file-group", "there is no group '" + texts.file_group + "'");
    ownership.group = known->gr_gid;
  }
  return ownership;
}

// On Linux syslog(3) knows nothing but /dev/log either.
#ifdef __linux__
constexpr bool libc_knows_another_way = false;
#else
constexpr bool libc_knows_another_way = true;
#endif

void add_syslog_options(CLI::App& app, Texts& texts)
{
  SyslogSettings& syslog = texts.syslog;
  CLI::Option* const to_syslog =
    app.add_flag("--syslog", texts.to_syslog, "send the lines to the syslog daemon");
  app.add_option("--syslog-socket", syslog.socket, "the daemon's datagram socket [/dev/log]")
    ->type_name("PATH")
    ->needs(to_syslog);
  app.add_option("--facility", texts.facility, "auth, daemon, mail, local0 ... [mail]")
    ->type_name("NAME")
    ->needs(to_syslog);
  app.add_option("--severity", texts.severity, "emerg ... notice, info, debug [info]")
    ->type_name("NAME")
    ->needs(to_syslog);
  app.add_option("--tag", syslog.tag, "the program's name in syslog [filter-jsonlog]")
    ->type_name("NAME")
    ->needs(to_syslog);
  app.add_flag("--cee", syslog.cee, "with the cookie @cee:, which says that JSON follows")
    ->needs(to_syslog);
}

void add_selection_options(CLI::App& app, Selection& selection, Texts& texts)
{
  constexpr std::uint64_t smallest = 1'000'000;
  constexpr std::uint64_t largest = std::uint64_t{1} << 40;

  app.add_option("--lines", texts.lines, "all, counted or ends: which events get a line [all]")
    ->type_name("WHICH");
  CLI::Option* const whole =
    app
      .add_option("--whole", texts.whole,
                  "every line of sessions in which this happened: refused, login-failed, anomaly, "
                  "junk, rewritten, timeout, lost, slow=TIME, address=PATTERN, "
                  "client=ADDRESS[/BITS], sample=N%; may be repeated")
      ->type_name("WHEN[,WHEN...]")
      ->allow_extra_args(false);
  app.add_option("--hold-bytes", selection.hold_bytes, "memory for that [64M]")
    ->transform(CLI::AsSizeValue(false))
    ->check(CLI::Range(smallest, largest))
    ->type_name("SIZE")
    ->needs(whole);
}

const std::map<std::string, std::int64_t> seconds_in = {{"s", 1}, {"m", 60}, {"h", 3600}};

void add_options(CLI::App& app, Options& options, Texts& texts)
{
  constexpr int smallest_line = limits::smallest_line;
  constexpr int largest = 1'000'000'000;

  app.add_option("--file", texts.file.path, "append to this file")->type_name("PATH");
  app.add_option("--file-mode", texts.file_mode, "of a file that is created [0640]")
    ->type_name("MODE");
  app.add_option("--file-group", texts.file_group, "and the group that it belongs to")
    ->type_name("NAME");
  add_syslog_options(app, texts);
  app.add_option("--format", texts.format, "json, raw or kv [json]")->type_name("FORMAT");
  app.add_option("--detail", texts.detail, "compact, standard or full [standard]")
    ->type_name("DETAIL");
  add_selection_options(app, options.pipeline.selection, texts);
  app.add_flag("--original", options.pipeline.line.original, "with the raw report, secrets hidden");
  app.add_option("--label", texts.labels, "labels.KEY in every line; may be repeated")
    ->type_name("KEY=VALUE")
    ->allow_extra_args(false);
  app
    .add_option("--host", options.pipeline.line.host, "host.name, to tell several mail hosts apart")
    ->type_name("NAME");
  app
    .add_option("--max-line", options.pipeline.line.max_line,
                "longest line, at least 6000 [64K, syslog 8000]")
    ->transform(CLI::AsSizeValue(false))
    ->check(CLI::Range(smallest_line, largest))
    ->type_name("SIZE");
  app.add_option("--max-sessions", options.pipeline.max_sessions, "most live sessions [16384]")
    ->check(CLI::Range(1, largest))
    ->type_name("N");
  app
    .add_option("--max-messages", options.pipeline.max_messages,
                "most messages followed to their way out [65536]")
    ->check(CLI::Range(0, largest))
    ->type_name("N");
  app.add_option("--queue-bytes", options.queue_bytes, "memory for lines not yet written [64M]")
    ->transform(CLI::AsSizeValue(false))
    ->check(CLI::Range(0, largest))
    ->type_name("SIZE");
  app.add_option("--stats-interval", options.stats_interval_s, "between stats records [60s]")
    ->transform(CLI::AsNumberWithUnit(seconds_in, CLI::AsNumberWithUnit::CASE_SENSITIVE))
    ->check(CLI::Range(0, largest))
    ->type_name("TIME");
  app.set_config("--config", "", "read options from this file")->type_name("FILE");
}

void add_rotation_options(CLI::App& app, Texts& texts)
{
  RotationSettings& rotation = texts.file.rotation;
  constexpr std::uint64_t any = 0;
  constexpr std::uint64_t most = std::uint64_t{1} << 50;

  app.add_option("--rotate-size", rotation.size, "largest file, 0: of any size [100M]")
    ->transform(CLI::AsSizeValue(false))
    ->check(CLI::Range(any, most))
    ->type_name("SIZE");
  app.add_option("--rotate-time", texts.rotate_time, "never, hourly or daily, in UTC [never]")
    ->type_name("TIME");
  app.add_option("--keep", rotation.keep, "most rotated files, 0: all [10]")
    ->check(CLI::Range(any, most))
    ->type_name("N");
  app.add_option("--keep-bytes", rotation.keep_bytes, "most bytes in them, 0: any [0]")
    ->transform(CLI::AsSizeValue(false))
    ->check(CLI::Range(any, most))
    ->type_name("SIZE");
  CLI::Option* const compress =
    app.add_option("--compress", texts.packing, "rotated files: none, zstd or gzip [none]")
      ->type_name("HOW");
  app.add_option("--compress-after", rotation.pack_after, "but not the newest N of them [2]")
    ->check(CLI::Range(any, most))
    ->type_name("N")
    ->needs(compress);
}

std::vector<std::string> given_options(const CLI::App& app)
{
  std::vector<std::string> given;
  for (const CLI::Option* const option : app.get_options())
    for (const std::string& value : option->results())
      given.push_back(option->get_single_name() + "=" + value);
  return given;
}

void add_schema(CLI::App& app, Options& options)
{
  CLI::App* const schema = app.add_subcommand("schema", "every field of a line");
  CLI::Option_group* const forms = schema->add_option_group("forms");
  const auto add = [&](const char* name, SchemaForm form, const char* meaning) {
    forms->add_flag_callback(
      name, [&options, form] { options.schema = form; }, meaning);
  };
  schema->callback([&options] { options.mode = Mode::schema; });
  add("--fields", SchemaForm::fields, "as CSV");
  add("--json-schema", SchemaForm::json_schema, "as JSON Schema of a line");
  add("--index-template", SchemaForm::index_template, "for Elasticsearch and OpenSearch");
  add("--data-stream-template", SchemaForm::data_stream_template, "the same for a data stream");
  add("--markdown", SchemaForm::markdown, "to read");
  forms->require_option(1);
}

} // namespace

ParsedOptions parse_options(int argc, const char* const* argv)
{
  ParsedOptions parsed;
  Options& options = parsed.options;
  options.run = run_filter;
  options.pipeline.line.program_version = program_version;
  Texts texts;
  ReadingTexts reading;

  CLI::App app("Turns OpenSMTPD's reports into JSON lines, each with the whole session.",
               "filter-jsonlog");
  app.set_version_flag("--version", std::string("filter-jsonlog ") + program_version + ", schema " +
                                      std::string(schema_version) +
                                      ", smtpd-filters protocol 0.1 to 0.7");
  app.allow_config_extras(CLI::config_extras_mode::error);
  add_options(app, options, texts);
  add_rotation_options(app, texts);
  app.add_flag("--strict", options.strict, "refuse to start if the output cannot be opened");
  app.add_flag_callback(
    "--no-confinement", [&options] { options.confined = false; },
    "keep rights that the log does not need");
  app.add_flag("--check-config", options.check_only, "check the options, then exit");
  CLI::App* const replay = app.add_subcommand("replay", "recorded reports to stdout, or an output");
  replay->add_option("FILE", options.inputs, "recordings; - is standard input")->required();
  replay->fallthrough();
  replay->callback([&options] {
    options.mode = Mode::replay;
    options.run = run_replay;
  });
  add_reading_commands(app, options, reading);
  add_schema(app, options);
  app.require_subcommand(0, 1);

  try {
    app.parse(argc, argv);
    texts.file.ownership = parse_ownership(texts);
    texts.file.rotation.time = parse_word("--rotate-time", texts.rotate_time, rotate_times);
    texts.file.rotation.packing = parse_word("--compress", texts.packing, packings);
    texts.syslog.facility = parse_word("--facility", texts.facility, syslog_facilities);
    texts.syslog.severity = parse_word("--severity", texts.severity, syslog_severities);
    texts.syslog.libc_if_absent = libc_knows_another_way && app.count("--syslog-socket") == 0;
    options.output = chosen_output(texts);
    options.pipeline.format = parse_word("--format", texts.format, formats);
    options.pipeline.line.detail = parse_word("--detail", texts.detail, details);
    options.pipeline.line.labels = parse_labels(texts.labels);
    options.pipeline.selection.lines = parse_word("--lines", texts.lines, line_choices);
    options.pipeline.selection.whole = parse_conditions(texts.whole);
    if (texts.to_syslog && app.count("--max-line") == 0)
      options.pipeline.line.max_line = limits::max_line_syslog;
    understand_reading(options, reading);
    check_options([&app](const char* name) { return app.count(name) > 0; }, options);
    options.given = given_options(app);
  } catch (const CLI::Success& success) {
    parsed.ended = true;
    parsed.text = dynamic_cast<const CLI::CallForVersion*>(&success) != nullptr
                    ? success.what() + std::string("\n")
                    : app.help();
  } catch (const CLI::ParseError& error) {
    parsed.ended = true;
    parsed.status = wrong_option;
    parsed.text = "filter-jsonlog: " + one_line(error.what()) + "\n";
  }
  return parsed;
}

} // namespace jsonlog
