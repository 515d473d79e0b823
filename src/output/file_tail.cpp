// SPDX-License-Identifier: ISC
#include "output/file_tail.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <utility>

#include <unistd.h>

namespace jsonlog {

namespace {

// False: not all of them can be read.
bool read_at(int descriptor, std::uint64_t offset, std::string& bytes)
{
  std::size_t done = 0;
  while (done < bytes.size()) {
    const ssize_t count = pread(descriptor, bytes.data() + done, bytes.size() - done,
                                static_cast<off_t>(offset + done));
    if (count <= 0)
      return false;
    done += static_cast<std::size_t>(count);
  }
  return true;
}

// The text between `before` and the first `end` after it; nothing if one of them is not there.
std::optional<std::string_view> between(std::string_view text, std::string_view before, char end)
{
  const std::size_t at = text.find(before);
  if (at == std::string_view::npos)
    return {};
  text.remove_prefix(at + before.size());
  const std::size_t size = text.find(end);
  if (size == std::string_view::npos)
    return {};
  return text.substr(0, size);
}

std::optional<std::uint64_t> number_after(std::string_view text, std::string_view before)
{
  const std::size_t at = text.find(before);
  if (at == std::string_view::npos)
    return {};
  text.remove_prefix(at + before.size());
  std::uint64_t number = 0;
  if (std::from_chars(text.data(), text.data() + text.size(), number).ec != std::errc())
    return {};
  return number;
}

} // namespace

std::optional<FileTail> read_tail(int descriptor, std::uint64_t size, std::size_t limit)
{
  constexpr std::size_t first_look = std::size_t{16} * 1024;
  constexpr auto npos = std::string::npos;
  const std::size_t most = static_cast<std::size_t>(std::min<std::uint64_t>(size, limit));
  for (std::size_t look = std::min(most, first_look);; look = std::min(most, look * 4)) {
    std::string bytes(look, '\0');
    if (!read_at(descriptor, size - look, bytes))
      return {};
    const std::size_t end = bytes.rfind('\n');
    const std::size_t before = end == npos || end == 0 ? npos : bytes.rfind('\n', end - 1);
    if (before == npos && look < most)
      continue;
    FileTail tail;
    tail.torn = bytes.substr(end + 1); // npos + 1 is 0
    if (end != npos && (before != npos || look == size))
      tail.last_line = bytes.substr(before + 1, end - before - 1);
    return tail;
  }
}

bool is_piece_of_line(std::string_view torn) noexcept
{
  constexpr std::array<std::string_view, 4> beginnings = {R"({"@timestamp":")", "report|",
                                                          "time=", std::string_view("\0", 1)};
  return std::any_of(beginnings.begin(), beginnings.end(), [torn](std::string_view beginning) {
    const std::size_t common = std::min(torn.size(), beginning.size());
    return torn.substr(0, common) == beginning.substr(0, common);
  });
}

// No string of a line can hold `"logger":{`: its quotes would have backslashes.
std::optional<MetaFacts::Logger> parse_logger_facts(std::string_view line)
{
  const auto logger = between(line, R"("logger":{)", '}');
  if (!logger)
    return {};
  const auto run = between(*logger, R"("run":")", '"');
  const auto sequence = number_after(*logger, R"("sequence":)");
  const auto dropped = number_after(*logger, R"("dropped":)");
  if (!run || !sequence || !dropped)
    return {};
  return MetaFacts::Logger{std::string(*run), *sequence, *dropped};
}

} // namespace jsonlog
