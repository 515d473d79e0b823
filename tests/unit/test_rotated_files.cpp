// SPDX-License-Identifier: ISC
#include "output/rotated_files.hpp"

#include <cerrno>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <set>
#include <string>

#include <doctest/doctest.h>

using namespace jsonlog;

namespace {

namespace fs = std::filesystem;

constexpr std::int64_t at_ten = 1795168800; // 2026-11-20T10:00:00Z

// A folder of its own, in which the live file is `events.json`.
class Folder
{
public:
  Folder()
  {
    std::string path = (fs::temp_directory_path() / "filter-jsonlog-XXXXXX").string();
    path_ = mkdtemp(path.data());
  }
  ~Folder() { fs::remove_all(path_); }
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;

  std::string at(const std::string& name) const { return path_ / name; }
  void write(const std::string& name, const std::string& text = "text") const
  {
    std::ofstream(at(name)) << text;
  }
  std::set<std::string> names() const
  {
    std::set<std::string> names;
    for (const auto& entry : fs::directory_iterator(path_))
      names.insert(entry.path().filename());
    return names;
  }

private:
  fs::path path_;
};

using Names = std::set<std::string>;

} // namespace

TEST_SUITE("rotated_files")
{
  TEST_CASE("the live file gets the next name")
  {
    const Folder folder;
    RotatedFiles files(folder.at("events.json"), {});
    for (const char* expected :
         {"events-20261120T100000Z.json", "events-20261120T100000Z_0001.json"}) {
      folder.write("events.json");
      CHECK(files.add(at_ten) == folder.at(expected));
    }
    CHECK(folder.names() ==
          Names{"events-20261120T100000Z.json", "events-20261120T100000Z_0001.json"});
  }

  TEST_CASE("what has that name and is no old part of the log is not overwritten")
  {
    const Folder folder;
    folder.write("events.json");
    folder.write("precious");
    fs::create_symlink("precious", folder.at("events-20261120T100000Z.json"));
    RotatedFiles files(folder.at("events.json"), {});
    CHECK(files.add(at_ten).empty());
    CHECK(errno == EEXIST);
    CHECK(folder.names() == Names{"events.json", "precious", "events-20261120T100000Z.json"});
    CHECK(files.add(at_ten + 1) == folder.at("events-20261120T100001Z.json"));
  }

  TEST_CASE("without a live file or its folder there is nothing to rename")
  {
    const Folder folder;
    CHECK(RotatedFiles(folder.at("events.json"), {}).add(at_ten).empty());
    CHECK(errno == ENOENT);
    CHECK(RotatedFiles(folder.at("missing/events.json"), {}).add(at_ten).empty());
    CHECK(errno == ENOENT);
  }

  TEST_CASE("only old parts of the log are deleted, the oldest of them")
  {
    const Folder folder;
    const Names others = {"events.json", "events-20200101T000000Z.json.gz", "other"};
    for (const std::string& name : others)
      folder.write(name);
    for (const char* name : {"events-20260101T000000Z.json", "events-20260101T000000Z_0001.json",
                             "events-20260102T000000Z.json"})
      folder.write(name);
    RotationSettings settings;
    settings.keep = 2;
    CHECK(RotatedFiles(folder.at("events.json"), settings).delete_surplus());
    Names expected = others;
    expected.insert({"events-20260101T000000Z_0001.json", "events-20260102T000000Z.json"});
    CHECK(folder.names() == expected);
  }

  TEST_CASE("sizes are those of the files")
  {
    const Folder folder;
    folder.write("events-20260101T000000Z.json", std::string(100, 'x'));
    folder.write("events-20260102T000000Z.json", std::string(200, 'x'));
    RotationSettings settings;
    settings.keep_bytes = 299;
    CHECK(RotatedFiles(folder.at("events.json"), settings).delete_surplus());
    CHECK(folder.names() == Names{"events-20260102T000000Z.json"});
  }
}
