// SPDX-License-Identifier: ISC
#pragma once

#include "jsonlog/report.hpp"
#include "jsonlog/session.hpp"
#include "jsonlog/text.hpp"

#include <string_view>

namespace jsonlog {

// Appends the inside of the JSON string `message`: one short English sentence,
//   tx-rcpt permfail nosuch@example.net from 192.0.2.9 (mail.example.org) tx 9d298b89
// `report` is null for a synthetic end, whose name is `action`. `peer` is JSON text already.
// Returns false if it had to cut.
bool append_message(TextBuffer& out, std::string_view action, const Session& session,
                    const Report* report, std::string_view peer, Cut cut);

// The end of that sentence: ` from 192.0.2.9 (mail.example.org)`, or ` to` for smtp-out. Returns
// false if it had to cut.
bool append_peer(TextBuffer& out, const Session& session, Cut cut);

} // namespace jsonlog
