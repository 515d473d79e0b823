// SPDX-License-Identifier: ISC
#include "replay.hpp"

#include "file_output.hpp"
#include "jsonlog/line_reader.hpp"

#include <cerrno>
#include <cstring>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include <fcntl.h>
#include <unistd.h>

namespace jsonlog {

namespace {

constexpr int input_or_output_failed = 1;

// Lines to standard output; waits as long as it takes.
class StandardOutput : public LineSink
{
public:
  bool write(std::string_view line) override
  {
    buffer_ += line;
    return buffer_.size() < write_size || flush();
  }

  bool flush()
  {
    std::string_view rest = buffer_;
    while (!rest.empty()) {
      const ssize_t count = ::write(STDOUT_FILENO, rest.data(), rest.size());
      if (count < 0 && errno != EINTR) {
        failed_ = true;
        break;
      }
      if (count > 0)
        rest.remove_prefix(static_cast<std::size_t>(count));
    }
    buffer_.clear();
    return !failed_;
  }

private:
  static constexpr std::size_t write_size = std::size_t{256} * 1024;
  std::string buffer_;
  bool failed_ = false;
};

class Input
{
public:
  explicit Input(const std::string& path)
    : descriptor_(path == "-" ? dup(STDIN_FILENO) : open(path.c_str(), O_RDONLY | O_CLOEXEC))
  {}
  ~Input()
  {
    if (descriptor_ >= 0)
      close(descriptor_);
  }
  Input(const Input&) = delete;
  Input& operator=(const Input&) = delete;

  // False if the input cannot be opened or read; errno says why.
  bool feed(Pipeline& pipeline) const
  {
    if (descriptor_ < 0)
      return false;
    LineReader reader;
    for (;;) {
      const auto [data, size] = reader.space();
      const ssize_t count = read(descriptor_, data, size);
      if (count < 0 && errno == EINTR)
        continue;
      if (count < 0)
        return false;
      if (count == 0)
        break;
      reader.commit(static_cast<std::size_t>(count));
      while (const auto line = reader.next())
        pipeline.feed(*line);
    }
    if (const auto line = reader.rest())
      pipeline.feed(*line);
    return true;
  }

private:
  const int descriptor_;
};

} // namespace

int run_replay(const Options& options, Diagnostics& diagnostics)
{
  StandardOutput standard_output;
  std::optional<FileOutput> file;
  if (!options.file.empty())
    file.emplace(options.file, diagnostics);
  LineSink& sink = file ? static_cast<LineSink&>(*file) : standard_output;

  Pipeline pipeline(options.line, options.format, options.max_sessions, sink);
  for (const std::string& path : options.inputs) {
    const Input input(path);
    if (!input.feed(pipeline)) {
      diagnostics.say(path + ": " + std::strerror(errno));
      return input_or_output_failed;
    }
  }
  pipeline.finish();
  if (!(file ? file->flush() : standard_output.flush())) {
    diagnostics.say("not everything could be written");
    return input_or_output_failed;
  }
  return pipeline.logger().dropped == 0 ? 0 : input_or_output_failed;
}

} // namespace jsonlog
