# SPDX-License-Identifier: ISC
"""A wrong option is one line on standard error and exit status 2, before anything is registered."""

import subprocess

from tests.lib import program
from tests.lib.program import EdgeTest, connect


class Options(EdgeTest):
    def assert_refused(self, *arguments: str) -> None:
        result = program.run(*arguments, stdin=program.HANDSHAKE)
        self.assertEqual((result.returncode, result.stdout), (2, b""), result.stderr)
        self.assertEqual(result.stderr.count(b"\n"), 1, result.stderr)
        self.assertTrue(result.stderr.startswith(b"filter-jsonlog: "), result.stderr)
        self.assertFalse(self.file.exists())

    def test_wrong_ones_are_refused(self) -> None:
        config = self.folder / "config"
        config.write_text("detail=huge\n")
        unknown = self.folder / "unknown"
        unknown.write_text("no-such-option=1\n")
        for words in ((), ("--no-such-option",), ("--file",), ("--file", "events.json"), ("--file", str(self.folder)),
                      ("--file", ""),
                      (*self.output, "--detail", "huge"), (*self.output, "--format", "xml"),
                      (*self.output, "--max-line", "64Q"), (*self.output, "--max-line", "-1"),
                      (*self.output, "--max-line", "5999"), (*self.output, "--max-line", "many"),
                      (*self.output, "--max-sessions", "0"), (*self.output, "--max-sessions", "1.5"),
                      (*self.output, "--max-sessions", "x"),
                      (*self.output, "--queue-bytes", "1X"), (*self.output, "--queue-bytes", "128K"),
                      (*self.output, "--queue-bytes", "1M", "--max-line", "512K"),
                      (*self.output, "--stats-interval", "1x"), (*self.output, "--stats-interval", "-1s"),
                      (*self.output, "--label", "novalue"), (*self.output, "--label", "=v"),
                      (*self.output, "--label", "a b=v"), (*self.output, "--label", "k="),
                      (*self.output, "--lines", "some"), (*self.output, "--whole", "refused"),
                      (*self.output, "--hold-bytes", "64M"),
                      *((*self.output, "--lines", "ends", "--whole", when)
                        for when in ("", "often", "refused,", "slow", "slow=", "slow=2x", "slow=-1s", "address=",
                                     "address=a b", "client=mail.example.org", "client=192.0.2.0/33", "sample=0%",
                                     "sample=101%", "sample=5", "REFUSED")),
                      (*self.output, "--lines", "ends", "--whole", "lost", "--hold-bytes", "1K"),
                      (*self.output, "--rotate-size", "10X"), (*self.output, "--rotate-size", "-1"),
                      (*self.output, "--rotate-size", "15K"), (*self.output, "--rotate-size", ""),
                      (*self.output, "--file-mode", "x"), (*self.output, "--file-mode", "0888"),
                      (*self.output, "--file-mode", "0440"), (*self.output, "--file-mode", "0666"),
                      (*self.output, "--file-mode", "01640"), (*self.output, "--file-group", "nobody-knows-it"),
                      ("--syslog", "--file-mode", "0640"),
                      (*self.output, "--compress", "xz"), (*self.output, "--compress-after", "1"),
                      (*self.output, "--rotate-size", "0", "--compress", "zstd"),
                      (*self.output, "--rotate-time", "weekly"), (*self.output, "--keep", "-1"),
                      (*self.output, "--keep", "many"), (*self.output, "--keep-bytes", "1Z"),
                      (*self.output, "--rotate-size", "0", "--keep", "5"),
                      (*self.output, "--rotate-size", "0", "--keep-bytes", "5M"),
                      ("--file", "/dev/null", "--keep", "5"), ("--file", "/dev/null", "--rotate-time", "daily"),
                      ("--file", "/dev/null", "--rotate-size", "1M"),
                      ("replay", *self.output, "--rotate-size", "1M", "x"), ("replay", "--keep", "3", "x"),
                      ("--rotate-size", "1M", "verify", "x"),
                      ("--file", str(self.folder / "log") + "/"),
                      (*self.output, "stray"), (*self.output, "--config", str(self.folder / "missing")),
                      (*self.output, "--config", str(config)), (*self.output, "--config", str(unknown)),
                      ("replay",), ("replay", "--no-such-option", "x"),
                      ("verify",), ("verify", "--no-such-option", "x"), ("verify", *self.output, "x"),
                      (*self.output, "verify", "x"), ("verify", "--max-sessions", "0", "x"), ("verify", "replay", "x"),
                      ("--check-config",),
                      ("schema",), ("schema", "--xml"), ("schema", "--fields", "--markdown"),
                      ("--check-config", *self.output, "--detail", "huge")):
            with self.subTest(words):
                self.assert_refused(*words)

    def test_version_names_the_program_the_schema_and_the_protocol(self) -> None:
        result = program.run("--version")
        self.assertEqual((result.returncode, result.stderr), (0, b""))
        self.assertRegex(result.stdout, rb"\Afilter-jsonlog \d+\.\d+\.\d+, .*1\.1.*0\.7\n\Z")

    def test_help_names_every_option(self) -> None:
        result = program.run("--help")
        self.assertEqual((result.returncode, result.stderr), (0, b""))
        for option in (b"--file", b"--file-mode", b"--file-group", b"--format", b"--detail", b"--original", b"--label", b"--host", b"--max-line",
                       b"--lines", b"--whole", b"--hold-bytes", b"--max-sessions", b"--max-messages",
                       b"--queue-bytes", b"--stats-interval", b"--rotate-size",
                       b"--rotate-time", b"--keep", b"--keep-bytes", b"--compress", b"--compress-after", b"--config", b"--strict", b"--no-confinement", b"--syslog",
                       b"--syslog-socket", b"--facility", b"--severity", b"--tag", b"--cee", b"--check-config", b"--version",
                       b"replay", b"verify", b"schema"):
            self.assertIn(option, result.stdout)

    def test_schema_prints_one_form_and_touches_nothing(self) -> None:
        result = program.run("schema", "--fields", *self.output, stdin=program.HANDSHAKE)
        self.assertEqual(result.returncode, 2)
        result = program.run("schema", "--fields", stdin=program.HANDSHAKE)
        self.assertEqual((result.returncode, result.stderr), (0, b""))
        self.assertTrue(result.stdout.startswith(b"name,type,indexed,since,meaning,"), result.stdout[:80])

    def test_schema_says_when_it_cannot_be_written(self) -> None:
        with open("/dev/full", "wb") as full:
            result = subprocess.run([program.BINARY, "schema", "--fields"], stdout=full, stderr=subprocess.PIPE,
                                    check=False)
        self.assertEqual((result.returncode, result.stderr.count(b"\n")), (1, 1), result.stderr)

    def test_check_config_says_nothing_and_touches_nothing(self) -> None:
        result = program.run("--check-config", *self.output, stdin=program.HANDSHAKE)
        self.assertEqual((result.returncode, result.stdout, result.stderr), (0, b"", b""))
        self.assertFalse(self.file.exists())

    def test_a_configuration_file_has_the_options(self) -> None:
        config = self.folder / "config"
        config.write_text(f'file="{self.file}"\ndetail=compact\nhost=mx1\nlabel=["site=north"]\noriginal=true\n')
        result = program.run("--config", str(config), stdin=program.HANDSHAKE + connect())
        self.assertEqual((result.returncode, result.stderr), (0, b""))
        line = program.records(self.file.read_bytes())[0]
        self.assertEqual(line["host"], {"name": "mx1"})
        self.assertEqual(line["labels"], {"site": "north"})
        self.assertEqual(line["event"]["original"], connect().decode().rstrip("\n"))
        self.assertNotIn("related", line)

    def test_options_of_the_command_line_come_first(self) -> None:
        config = self.folder / "config"
        config.write_text("host=mx1\n")
        program.run("--config", str(config), "--host", "mx2", *self.output, stdin=program.HANDSHAKE + connect())
        self.assertEqual(program.records(self.file.read_bytes())[0]["host"], {"name": "mx2"})

    def test_sizes_have_units(self) -> None:
        for size in ("6000", "8K", "64K", "1M", "65536"):
            with self.subTest(size):
                self.assertEqual(program.run("--check-config", *self.output, "--max-line", size).returncode, 0)
        for size in ("0", "16K", "100M", "2G", "1T", "100000"):
            with self.subTest(rotate_size=size):
                self.assertEqual(program.run("--check-config", *self.output, "--rotate-size", size).returncode, 0)

    def test_labels_have_to_fit_into_a_line(self) -> None:
        labels = [word for i in range(16) for word in ("--label", f"{'k' * 60}{i}=v")]
        self.assert_refused(*self.output, "--max-line", "6000", *labels)
        self.assertEqual(program.run("--check-config", "--syslog", *labels).returncode, 0)

    def test_what_is_kept_goes_with_any_way_to_rotate(self) -> None:
        for words in (("--keep", "5"), ("--keep-bytes", "1G"),
                      ("--rotate-size", "0", "--rotate-time", "daily", "--keep", "5"),
                      ("--rotate-time", "hourly", "--keep-bytes", "0"), ("--rotate-time", "never", "--keep", "0")):
            with self.subTest(words):
                self.assertEqual(program.run("--check-config", *self.output, *words).returncode, 0)

    def test_times_have_units(self) -> None:
        for time in ("0", "90", "60s", "5m", "1h"):
            with self.subTest(time):
                self.assertEqual(program.run("--check-config", *self.output, "--stats-interval", time).returncode, 0)

    def test_labels_may_be_repeated_and_the_last_of_a_key_counts(self) -> None:
        program.run(*self.output, "--label", "a=1", "--label", "b=x=y", "--label", "a=2",
                    stdin=program.HANDSHAKE + connect())
        self.assertEqual(program.records(self.file.read_bytes())[0]["labels"], {"a": "2", "b": "x=y"})


if __name__ == "__main__":
    program.main()
