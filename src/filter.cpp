// SPDX-License-Identifier: ISC
#include "filter.hpp"

#include "file_output.hpp"
#include "jsonlog/line_reader.hpp"

#include <cerrno>
#include <csignal>
#include <ctime>
#include <initializer_list>

#include <poll.h>
#include <unistd.h>

namespace jsonlog {

namespace {

constexpr int unusable_output = 2;
constexpr int last_lines_ms = 1000; // after SIGTERM: what smtpd still wrote
constexpr int retry_ms = 200;       // while the output is in trouble
constexpr int for_ever = -1;

volatile std::sig_atomic_t hangup_seen = 0;
volatile std::sig_atomic_t termination_seen = 0;

void on_hangup(int)
{
  hangup_seen = 1;
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
  set_handler(SIGPIPE, SIG_IGN);
  set_handler(SIGHUP, on_hangup);
  set_handler(SIGTERM, on_termination);
  set_handler(SIGINT, on_termination);
  sigset_t ours;
  sigset_t before;
  sigemptyset(&ours);
  for (const int signal : {SIGHUP, SIGTERM, SIGINT})
    sigaddset(&ours, signal);
  sigprocmask(SIG_BLOCK, &ours, &before);
  for (const int signal : {SIGHUP, SIGTERM, SIGINT})
    sigdelset(&before, signal);
  return before;
}

bool write_all(int descriptor, std::string_view text)
{
  while (!text.empty()) {
    const ssize_t count = write(descriptor, text.data(), text.size());
    if (count < 0 && errno != EINTR && errno != EAGAIN)
      return false;
    if (count > 0)
      text.remove_prefix(static_cast<std::size_t>(count));
  }
  return true;
}

class Filter
{
public:
  Filter(const Options& options, Diagnostics& diagnostics)
    : options_(options)
    , diagnostics_(diagnostics)
    , output_(options.file, diagnostics)
    , pipeline_(options.line, options.format, options.max_sessions, output_)
  {}

  int run()
  {
    if (!output_.open() && options_.strict)
      return unusable_output;
    while (wait_for_input() && read_input())
      continue;
    if (const auto line = reader_.rest())
      pipeline_.feed(*line);
    pipeline_.finish();
    if (!output_.flush())
      diagnostics_.say(options_.file + ": lines were lost at the end");
    return 0;
  }

private:
  // Waits until something can be read; false: it is time to end. Before the process sleeps, its
  // lines are written, so that they are on disk while nothing happens.
  bool wait_for_input()
  {
    pollfd input = {STDIN_FILENO, POLLIN, 0};
    const timespec at_once = {};
    if (ppoll(&input, 1, &at_once, &signals_) > 0 && hangup_seen == 0)
      return true;
    for (;;) {
      const bool flushed = output_.flush();
      const int timeout_ms = termination_seen != 0 ? last_lines_ms : flushed ? for_ever : retry_ms;
      const timespec timeout = {timeout_ms / 1000, timeout_ms % 1000 * 1'000'000L};
      const int ready = ppoll(&input, 1, timeout_ms == for_ever ? nullptr : &timeout, &signals_);
      if (hangup_seen != 0) {
        hangup_seen = 0;
        output_.reopen();
      }
      if (ready > 0)
        return true;
      if (ready == 0 && timeout_ms == last_lines_ms)
        return false;
    }
  }

  // False: the end of input.
  bool read_input()
  {
    const auto [data, size] = reader_.space();
    const ssize_t count = read(STDIN_FILENO, data, size);
    if (count < 0)
      return errno == EINTR || errno == EAGAIN;
    if (count == 0)
      return false;
    reader_.commit(static_cast<std::size_t>(count));
    while (const auto line = reader_.next()) {
      pipeline_.feed(*line);
      if (!registered_ && pipeline_.handshake().ready())
        answer_handshake();
    }
    return true;
  }

  // One stray byte on standard output ends smtpd: from here on it leads to stderr.
  void answer_handshake()
  {
    registered_ = true;
    if (!write_all(STDOUT_FILENO, pipeline_.handshake().registration()))
      diagnostics_.say("cannot answer smtpd's handshake");
    dup2(STDERR_FILENO, STDOUT_FILENO);
  }

  const Options& options_;
  Diagnostics& diagnostics_;
  sigset_t signals_ = take_signals();
  FileOutput output_;
  Pipeline pipeline_;
  LineReader reader_;
  bool registered_ = false;
};

} // namespace

int run_filter(const Options& options, Diagnostics& diagnostics)
{
  return Filter(options, diagnostics).run();
}

} // namespace jsonlog
