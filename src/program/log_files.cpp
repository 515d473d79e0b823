// SPDX-License-Identifier: ISC
#include "program/log_files.hpp"

#include "program/recording.hpp"
#include "reading/log_order.hpp"

#include <algorithm>
#include <cstring>
#include <filesystem>
#include <system_error>
#include <utility>

namespace jsonlog {

namespace {

// Of a log: `events-20261120T100000Z.json.zst`.
bool is_log(const std::filesystem::directory_entry& entry)
{
  std::error_code error;
  const std::string name = entry.path().filename().string();
  return entry.is_regular_file(error) &&
         (name.ends_with(".json") || name.ends_with(".json.gz") || name.ends_with(".json.zst"));
}

// An empty text, or what is wrong with one of the folders.
std::string expand_folders(const std::vector<std::string>& inputs, std::vector<std::string>& files)
{
  for (const std::string& path : inputs) {
    std::error_code error;
    if (!std::filesystem::is_directory(path, error)) {
      files.push_back(path);
      continue;
    }
    for (const auto& entry : std::filesystem::directory_iterator(path, error))
      if (is_log(entry))
        files.push_back(entry.path().string());
    if (error)
      return path + ": " + error.message();
  }
  return {};
}

} // namespace

std::optional<std::vector<std::string>> logs_in_order(const std::vector<std::string>& inputs,
                                                      Diagnostics& diagnostics)
{
  std::vector<std::string> paths;
  if (const std::string wrong = expand_folders(inputs, paths); !wrong.empty()) {
    diagnostics.say(wrong);
    return std::nullopt;
  }
  std::vector<std::pair<FileAge, std::string>> files;
  for (std::string& path : paths) {
    int error = 0;
    FileAge age = path == "-" ? FileAge{} : age_of(path, error);
    if (error != 0) {
      diagnostics.say(path + ": " + std::strerror(error));
      return std::nullopt;
    }
    if (path != "-" && age.time.empty())
      age.time = time_of_recording(path);
    files.emplace_back(std::move(age), std::move(path));
  }
  std::stable_sort(files.begin(), files.end(),
                   [](const auto& a, const auto& b) { return a.first < b.first; });
  paths.clear();
  for (auto& [age, path] : files)
    paths.push_back(std::move(path));
  return paths;
}

} // namespace jsonlog
