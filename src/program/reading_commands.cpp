// SPDX-License-Identifier: ISC
#include "program/reading_commands.hpp"

#include "program/explain.hpp"
#include "program/summary.hpp"
#include "program/time_span.hpp"
#include "program/trace.hpp"
#include "program/verify.hpp"

#include <chrono>
#include <utility>

#include <CLI/CLI.hpp>

namespace jsonlog {

namespace {

constexpr int most = 1'000'000'000;

void read_by(Run run, Options& options)
{
  options.mode = Mode::read;
  options.run = run;
}

// The message's id stands before the files, unless another option says which message.
void take_message_id(Options& options)
{
  if (!options.reading.wish.address.empty() || options.reading.last != 0)
    return;
  options.reading.wish.message = options.inputs.front();
  options.inputs.erase(options.inputs.begin());
  if (options.inputs.empty())
    throw CLI::ValidationError("trace", "a message id and a file are needed, or --address or "
                                        "--last and a file");
}

void add_common(CLI::App& command, Options& options)
{
  command.add_flag("--utc", options.reading.utc, "times in UTC, not local");
  command.add_option("--color", options.reading.color, "auto, always or never [auto]")
    ->check(CLI::IsMember({"auto", "always", "never"}))
    ->type_name("WHEN");
  command.add_flag("--json", options.json, "as JSON");
}

void add_span(CLI::App& command, ReadingTexts& texts)
{
  command.add_option("--since", texts.since, "not before: 10m, 14:00 or RFC 3339")
    ->type_name("TIME");
  command.add_option("--until", texts.until, "not after that")->type_name("TIME");
}

void add_verify(CLI::App& app, Options& options)
{
  CLI::App* const verify = app.add_subcommand("verify", "are these logs valid and whole?");
  verify->add_option("FILE", options.inputs, "logs, in any order; - is standard input")->required();
  verify->add_flag("--json", options.json, "the verdict as a JSON object");
  verify
    ->add_option("--max-sessions", options.ledger.sessions, "most open sessions followed [262144]")
    ->check(CLI::Range(1, most))
    ->type_name("N");
  verify->callback([&options] { read_by(run_verify, options); });
}

void add_explain(CLI::App& app, Options& options, ReadingTexts& texts)
{
  CLI::App* const explain =
    app.add_subcommand("explain", "what happened in a session; without WHICH, in the last one");
  SessionWish& wish = options.reading.wish;
  explain->add_option("FILE", options.inputs, "logs, recordings or folders; - is standard input")
    ->required();
  explain->add_option("--session", wish.session, "its id, or the beginning of it")->type_name("ID");
  explain->add_option("--message", wish.message, "in which that message was sent")->type_name("ID");
  explain->add_option("--address", wish.address, "with that sender or recipient, * is any text")
    ->type_name("PATTERN");
  explain->add_option("--client", texts.client, "from there")->type_name("ADDRESS[/BITS]");
  explain->add_option("--user", wish.user, "that tried to log in so")->type_name("NAME");
  explain->add_flag("--failed", wish.failed,
                    "with a refusal, a failed login, an anomaly, or no QUIT");
  explain->add_option("--slow", texts.slow, "with silence or a filter's answer of that long")
    ->type_name("TIME");
  explain->add_option("--last", options.reading.last, "only the last N of these")
    ->check(CLI::Range(1, most))
    ->type_name("N");
  explain->add_flag("--follow", options.reading.follow,
                    "a line for each session that ends from now on");
  add_span(*explain, texts);
  add_common(*explain, options);
  explain->callback([&options] { read_by(run_explain, options); });
}

void add_trace(CLI::App& app, Options& options)
{
  CLI::App* const trace = app.add_subcommand("trace", "the way of a message: in, and each try out");
  trace
    ->add_option("FILE", options.inputs,
                 "first the id of the message, unless one is searched; then logs, recordings or "
                 "folders")
    ->required();
  trace
    ->add_option("--address", options.reading.wish.address,
                 "messages with that sender or recipient, * is any text")
    ->type_name("PATTERN");
  trace->add_option("--last", options.reading.last, "only the last N messages")
    ->check(CLI::Range(1, most))
    ->type_name("N");
  add_common(*trace, options);
  trace->callback([&options] {
    read_by(run_trace, options);
    take_message_id(options);
  });
}

void add_summary(CLI::App& app, Options& options, ReadingTexts& texts)
{
  CLI::App* const summary = app.add_subcommand("summary", "counts and rates of a log");
  summary->add_option("FILE", options.inputs, "logs, recordings or folders; - is standard input")
    ->required();
  summary->add_option("--top", options.reading.top, "so many of the first [10]")
    ->check(CLI::Range(1, most))
    ->type_name("N");
  summary->add_option("--by", texts.by, "a bar for each hour or day [hour]")
    ->check(CLI::IsMember({"hour", "day"}))
    ->type_name("SPAN");
  add_span(*summary, texts);
  add_common(*summary, options);
  summary->callback([&options] { read_by(run_summary, options); });
}

std::optional<std::int64_t> when(const char* option, const std::string& text, bool utc)
{
  if (text.empty())
    return std::nullopt;
  const auto now = std::chrono::system_clock::now().time_since_epoch();
  const auto time =
    parse_when(text, std::chrono::duration_cast<std::chrono::microseconds>(now).count(), utc);
  if (!time)
    throw CLI::ValidationError(option, "'" + text + "' is no time such as 10m, 14:00 or " +
                                         "2026-11-26T14:00:00Z");
  return time;
}

} // namespace

void add_reading_commands(CLI::App& app, Options& options, ReadingTexts& texts)
{
  add_verify(app, options);
  add_explain(app, options, texts);
  add_trace(app, options);
  add_summary(app, options, texts);
}

void understand_reading(Options& options, const ReadingTexts& texts)
{
  ReadingOptions& reading = options.reading;
  reading.by_day = texts.by == "day";
  reading.wish.since_us = when("--since", texts.since, reading.utc);
  reading.wish.until_us = when("--until", texts.until, reading.utc);
  if (!texts.slow.empty()) {
    reading.wish.slow_us = parse_time_span_us(texts.slow);
    if (!reading.wish.slow_us)
      throw CLI::ValidationError("--slow", "'" + texts.slow + "' is no time such as 500ms or 2s");
  }
  if (!texts.client.empty()) {
    reading.wish.client = Network::parse(texts.client);
    if (!reading.wish.client)
      throw CLI::ValidationError("--client", "'" + texts.client +
                                               "' is no address such as 192.0.2.9 or "
                                               "2001:db8::/32");
  }
  if (reading.follow && (options.inputs.size() != 1 || reading.wish.any() || reading.last != 0))
    throw CLI::ValidationError("--follow", "with one file, and every session of it");
}

} // namespace jsonlog
