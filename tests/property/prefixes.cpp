// SPDX-License-Identifier: ISC
//
// prefixes FILE: cuts a report stream at every byte of its beginning, and at some later ones.
// What comes out of a cut stream is what the whole lines give in the whole stream, then at most
// one line for the fragment, then the end of every session that is open.
#include "jsonlog/pipeline.hpp"
#include "memory_sink.hpp"

#include <algorithm>
#include <cstdio>
#include <cstring>
#include <fstream>
#include <iterator>
#include <string>
#include <string_view>
#include <vector>

using namespace jsonlog;

namespace {

constexpr std::size_t every_byte_until = 20'000;
constexpr std::size_t later_step = 101;

std::vector<std::string> run(std::string_view stream)
{
  MemorySink sink;
  Pipeline pipeline({}, sink);
  LineReader reader;
  while (!stream.empty()) {
    const auto [data, size] = reader.space();
    const std::size_t count = std::min(size, stream.size());
    std::memcpy(data, stream.data(), count);
    reader.commit(count);
    stream.remove_prefix(count);
    while (const auto line = reader.next())
      pipeline.feed(*line);
  }
  if (const auto line = reader.rest())
    pipeline.feed(*line);
  pipeline.finish();
  return sink.lines;
}

bool holds(const std::string& line, std::string_view text)
{
  return line.find(text) != std::string::npos;
}

// How many sessions are open behind a line, given how many were before it.
std::size_t open_behind(const std::string& line, std::size_t open)
{
  open += holds(line, R"(,"sequence":0,"id":")") ? 1U : 0U;
  return open - (holds(line, R"("final":true)") ? 1U : 0U);
}

class WholeStream
{
public:
  explicit WholeStream(std::string_view stream)
    : lines_(run(stream))
  {
    for (const std::string& line : lines_)
      open_.push_back(open_behind(line, open_.back()));
  }

  // What is wrong with the output of a stream that ends behind `whole` lines of output.
  const char* complaint(const std::vector<std::string>& cut, std::size_t whole) const
  {
    const auto end = cut.begin() + static_cast<std::ptrdiff_t>(whole);
    if (cut.size() < whole || !std::equal(cut.begin(), end, lines_.begin()))
      return "the lines before the cut differ";
    std::size_t open = open_[whole];
    for (std::size_t i = whole; i < cut.size(); ++i) {
      if (i > whole && !holds(cut[i], R"("action":"session-shutdown")"))
        return "a fragment gave two lines";
      open = open_behind(cut[i], open);
    }
    return open == 0 ? nullptr : "a session has no end";
  }

private:
  std::vector<std::string> lines_;
  std::vector<std::size_t> open_ = {0};
};

} // namespace

int main(int argc, char** argv)
{
  if (argc != 2)
    return 2;
  std::ifstream file(argv[1], std::ios::binary);
  const std::string stream{std::istreambuf_iterator<char>(file), {}};
  const WholeStream all(stream);
  std::size_t cuts = 0;
  std::size_t whole = 0; // lines that came out of the whole lines before the cut
  std::size_t line_start = 0;
  for (std::size_t at = 0; at < stream.size(); ++at) {
    if (at > 0 && stream[at - 1] == '\n') {
      whole += std::string_view(stream).substr(line_start).starts_with("config|") ? 0U : 1U;
      line_start = at;
    }
    if (at >= every_byte_until && at % later_step != 0)
      continue;
    ++cuts;
    const char* const complaint = all.complaint(run(std::string_view(stream).substr(0, at)), whole);
    if (complaint != nullptr) {
      std::fprintf(stderr, "cut at byte %zu: %s\n", at, complaint);
      return 1;
    }
  }
  std::printf("%zu cuts\n", cuts);
  return cuts > 0 ? 0 : 1;
}
