// SPDX-License-Identifier: ISC
#include "program/option_checks.hpp"

#include "output/syslog_sink.hpp"

#include <algorithm>
#include <filesystem>
#include <initializer_list>
#include <string>
#include <system_error>

#include <CLI/CLI.hpp>

namespace jsonlog {

namespace {

// A file of less would hold little more than its first line.
constexpr std::uint64_t smallest_rotated = std::uint64_t{16} * 1024;

bool any_given(const CLI::App& app, std::initializer_list<const char*> names)
{
  return std::any_of(names.begin(), names.end(),
                     [&app](const char* name) { return app.count(name) > 0; });
}

// What is asked for and can never happen is a mistake.
void check_rotation(const CLI::App& app, const Options& options)
{
  const bool keep = any_given(app, {"--keep", "--keep-bytes", "--compress"});
  const bool any = keep || any_given(app, {"--rotate-size", "--rotate-time"});
  std::error_code error;
  const auto status = std::filesystem::status(options.file, error);
  if (any && options.to_syslog)
    throw CLI::ValidationError("--rotate-size, --rotate-time, --keep, --compress",
                               "the syslog daemon's file is not rotated here");
  if (any && options.mode == Mode::replay)
    throw CLI::ValidationError("--rotate-size, --rotate-time, --keep, --compress",
                               "replay does not rotate its output");
  if (any && std::filesystem::exists(status) && !std::filesystem::is_regular_file(status))
    throw CLI::ValidationError("--rotate-size, --rotate-time, --keep, --compress",
                               "'" + options.file + "' is no regular file and is not rotated");
  if (keep && !options.rotation.ever())
    throw CLI::ValidationError("--keep, --keep-bytes, --compress",
                               "nothing is rotated with --rotate-size 0 and no --rotate-time");
  if (options.rotation.size != 0 && options.rotation.size < smallest_rotated)
    throw CLI::ValidationError("--rotate-size", "less than 16K");
}

// Whether the path leads, over links, to a descriptor of a process: /dev/stderr, /proc/self/fd/1.
bool is_descriptor(std::filesystem::path path)
{
  constexpr int most_links = 40; // as in Linux
  std::error_code error;
  for (int links = 0; links < most_links; ++links) {
    const auto written = path.lexically_normal().parent_path();
    const auto resolved = std::filesystem::canonical(written, error);
    const auto folder = error ? written : resolved; // without /proc there is only what is written
    if (folder.filename() == "fd" && (folder.string().starts_with("/proc/") || folder == "/dev/fd"))
      return true;
    const auto target = std::filesystem::read_symlink(path, error);
    if (error)
      return false;
    path = folder / target;
  }
  return false;
}

void check_file(const Options& options)
{
  if (options.mode != Mode::replay && options.file.front() != '/')
    throw CLI::ValidationError("--file", "'" + options.file +
                                           "' is not an absolute path, and smtpd's working "
                                           "folder is no place for a log");
  std::error_code error;
  if (options.file.back() == '/' || std::filesystem::is_directory(options.file, error))
    throw CLI::ValidationError("--file", "'" + options.file + "' is a directory");
  if (is_descriptor(options.file))
    throw CLI::ValidationError("--file", "'" + options.file +
                                           "' is an open descriptor: smtpd reads what a filter "
                                           "prints; use a file, a FIFO or --syslog");
  if (std::filesystem::is_block_file(options.file, error))
    throw CLI::ValidationError("--file", "'" + options.file + "' is a block device");
}

void check_syslog(const SyslogSettings& syslog)
{
  if (!syslog.socket.starts_with('/') || !SyslogSink::fits_socket_address(syslog.socket))
    throw CLI::ValidationError("--syslog-socket",
                               "'" + syslog.socket +
                                 "' is not an absolute path, or too long for a socket");
  std::error_code error;
  if (std::filesystem::is_directory(syslog.socket, error))
    throw CLI::ValidationError("--syslog-socket", "'" + syslog.socket + "' is a directory");
  if (!is_syslog_tag(syslog.tag))
    throw CLI::ValidationError("--tag",
                               "'" + syslog.tag + "' is not up to 32 letters, digits and -_./");
}

} // namespace

void check_options(const CLI::App& app, const Options& options)
{
  if (options.mode == Mode::schema)
    return;
  // A line stands in one half of the queue, with its LF.
  if (options.queue_bytes / 2 <= options.pipeline.line.max_line)
    throw CLI::ValidationError("--queue-bytes", "not room for two lines of --max-line");
  const bool reads = options.mode != Mode::filter && options.mode != Mode::replay;
  if (reads && (options.to_syslog || !options.file.empty()))
    throw CLI::ValidationError(options.to_syslog ? "--syslog" : "--file",
                               "not with a command that only reads");
  const Selection& selection = options.pipeline.selection;
  if (selection.whole.any() && selection.lines == LineChoice::all)
    throw CLI::ValidationError("--whole", "not with --lines all, which writes every line anyway");
  if (options.to_syslog && !options.file.empty())
    throw CLI::ValidationError("--syslog", "not beside --file: a filter has one output, and smtpd "
                                           "takes two filters");
  if (options.to_syslog)
    check_syslog(options.syslog);
  else if (!options.file.empty())
    check_file(options);
  else if (options.mode == Mode::filter)
    throw CLI::RequiredError("--file or --syslog");
  if (options.file.empty() && any_given(app, {"--file-mode", "--file-group"}))
    throw CLI::ValidationError("--file-mode, --file-group", "there is no --file");
  check_rotation(app, options);
}

} // namespace jsonlog
