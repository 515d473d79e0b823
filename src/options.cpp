// SPDX-License-Identifier: ISC
#include "options.hpp"

#include "version.hpp"

#include <algorithm>
#include <array>
#include <filesystem>
#include <map>
#include <system_error>
#include <utility>

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

// What only the whole set of options can tell.
void check(const Options& options)
{
  if (options.file.empty()) {
    if (!options.replay)
      throw CLI::RequiredError("--file");
    return;
  }
  if (!options.replay && options.file.front() != '/')
    throw CLI::ValidationError("--file", "'" + options.file +
                                           "' is not an absolute path, and smtpd's working "
                                           "folder is no place for a log");
  std::error_code error;
  if (std::filesystem::is_directory(options.file, error))
    throw CLI::ValidationError("--file", "'" + options.file + "' is a directory");
}

std::string one_line(std::string text)
{
  std::replace(text.begin(), text.end(), '\n', ' ');
  while (text.ends_with(' '))
    text.pop_back();
  return text;
}

// Options whose text is not their value.
struct Texts
{
  std::string format = "json";
  std::string detail = "standard";
  std::vector<std::string> labels;
};

constexpr std::array<std::pair<std::string_view, Format>, 3> formats = {
  {{"json", Format::json}, {"raw", Format::raw}, {"kv", Format::kv}}};
constexpr std::array<std::pair<std::string_view, Detail>, 3> details = {
  {{"compact", Detail::compact}, {"standard", Detail::standard}, {"full", Detail::full}}};

template <typename Value>
Value parse_word(const std::string& option, std::string_view text,
                 const std::array<std::pair<std::string_view, Value>, 3>& words)
{
  for (const auto& [word, value] : words)
    if (text == word)
      return value;
  throw CLI::ValidationError(
    option, "'" + std::string(text) + "' is not one of " + std::string(words[0].first) + ", " +
              std::string(words[1].first) + ", " + std::string(words[2].first));
}

void add_options(CLI::App& app, Options& options, Texts& texts)
{
  constexpr int smallest_line = limits::min_max_line;
  constexpr int largest = 1'000'000'000;

  app.add_option("--file", options.file, "append to this file")->type_name("PATH");
  app.add_option("--format", texts.format, "json, raw or kv [json]")->type_name("FORMAT");
  app.add_option("--detail", texts.detail, "compact, standard or full [standard]")
    ->type_name("DETAIL");
  app.add_flag("--original", options.line.original, "with the raw report, secrets hidden");
  app.add_option("--label", texts.labels, "labels.KEY in every line; may be repeated")
    ->type_name("KEY=VALUE")
    ->allow_extra_args(false);
  app.add_option("--host", options.line.host, "host.name, to tell several mail hosts apart")
    ->type_name("NAME");
  app.add_option("--max-line", options.line.max_line, "longest line, at least 8000 [64K]")
    ->transform(CLI::AsSizeValue(false))
    ->check(CLI::Range(smallest_line, largest))
    ->type_name("SIZE");
  app.add_option("--max-sessions", options.max_sessions, "most live sessions [16384]")
    ->check(CLI::Range(1, largest))
    ->type_name("N");
  app.set_config("--config", "", "read options from this file")->type_name("FILE");
}

} // namespace

ParsedOptions parse_options(int argc, const char* const* argv)
{
  ParsedOptions parsed;
  Options& options = parsed.options;
  options.line.program_version = program_version;
  Texts texts;

  CLI::App app("Turns OpenSMTPD's reports into JSON lines, each with the whole session.",
               "filter-jsonlog");
  app.set_version_flag("--version", std::string("filter-jsonlog ") + program_version +
                                      ", schema 1.0, smtpd-filters protocol 0.1 to 0.7");
  app.allow_config_extras(CLI::config_extras_mode::error);
  add_options(app, options, texts);
  app.add_flag("--strict", options.strict, "refuse to start if the output cannot be opened");
  app.add_flag("--check-config", options.check_only, "check the options, then exit");
  CLI::App* const replay = app.add_subcommand("replay", "recorded reports to stdout, or --file");
  replay->add_option("FILE", options.inputs, "recordings; - is standard input")->required();
  replay->fallthrough();
  replay->callback([&options] { options.replay = true; });

  try {
    app.parse(argc, argv);
    options.format = parse_word("--format", texts.format, formats);
    options.line.detail = parse_word("--detail", texts.detail, details);
    options.line.labels = parse_labels(texts.labels);
    check(options);
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
