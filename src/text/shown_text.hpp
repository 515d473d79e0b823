// SPDX-License-Identifier: ISC
//
// Text of strangers for a terminal: nothing in it moves the cursor, changes a colour or turns the
// direction of writing.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace jsonlog {

// Appends the text; control characters (C0, DEL, C1), line and paragraph separators, and marks that
// set the direction of text become `<U+202E>`, and what is no UTF-8 becomes `\xNN`. After `most`
// columns, counted in characters, it ends with `...`.
void append_shown(std::string& out, std::string_view text, std::size_t most);
std::string shown(std::string_view text, std::size_t most = std::string_view::npos);

// The inside of a JSON string, in which such characters become `\u202e`: the same value.
// REQUIRES: it is UTF-8.
std::string shown_json(std::string_view json);

} // namespace jsonlog
