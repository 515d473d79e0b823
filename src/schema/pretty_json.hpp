// SPDX-License-Identifier: ISC
//
// RapidJSON's PrettyWriter for files that people read too: two blanks a level.
#pragma once

#include "text/rapidjson.hpp"

#include <string>
#include <string_view>

#include <rapidjson/prettywriter.h>

namespace jsonlog {

class PrettyJson
{
public:
  PrettyJson()
  {
    writer_.SetIndent(' ', 2);
    writer_.StartObject();
  }

  void open(std::string_view key)
  {
    write_key(key);
    writer_.StartObject();
  }
  void open_list(std::string_view key)
  {
    write_key(key);
    writer_.StartArray();
  }
  void open_element() { writer_.StartObject(); }
  void close() { writer_.EndObject(); }
  void close_list() { writer_.EndArray(); }
  void element(std::string_view text) { write(text); }

  void member(std::string_view key, std::string_view text)
  {
    write_key(key);
    write(text);
  }
  void member(std::string_view key, const char* text) { member(key, std::string_view(text)); }
  void member(std::string_view key, bool truth)
  {
    write_key(key);
    writer_.Bool(truth);
  }
  void member(std::string_view key, std::int64_t number)
  {
    write_key(key);
    writer_.Int64(number);
  }
  void member(std::string_view key, int number) { member(key, std::int64_t{number}); }

  // Closes the document, which can then no longer be written to.
  std::string finish()
  {
    writer_.EndObject();
    return std::string(buffer_.GetString(), buffer_.GetSize()) + '\n';
  }

private:
  void write_key(std::string_view key)
  {
    writer_.Key(key.data(), static_cast<rapidjson::SizeType>(key.size()));
  }
  void write(std::string_view text)
  {
    writer_.String(text.data(), static_cast<rapidjson::SizeType>(text.size()));
  }

  rapidjson::StringBuffer buffer_;
  rapidjson::PrettyWriter<rapidjson::StringBuffer> writer_{buffer_};
};

} // namespace jsonlog
