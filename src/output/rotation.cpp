// SPDX-License-Identifier: ISC
#include "output/rotation.hpp"

#include "jsonlog/time_text.hpp"

#include <algorithm>
#include <charconv>
#include <utility>

namespace jsonlog {

namespace {

constexpr std::string_view time_shape = "00000000T000000Z";
constexpr std::string_view number_shape = "_0000"; // `_` stands behind `.`: the first has none
constexpr unsigned last_number = 9999;
constexpr std::string_view unfinished_suffix = ".unfinished";

constexpr std::int64_t hour_s = 3600;
constexpr std::int64_t day_s = 24 * hour_s;

// A `0` of the shape stands for any digit.
bool has_shape(std::string_view text, std::string_view shape) noexcept
{
  return std::equal(text.begin(), text.end(), shape.begin(), shape.end(), [](char c, char wanted) {
    return wanted == '0' ? c >= '0' && c <= '9' : c == wanted;
  });
}

std::string time_text(std::int64_t time)
{
  TextBuffer text;
  append_time(text, time * 1'000'000);
  std::string compact;
  for (const char c : text.view().substr(0, text.view().find('.')))
    if (c != '-' && c != ':')
      compact += c;
  return compact + 'Z';
}

std::string number_text(unsigned number)
{
  if (number == 0)
    return {};
  const std::string digits = std::to_string(number);
  return '_' + std::string(number_shape.size() - 1 - digits.size(), '0') + digits;
}

} // namespace

bool is_later_period(RotateTime time, std::int64_t then, std::int64_t now) noexcept
{
  if (time == RotateTime::never)
    return false;
  const std::int64_t length = time == RotateTime::hourly ? hour_s : day_s;
  return now / length > then / length;
}

RotatedNames::RotatedNames(std::string_view path, Packing packing)
  : packing_(packing)
{
  const std::size_t slash = path.rfind('/');
  folder_ = slash == std::string_view::npos ? "." : path.substr(0, std::max(slash, std::size_t{1}));
  const std::string_view name = path.substr(slash + 1); // npos + 1 is 0
  const std::size_t dot = name.rfind('.');
  const bool has_extension = dot != std::string_view::npos && dot != 0;
  stem_ = name.substr(0, has_extension ? dot : name.size());
  extension_ = name.substr(stem_.size());
}

std::string_view suffix_of(Packing packing) noexcept
{
  switch (packing) {
  case Packing::none: break;
  case Packing::zstd: return ".zst";
  case Packing::gzip: return ".gz";
  }
  return {};
}

bool RotatedNames::matches(std::string_view name) const noexcept
{
  return is_plain(name) || (packing_ != Packing::none && is_packed(name));
}

bool RotatedNames::is_packed(std::string_view name) const noexcept
{
  for (const Packing packing : {Packing::zstd, Packing::gzip}) {
    const std::string_view suffix = suffix_of(packing);
    if (name.ends_with(suffix) && is_plain(name.substr(0, name.size() - suffix.size())))
      return true;
  }
  return false;
}

std::string RotatedNames::unfinished(std::string_view packed_name)
{
  return std::string(packed_name).append(unfinished_suffix);
}

bool RotatedNames::is_unfinished(std::string_view name) const noexcept
{
  return name.ends_with(unfinished_suffix) &&
         is_packed(name.substr(0, name.size() - unfinished_suffix.size()));
}

bool RotatedNames::is_plain(std::string_view name) const noexcept
{
  const std::size_t around = stem_.size() + 1 + extension_.size();
  if (name.size() < around + time_shape.size() || !name.starts_with(stem_) ||
      name[stem_.size()] != '-' || !name.ends_with(extension_))
    return false;
  const std::string_view middle = name.substr(stem_.size() + 1, name.size() - around);
  const std::string_view number = middle.substr(time_shape.size());
  return has_shape(middle.substr(0, time_shape.size()), time_shape) &&
         (number.empty() || has_shape(number, number_shape));
}

std::string RotatedNames::next(std::int64_t now, std::string_view newest) const
{
  std::string time = time_text(now);
  unsigned number = 0;
  if (matches(newest)) {
    const std::string_view newest_time = newest.substr(stem_.size() + 1, time_shape.size());
    if (newest_time >= time) {
      const std::string_view rest = newest.substr(stem_.size() + 1 + time_shape.size());
      if (rest.starts_with(number_shape.front()))
        std::from_chars(rest.data() + 1, rest.data() + number_shape.size(), number);
      if (++number <= last_number)
        time = newest_time;
      else
        number = 0; // out of order rather than never again
    }
  }
  return stem_ + '-' + time + number_text(number) + extension_;
}

std::vector<std::string> surplus(std::vector<RotatedFile> files, const RotationSettings& settings)
{
  std::sort(files.begin(), files.end(),
            [](const RotatedFile& a, const RotatedFile& b) { return a.name < b.name; });
  std::uint64_t kept = 0;
  std::uint64_t bytes = 0;
  while (!files.empty()) {
    bytes += files.back().bytes;
    if ((settings.keep != 0 && kept == settings.keep) ||
        (settings.keep_bytes != 0 && bytes > settings.keep_bytes))
      break;
    ++kept;
    files.pop_back();
  }
  std::vector<std::string> names;
  for (RotatedFile& file : files)
    names.push_back(std::move(file.name));
  return names;
}

} // namespace jsonlog
