// SPDX-License-Identifier: ISC
#include "program/follow.hpp"

#include "reading/growing_file.hpp"
#include "reading/json_line.hpp"
#include "reading/log_order.hpp"
#include "reading/logged_time.hpp"
#include "text/shown_text.hpp"

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <string>
#include <string_view>
#include <thread>

#include <poll.h>
#include <unistd.h>

namespace jsonlog {

namespace {

constexpr auto between_looks = std::chrono::milliseconds(50);

// What every line of a session's end holds, and few others do.
constexpr std::string_view end_mark = R"("final":true)";

std::string session_line(const JsonLine& line, const Terminal& terminal)
{
  const bool in = line.text("/opensmtpd/subsystem") == "smtp-in";
  const std::string side = in ? "/source" : "/destination";
  std::string text = terminal.time(parse_logged_time(line.text("/@timestamp")).value_or(0)) +
                     (in ? " in  " : " out ") + shown(line.text(side + "/address"), 60);
  if (const auto domain = line.text(side + "/domain"); !domain.empty())
    text += " (" + shown(domain, 60) + ")";
  const auto senders = line.list("/opensmtpd/session/mail_from");
  const std::int64_t accepted = line.number("/opensmtpd/count/rcpt_ok");
  const std::int64_t all = accepted + line.number("/opensmtpd/count/rcpt_tempfail") +
                           line.number("/opensmtpd/count/rcpt_permfail");
  if (line.number("/opensmtpd/count/mail") != 0)
    text += "  " + (senders.empty() ? std::string("<>") : shown(senders.front(), 60)) + " -> " +
            std::to_string(accepted) + " of " + std::to_string(all);
  if (const std::int64_t bytes = line.number("/opensmtpd/session/tx/bytes"); bytes != 0)
    text += "  " + std::to_string(bytes) + " B";
  for (const std::string& word : {shown(line.text("/opensmtpd/session/with"), 20),
                                  span_text(line.number("/event/duration") / 1000),
                                  shown(line.text("/opensmtpd/session/close"), 20)})
    if (!word.empty())
      text += "  " + word;
  const std::int64_t refusals =
    line.number("/opensmtpd/count/reply/4xx") + line.number("/opensmtpd/count/reply/5xx");
  const std::string_view reason = line.text("/event/reason");
  if (refusals != 0)
    text += "  " + terminal.in(Terminal::Ink::bad, std::to_string(refusals) + " refused");
  if (!reason.empty())
    text += "  " + shown(reason, 120);
  return text + '\n';
}

// True where standard output has lost its reader.
bool is_reader_gone()
{
  pollfd output = {STDOUT_FILENO, 0, 0};
  return poll(&output, 1, 0) > 0 && (output.revents & (POLLERR | POLLHUP | POLLNVAL)) != 0;
}

} // namespace

int run_follow(const Options& options)
{
  const Terminal terminal(options.reading);
  GrowingFile file(options.inputs.front(), longest_logged_line);
  JsonLine document;
  while (!is_reader_gone()) {
    while (const auto line = file.next()) {
      if (line->oversized || line->text.find(end_mark) == std::string_view::npos ||
          !document.parse(line->text) || !document.truth("/opensmtpd/session/final"))
        continue;
      const std::string text =
        options.json ? std::string(document.document()) + '\n' : session_line(document, terminal);
      std::fwrite(text.data(), 1, text.size(), stdout);
    }
    std::fflush(stdout);
    std::this_thread::sleep_for(between_looks);
  }
  return 0;
}

} // namespace jsonlog
