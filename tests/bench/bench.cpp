// SPDX-License-Identifier: ISC
//
// bench STREAM [cached|from-nothing]: what a line costs.
//
// Feeds a recorded stream to the pipeline with null output, the cached way and the from-nothing
// way in turn, checks that both give the same bytes, and prints the best of three runs of each in
// events per second of user time. With a second argument it runs that way once, for a profiler.
#include "jsonlog/pipeline.hpp"
#include "user_time.hpp"

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <string>
#include <string_view>

namespace {

using jsonlog::Format;
using jsonlog::LineSettings;
using jsonlog::Pipeline;
using Way = jsonlog::Snapshot::Way;

// Counts; and where it is asked to, digests (FNV-1a), which is not measured.
class Digest : public jsonlog::LineSink
{
public:
  explicit Digest(bool compute)
    : compute_(compute)
  {}

  bool write(std::string_view line, jsonlog::Worth) override
  {
    ++lines;
    bytes += line.size();
    if (compute_)
      for (const char c : line)
        value = (value ^ static_cast<unsigned char>(c)) * 0x100000001b3U;
    return true;
  }

  std::uint64_t lines = 0, bytes = 0, value = 0xcbf29ce484222325U;

private:
  bool compute_;
};

double run(std::string_view stream, Way way, Digest& sink)
{
  const double start = user_seconds();
  LineSettings settings;
  settings.program_version = "bench";
  Pipeline pipeline({settings, Format::json, 1'000'000}, sink, way);
  while (!stream.empty()) {
    const std::size_t end = stream.find('\n');
    pipeline.feed({stream.substr(0, end), false});
    stream.remove_prefix(end == std::string_view::npos ? stream.size() : end + 1);
  }
  pipeline.finish();
  return user_seconds() - start;
}

double best_of_three(std::string_view stream, Way way)
{
  double best = 1e9;
  for (int i = 0; i < 3; ++i) {
    Digest sink(false);
    best = std::min(best, run(stream, way, sink));
  }
  return best;
}

std::uint64_t digest(std::string_view stream, Way way)
{
  Digest sink(true);
  run(stream, way, sink);
  return sink.value;
}

} // namespace

int main(int argc, char** argv)
{
  if (argc < 2) {
    std::fputs("usage: bench STREAM [cached|from-nothing]\n", stderr);
    return 2;
  }
  std::ifstream file(argv[1], std::ios::binary);
  const std::string stream{std::istreambuf_iterator<char>(file), {}};
  if (argc > 2) {
    Digest sink(false);
    run(stream, std::string_view(argv[2]) == "cached" ? Way::cached : Way::from_nothing, sink);
    return 0;
  }
  Digest sink(false);
  run(stream, Way::cached, sink);
  const double cached = best_of_three(stream, Way::cached);
  const double from_nothing = best_of_three(stream, Way::from_nothing);
  const auto lines = static_cast<double>(sink.lines);
  std::printf("lines         %.0f, %.0f bytes each\n", lines,
              static_cast<double>(sink.bytes) / lines);
  std::printf("cached        %.0f events/s, %.0f ns each\n", lines / cached, cached / lines * 1e9);
  std::printf("from nothing  %.0f events/s, %.0f ns each\n", lines / from_nothing,
              from_nothing / lines * 1e9);
  std::printf("ratio         %.2f\n", from_nothing / cached);
  if (digest(stream, Way::cached) != digest(stream, Way::from_nothing)) {
    std::puts("the two ways differ");
    return 1;
  }
  std::puts("same bytes");
  return 0;
}
