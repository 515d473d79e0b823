// SPDX-License-Identifier: ISC
//
// bench_file STREAM OUTPUT cached|stock: a whole process that writes a recorded stream to a file.
//
// `cached` is what the filter does. `stock` is the obvious program: every line from nothing, and
// spdlog's own rotating sink behind it. Compare the two with time(1) or the like.
#include "recorded.hpp"

#include <cstdio>
#include <memory>
#include <string>
#include <string_view>

#include <spdlog/logger.h>
#include <spdlog/sinks/rotating_file_sink.h>

namespace {

class RotatingSink : public jsonlog::LineSink
{
public:
  explicit RotatingSink(const std::string& path)
    : logger_("stock", std::make_shared<spdlog::sinks::rotating_file_sink_mt>(path, never, 1))
  {
    logger_.set_pattern("%v");
  }

  bool write(std::string_view line, jsonlog::Worth) override
  {
    line.remove_suffix(1); // the sink adds one
    logger_.info(line);
    return true;
  }

private:
  static constexpr std::size_t never = std::size_t{1} << 60;
  spdlog::logger logger_;
};

void write_stock(const char* stream, const char* output)
{
  RotatingSink sink(output);
  jsonlog::Pipeline pipeline({bench_settings()}, sink, jsonlog::Snapshot::Way::from_nothing);
  each_line(stream, [&pipeline](const jsonlog::Line& line) { pipeline.feed(line); });
  pipeline.finish();
}

} // namespace

int main(int argc, char** argv)
{
  if (argc != 4) {
    std::fputs("usage: bench_file STREAM OUTPUT cached|stock\n", stderr);
    return 2;
  }
  if (std::string_view(argv[3]) == "stock")
    write_stock(argv[1], argv[2]);
  else
    filter_to_file(argv[1], argv[2]);
}
