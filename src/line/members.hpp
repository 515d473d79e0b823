// SPDX-License-Identifier: ISC
//
// The parts of a session as members of the JSON object that is open; nothing where the session
// has nothing to say. This is the schema, in RapidJSON's words.
#pragma once

#include "jsonlog/report.hpp"
#include "jsonlog/session.hpp"
#include "line/json.hpp"

namespace jsonlog {

// --- The root ---
void write_link(Json& json, const Session& session); // source, destination, network
void write_tls(Json& json, const Session& session);
void write_user(Json& json, const Session& session);
void write_related(Json& json, const Session& session);
void write_email(Json& json, const Session& session);

// --- opensmtpd ---
void write_session(Json& json, const Session& session);
void write_fcrdns(Json& json, const Session& session);
void write_banner(Json& json, const Session& session);
void write_helo(Json& json, const Session& session);
void write_tls_bits(Json& json, const Session& session);
void write_auth(Json& json, const Session& session);
void write_count(Json& json, const Session& session);
void write_anomaly(Json& json, const Session& session);
void write_tx(Json& json, const Session& session);
void write_origin(Json& json, const Session& session);
void write_transactions(Json& json, const Session& session);
void write_last(Json& json, const Session& session);
void write_filter(Json& json, const Session& session);

// Of opensmtpd.tx.
void write_tx_from(Json& json, const Session& session);

// What is true of this line only: anomaly_new, rcpt, unknown. `report` may be null.
bool has_moment(const Session& session);
void write_moment(Json& json, const Session& session, const Report* report);

// The last member of opensmtpd: what was cut so far. Nothing if nothing was.
void write_truncated(Json& json);

} // namespace jsonlog
