// SPDX-License-Identifier: ISC
//
// doctest is content when a filter matches nothing: a renamed suite would pass for ever. Here it
// fails.
#define DOCTEST_CONFIG_IMPLEMENT
#include <doctest/doctest.h>

namespace {

int started_cases = 0;

class CaseCounter : public doctest::IReporter
{
public:
  explicit CaseCounter(const doctest::ContextOptions&) {}
  void report_query(const doctest::QueryData&) override {}
  void test_run_start() override {}
  void test_run_end(const doctest::TestRunStats&) override {}
  void test_case_start(const doctest::TestCaseData&) override { ++started_cases; }
  void test_case_reenter(const doctest::TestCaseData&) override {}
  void test_case_end(const doctest::CurrentTestCaseStats&) override {}
  void test_case_exception(const doctest::TestCaseException&) override {}
  void subcase_start(const doctest::SubcaseSignature&) override {}
  void subcase_end() override {}
  void log_assert(const doctest::AssertData&) override {}
  void log_message(const doctest::MessageData&) override {}
  void test_case_skipped(const doctest::TestCaseData&) override {}
};

} // namespace

REGISTER_LISTENER("case_counter", 1, CaseCounter);

int main(int argc, char** argv)
{
  doctest::Context context(argc, argv);
  const int status = context.run();
  if (context.shouldExit()) // --help, --list-test-cases ...
    return status;
  return started_cases == 0 ? 1 : status;
}
