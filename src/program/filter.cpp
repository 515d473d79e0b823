// SPDX-License-Identifier: ISC
#include "program/filter.hpp"

#include "jsonlog/line_reader.hpp"
#include "line/records.hpp"
#include "output/descriptor.hpp"
#include "output/event_log.hpp"
#include "program/confinement.hpp"
#include "program/output.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstdlib>
#include <ctime>
#include <initializer_list>
#include <optional>
#include <string>
#include <utility>
#include <variant>

#include <poll.h>
#include <sys/stat.h>
#include <unistd.h>

namespace jsonlog {

namespace {

using namespace std::chrono_literals;
using Clock = std::chrono::steady_clock;

constexpr int unusable_output = 2;
constexpr auto last_lines = 1s;  // after SIGTERM: what smtpd still wrote
constexpr auto last_writes = 5s; // at the end
constexpr auto last_account = 1s;
constexpr auto last_moment = 200ms; // in which a writer thread that hangs nowhere ends
constexpr auto longest_sleep = 1h;
constexpr Clock::duration shortest_gathering = 2ms, longest_gathering = 8ms;
constexpr std::int64_t many_lines = 4; // in a millisecond

volatile std::sig_atomic_t hangup_seen = 0;
volatile std::sig_atomic_t stats_wanted = 0;
volatile std::sig_atomic_t termination_seen = 0;

void on_hangup(int)
{
  hangup_seen = 1;
}

void on_stats(int)
{
  stats_wanted = 1;
}

void on_termination(int)
{
  termination_seen = 1;
}

void set_handler(int signal, void (*handler)(int))
{
  struct sigaction action = {};
  action.sa_handler = handler;
  sigaction(signal, &action, nullptr);
}

// Signals come in only while ppoll() waits, so that no system call is cut short by one.
sigset_t take_signals()
{
  for (const int signal : {SIGPIPE, SIGXFSZ, SIGUSR1}) // they would end the process, and smtpd
    set_handler(signal, SIG_IGN);
  set_handler(SIGHUP, on_hangup);
  set_handler(SIGUSR2, on_stats);
  set_handler(SIGTERM, on_termination);
  set_handler(SIGINT, on_termination);
  sigset_t ours;
  sigset_t before;
  sigemptyset(&ours);
  for (const int signal : {SIGHUP, SIGUSR2, SIGTERM, SIGINT})
    sigaddset(&ours, signal);
  sigprocmask(SIG_BLOCK, &ours, &before);
  for (const int signal : {SIGHUP, SIGUSR2, SIGTERM, SIGINT})
    sigdelset(&before, signal);
  return before;
}

bool is_regular_file(int descriptor)
{
  struct stat status;
  return fstat(descriptor, &status) == 0 && S_ISREG(status.st_mode);
}

// While the reader waits for room, only a signal that is pending can tell it to stop that.
bool nothing_ends_us() noexcept
{
  sigset_t pending;
  sigpending(&pending);
  return sigismember(&pending, SIGTERM) == 0 && sigismember(&pending, SIGINT) == 0;
}

std::int64_t now_us()
{
  const auto now = std::chrono::system_clock::now().time_since_epoch();
  return std::chrono::duration_cast<std::chrono::microseconds>(now).count();
}

ProcessFacts process_facts(const Options& options)
{
  std::array<char, 256> hostname{};
  gethostname(hostname.data(), hostname.size() - 1);
  return {getpid(), hostname.data(), options.given};
}

MetaWriter meta_writer(const Options& options)
{
  if (options.pipeline.format != Format::json)
    return nullptr;
  return [settings = options.pipeline.line, process = process_facts(options)](
           const MetaFacts& facts) { return meta_record(settings, process, facts, now_us()); };
}

timespec to_timespec(Clock::duration duration)
{
  const auto seconds = std::chrono::floor<std::chrono::seconds>(duration);
  return {seconds.count(), std::chrono::nanoseconds{duration - seconds}.count()};
}

class Filter
{
public:
  Filter(const Options& options, Diagnostics& diagnostics)
    : options_(options)
    , diagnostics_(diagnostics)
    , output_(make_output(options, meta_writer(options), diagnostics))
    , pipeline_(options.pipeline, output_)
    , confinement_(confinement_of(options))
  {
    if (is_regular_file(STDIN_FILENO))
      output_.sink().wait_when_full(nothing_ends_us);
  }

  // From here on nothing ends the process but the end of input or a signal: if the filter ends, so
  // does smtpd. What needs memory is caught where it is wanted.
  int run() noexcept
  {
    // Before there is a second thread, which inherits it.
    if (options_.confined)
      confine(confinement_, diagnostics_);
    if (!output_.sink().start(!options_.strict))
      return unusable_output;
    if (!std::holds_alternative<FileSettings>(options_.output))
      write_meta();
    while (wait_for_input() && read_input())
      continue;
    if (const auto line = reader_.rest())
      pipeline_.feed(*line);
    pipeline_.finish();
    finish_output();
    return 0;
  }

private:
  // Waits until something can be read; false: it is time to end.
  bool wait_for_input() noexcept
  {
    if (poll_input(0s))
      return true;
    output_.idle();
    gather();
    if (poll_input(0s)) // which serves a signal of that moment, too
      return true;
    std::optional<Clock::time_point> end;
    for (;;) {
      const auto now = Clock::now();
      if (termination_seen != 0 && !end)
        end = now + last_lines;
      if (end && now >= *end)
        return false;
      const auto until = std::min({end.value_or(next_stats_), next_stats_, now + longest_sleep});
      if (poll_input(std::max(until - now, Clock::duration{})))
        return true;
    }
  }

