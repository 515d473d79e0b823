// SPDX-License-Identifier: ISC
#include "reading/verdict.hpp"

#include "line/json_writer.hpp"
#include "text/number_text.hpp"

#include <algorithm>
#include <string_view>

namespace jsonlog {

bool Verdict::good() const
{
  return std::all_of(problems.begin(), problems.end(), [](std::uint64_t n) { return n == 0; });
}

std::string verdict_text(const Verdict& verdict)
{
  const Sums& sums = verdict.sums;
  std::string text = verdict.good() ? "ok: " : "bad: ";
  text += counted(verdict.lines, "line") + ", " + counted(sums.sessions, "session");
  if (sums.open > 0)
    text += " (" + grouped(sums.open) + " still open)";
  text += ", " + grouped(verdict.count(Problem::lost)) + " lost";
  const auto add = [&text](std::uint64_t number, const std::string& what) {
    if (number > 0)
      text += ", " + what;
  };
  add(sums.declared, grouped(sums.declared) + " declared lost");
  text += ", " + grouped(verdict.count(Problem::duplicate)) + " duplicate";
  const auto add_problem = [&](Problem problem, const std::string& before,
                               const std::string& after) {
    add(verdict.count(problem), before + grouped(verdict.count(problem)) + after);
  };
  add_problem(Problem::invalid, "", " invalid");
  add_problem(Problem::torn, "", " torn at the end of a file");
  add_problem(Problem::surplus, "", " declared lost but there");
  add_problem(Problem::session_gap, "", " missing within sessions");
  add_problem(Problem::unended, "", " sessions without an end");
  add_problem(Problem::unaccounted, "", " runs without a closing account");
  add_problem(Problem::not_followed, "", " not followed");
  add(sums.late, grouped(sums.late) + " out of order");
  add(sums.repaired_bytes, counted(sums.repaired_bytes, "byte") + " of torn lines cut off");
  return text + "\n";
}

std::string verdict_json(const Verdict& verdict)
{
  const Sums& sums = verdict.sums;
  JsonWriter json;
  json.begin();
  json.token("verdict"_key, verdict.good() ? "ok" : "bad");
  json.number("files"_key, verdict.files);
  json.number("lines"_key, verdict.lines);
  json.number("runs"_key, sums.runs);
  json.number("sessions"_key, sums.sessions);
  json.number("open"_key, sums.open);
  json.number("lost"_key, verdict.count(Problem::lost));
  json.number("declared"_key, sums.declared);
  json.number("duplicate"_key, verdict.count(Problem::duplicate));
  json.number("invalid"_key, verdict.count(Problem::invalid));
  json.number("torn"_key, verdict.count(Problem::torn));
  json.number("surplus"_key, verdict.count(Problem::surplus));
  json.number("session_gap"_key, verdict.count(Problem::session_gap));
  json.number("unended"_key, verdict.count(Problem::unended));
  json.number("unaccounted"_key, verdict.count(Problem::unaccounted));
  json.number("not_followed"_key, verdict.count(Problem::not_followed));
  json.number("late"_key, sums.late);
  json.number("repaired_bytes"_key, sums.repaired_bytes);
  return std::string(json.finish()) + "\n";
}

} // namespace jsonlog
