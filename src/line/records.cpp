// SPDX-License-Identifier: ISC
#include "line/records.hpp"

#include "line/description_event.hpp"
#include "line/envelope.hpp"

namespace jsonlog {

namespace {

// A record from nothing; there are few of them.
class RecordWriter
{
public:
  RecordWriter(const LineSettings& settings, Size size)
    : settings_(settings)
  {
    out_.begin(size);
  }

  std::string meta(const ProcessFacts& process, const MetaFacts& facts, std::int64_t time_us,
                   std::size_t padding)
  {
    const std::string_view action = facts.process_start ? "logger-start" : "file-start";
    begin(time_us, [&](TextBuffer& message) {
      message << action << " filter-jsonlog " << settings_.program_version << " pid "
              << process.pid;
    });
    out_.open("process"_key);
    out_.number("pid"_key, process.pid);
    out_.close();
    write_event("state", "opensmtpd.session", action);
    write_observer(out_, settings_, {});
    open_opensmtpd(out_, settings_, RecordKind::meta);
    if (facts.logger) {
      out_.token("run"_key, facts.logger->run);
      out_.number("sequence"_key, facts.logger->sequence);
      out_.number("dropped"_key, facts.logger->dropped);
    }
    out_.close();
    out_.open("meta"_key);
    write_options(process.options);
    out_.text("hostname"_key, field<"opensmtpd.meta.hostname">, process.hostname);
    out_.text("previous_file"_key, field<"opensmtpd.meta.previous_file">, facts.previous_file);
    if (facts.previous_sequence)
      out_.number("previous_sequence"_key, *facts.previous_sequence);
    if (facts.repaired_bytes)
      out_.number("repaired_bytes"_key, *facts.repaired_bytes);
    out_.token("padding"_key, std::string(padding, '.'));
    out_.close();
    return end();
  }

  std::string stats(const Account& account, const StatsFacts& facts, std::int64_t time_us)
  {
    const LoggerState& logger = account.logger;
    const StreamCounts& counts = account.counts;
    const std::uint64_t lines_out = logger.sequence - logger.dropped;
    begin(time_us, [&](TextBuffer& message) {
      message << "stats " << lines_out << " lines " << logger.dropped << " dropped";
    });
    write_event("metric", "opensmtpd.stats", "stats");
    write_observer(out_, settings_, {account.handshake.smtpd_version(), account.handshake.admd()});
    if (logger.sequence == 0) {
      open_opensmtpd(out_, settings_, RecordKind::stats);
    } else {
      open_opensmtpd(out_, settings_, RecordKind::stats, logger);
      out_.number("sequence"_key, logger.sequence - 1);
      out_.number("dropped"_key, logger.dropped);
    }
    out_.close();
    out_.open("stats"_key);
    out_.number("uptime_s"_key, facts.uptime_s);
    out_.open("sessions"_key);
    out_.number("live"_key, account.live_sessions);
    out_.number("oldest_s"_key, oldest_s(account, time_us));
    out_.number("total"_key, counts.sessions);
    out_.close();
    out_.open("events"_key);
    out_.number("total"_key, counts.reports());
    write_events(counts);
    out_.close();
    out_.open("lines"_key);
    out_.number("total"_key, lines_out);
    out_.number("truncated"_key, counts.truncated);
    out_.number("dropped"_key, logger.dropped);
    out_.number("unselected"_key, counts.unselected);
    out_.close();
    out_.open("held"_key);
    out_.number("sessions"_key, account.held_sessions);
    out_.number("bytes"_key, account.held_bytes);
    out_.close();
    out_.open("messages"_key);
    out_.number("known"_key, account.known_messages);
    out_.close();
    out_.open("bytes"_key);
    out_.number("in"_key, facts.bytes_in);
    out_.number("out"_key, facts.bytes_out);
    out_.close();
    out_.open("queue"_key);
    out_.number("bytes"_key, facts.queue_bytes);
    out_.number("bytes_max"_key, facts.queue_bytes_max);
    out_.close();
    out_.open("errors"_key);
    out_.number("parse"_key, counts.malformed);
    out_.number("sink"_key, facts.sink_errors);
    out_.close();
    out_.close();
    return end();
  }

private:
  template <typename Message>
  void begin(std::int64_t time_us, const Message& message)
  {
    description::write_time(out_, "@timestamp"_key, time_us);
    out_.composed("message"_key, message);
    write_head(out_, settings_);
  }

  void write_event(std::string_view kind, std::string_view dataset, std::string_view action)
  {
    out_.open("event"_key);
    out_.token("kind"_key, kind);
    out_.token("module"_key, "opensmtpd");
    out_.token("dataset"_key, dataset);
    out_.token("action"_key, action);
    out_.close();
  }

  void write_options(const std::vector<std::string>& options)
  {
    constexpr Field listed = field<"opensmtpd.meta.options">;
    if (!out_.wants_list(listed, options.empty()))
      return;
    out_.open_list("options"_key);
    for (const std::string& option : options)
      out_.item(listed, option);
    out_.close_list();
  }

  void write_events(const StreamCounts& counts)
  {
    if (counts.reports() == 0)
      return;
    out_.open_list("by"_key);
    for (std::size_t i = 0; i < counts.events.size(); ++i)
      if (counts.events[i] != 0)
        out_.item(std::string(event_names[i]) + ':' + std::to_string(counts.events[i]));
    out_.close_list();
  }

  // The report's clock may be ahead of ours.
  static std::uint64_t oldest_s(const Account& account, std::int64_t time_us)
  {
    const auto& start_us = account.oldest_start_us;
    if (!start_us || *start_us >= time_us)
      return 0;
    return static_cast<std::uint64_t>(time_us - *start_us) / 1'000'000;
  }

  // Closes opensmtpd and the document.
  std::string end()
  {
    description::write_truncated(out_, out_.cuts());
    out_.close();
    return std::string(out_.finish());
  }

  const LineSettings& settings_;
  JsonWriter out_;
};

} // namespace

std::string meta_record(const LineSettings& settings, const ProcessFacts& process,
                        const MetaFacts& facts, std::int64_t time_us)
{
  return within_budget(
           settings.max_line,
           [&](Size size) {
             constexpr std::size_t key_size = std::string_view(R"(,"padding":"")").size();
             std::string line = RecordWriter(settings, size).meta(process, facts, time_us, 0);
             if (line.size() >= meta_size)
               return line;
             const std::size_t missing = meta_size - line.size();
             return RecordWriter(settings, size)
               .meta(process, facts, time_us, missing > key_size ? missing - key_size : 1);
           }) +
         "\n";
}

std::string stats_record(const LineSettings& settings, const Account& account,
                         const StatsFacts& facts, std::int64_t time_us)
{
  return within_budget(
           settings.max_line,
           [&](Size size) { return RecordWriter(settings, size).stats(account, facts, time_us); }) +
         "\n";
}

} // namespace jsonlog