  // Reports come in bursts: what comes within a moment is read, and written, together. Under load
  // the moment gets longer, which saves waking up.
  void gather() noexcept
  {
    const bool busy = std::exchange(lines_, 0) >= many_lines * (gathering_ / 1ms);
    gathering_ = busy ? std::min(2 * gathering_, longest_gathering) : shortest_gathering;
    const timespec moment = to_timespec(gathering_);
    ppoll(nullptr, 0, &moment, &signals_);
  }

  // True if something can be read within that time. Does what signals and the clock ask for.
  bool poll_input(Clock::duration limit) noexcept
  {
    pollfd input = {STDIN_FILENO, POLLIN, 0};
    const timespec timeout = to_timespec(limit);
    const bool ready = ppoll(&input, 1, &timeout, &signals_) > 0;
    if (std::exchange(hangup_seen, 0) != 0)
      output_.sink().request_reopen();
    if (std::exchange(stats_wanted, 0) != 0 || Clock::now() >= next_stats_)
      write_stats();
    output_.sink().serve();
    return ready;
  }

  // False: the end of input.
  bool read_input() noexcept
  {
    const auto [data, size] = reader_.space();
    const ssize_t count = read(STDIN_FILENO, data, size);
    if (count < 0)
      return errno == EINTR || errno == EAGAIN;
    if (count == 0)
      return false;
    bytes_in_ += static_cast<std::size_t>(count);
    pipeline_.count_lost(output_.sink().take_lost());
    reader_.commit(static_cast<std::size_t>(count));
    while (const auto line = reader_.next()) {
      ++lines_;
      pipeline_.feed(*line);
      if (!registered_ && pipeline_.handshake().ready())
        answer_handshake();
    }
    return true;
  }

  // One stray byte on standard output ends smtpd: from here on it leads to stderr.
  void answer_handshake() noexcept
  {
    registered_ = true;
    const std::string_view registration = pipeline_.handshake().registration();
    if (write_to(STDOUT_FILENO, registration) < registration.size())
      diagnostics_.say("cannot answer smtpd's handshake");
    dup2(STDERR_FILENO, STDOUT_FILENO);
  }

  // A file's is made by its output, which knows when a file begins.
  void write_meta() noexcept
  {
    try {
      if (const MetaWriter meta = meta_writer(options_))
        output_.write(meta({}), Worth::always);
      output_.idle();
    } catch (...) { // no memory for it now
    }
  }

  Clock::time_point stats_after(Clock::time_point time) const noexcept
  {
    const std::chrono::seconds interval(options_.stats_interval_s);
    return interval > 0s ? time + interval : Clock::time_point::max();
  }

  void write_stats() noexcept
  {
    const auto now = Clock::now();
    next_stats_ = stats_after(now);
    if (options_.pipeline.format != Format::json)
      return;
    try {
      const QueuedSink::Counts counts = output_.sink().counts();
      const auto uptime = std::chrono::floor<std::chrono::seconds>(now - start_);
      const StatsFacts facts = {static_cast<std::uint64_t>(uptime.count()),
                                bytes_in_,
                                counts.bytes_out,
                                counts.queued,
                                counts.queued_max,
                                counts.errors};
      output_.write(stats_record(options_.pipeline.line, pipeline_.account(), facts, now_us()),
                    Worth::always);
      output_.idle();
    } catch (...) { // no memory for it now
    }
  }

  // The closing account is made when every line is out, so that it holds.
  void finish_output() noexcept
  {
    QueuedSink& sink = output_.sink();
    bool drained = sink.drain(last_writes);
    pipeline_.count_lost(sink.take_lost());
    if (drained) {
      write_stats();
      drained = sink.drain(last_account);
    }
    const bool stopped = sink.stop(drained ? last_account : last_moment);
    if (stopped && sink.left() == 0)
      return;
    try {
      diagnostics_.say(sink.name() + ": " + (stopped ? std::to_string(sink.left()) + " " : "") +
                       "lines were lost at the end");
    } catch (...) { // no memory to say so
    }
    if (!stopped)
      std::_Exit(0); // a thread that hangs in a system call would keep the process
  }

  const Options& options_;
  Diagnostics& diagnostics_;
  sigset_t signals_ = take_signals();
  EventLog output_;
  Pipeline pipeline_;
  Confinement confinement_;
  LineReader reader_;
  bool registered_ = false;
  std::int64_t lines_ = 0; // since the last gathering
  Clock::duration gathering_ = shortest_gathering;
  std::uint64_t bytes_in_ = 0;
  const Clock::time_point start_ = Clock::now();
  Clock::time_point next_stats_ = stats_after(start_);
};

} // namespace

int run_filter(const Options& options, Diagnostics& diagnostics)
{
  return Filter(options, diagnostics).run();
}

} // namespace jsonlog
