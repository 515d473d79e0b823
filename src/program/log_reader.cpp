// SPDX-License-Identifier: ISC
#include "program/log_reader.hpp"

#include "program/log_files.hpp"
#include "program/recording.hpp"
#include "reading/input_lines.hpp"
#include "reading/log_order.hpp"

#include <atomic>
#include <chrono>
#include <csignal>
#include <cstdio>
#include <memory>
#include <string>
#include <utility>

#include <unistd.h>

namespace jsonlog {

namespace {

constexpr std::int64_t first_progress_ms = 1000;
constexpr std::int64_t between_progress_ms = 200;

std::atomic<bool> interrupted{false};
static_assert(std::atomic<bool>::is_always_lock_free);

extern "C" void note_interrupt(int)
{
  interrupted = true;
}

std::int64_t now_ms()
{
  const auto now = std::chrono::steady_clock::now().time_since_epoch();
  return std::chrono::duration_cast<std::chrono::milliseconds>(now).count();
}

} // namespace

LogReader::LogReader(const std::vector<std::string>& inputs, Diagnostics& diagnostics)
  : inputs_(inputs)
  , diagnostics_(diagnostics)
{}

bool LogReader::read(const Visit& visit)
{
  std::signal(SIGINT, note_interrupt);
  next_progress_ms_ = now_ms() + first_progress_ms;
  const auto paths = logs_in_order(inputs_, diagnostics_);
  if (!paths)
    return false;
  bool good = true;
  for (const std::string& path : *paths)
    good = (interrupted || read_file(path, visit)) && good;
  end_progress();
  if (foreign_ != 0)
    diagnostics_.say(std::to_string(foreign_) + " lines are neither of a log nor reports");
  return good;
}

bool LogReader::read_file(const std::string& path, const Visit& visit)
{
  InputLines file(path, longest_logged_line);
  std::unique_ptr<Recording> recording;
  bool first = true;
  while (!interrupted) {
    const auto line = file.next();
    if (!line)
      break;
    if (std::exchange(first, false) && is_of_recording(line->text))
      recording =
        std::make_unique<Recording>([&](std::string_view text) { read_line(text, visit); });
    show_progress(line->text.size() + 1);
    if (recording != nullptr)
      recording->feed(*line);
    else if (needle_.empty() || line->text.find(needle_) != std::string_view::npos)
      read_line(line->oversized ? std::string_view() : line->text, visit);
  }
  if (recording != nullptr)
    recording->finish();
  return file.error() == 0 || refuse(path, file.problem());
}

void LogReader::read_line(std::string_view text, const Visit& visit)
{
  if (!line_.parse(text) || line_.record().empty()) {
    ++foreign_;
    return;
  }
  ++lines_;
  visit(line_);
}

void LogReader::show_progress(std::uint64_t bytes)
{
  constexpr std::uint64_t between_looks = std::uint64_t{1} << 20;
  const std::uint64_t before = std::exchange(bytes_, bytes_ + bytes);
  if (before / between_looks == bytes_ / between_looks || isatty(STDERR_FILENO) == 0)
    return;
  const std::int64_t now = now_ms();
  if (now < next_progress_ms_)
    return;
  next_progress_ms_ = now + between_progress_ms;
  progress_shown_ = true;
  std::fprintf(stderr, "\r%llu MB ", static_cast<unsigned long long>(bytes_ >> 20U));
}

void LogReader::end_progress()
{
  if (std::exchange(progress_shown_, false))
    std::fputs("\r\033[K", stderr);
}

bool LogReader::refuse(const std::string& path, const std::string& why)
{
  end_progress();
  diagnostics_.say(path + ": " + why);
  return false;
}

} // namespace jsonlog
