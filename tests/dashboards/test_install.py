# SPDX-License-Identifier: ISC
"""What install.sh asks of engines that cannot run here (with ILM, ISM or a password, or too old), and
what it says to each answer. A server on loopback gives the answers; the engines that can run here
are asked in tests/elk."""

import base64
import json
import os
import shutil
import subprocess
import sys
import threading
import unittest
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from script.lib.checkout import ROOT
from script.lib.parts import SKIPPED

ELASTICSEARCH = {"version": {"number": "8.17.0", "build_flavor": "default"}, "tagline": "You Know, for Search"}
OPENSEARCH = {"version": {"distribution": "opensearch", "number": "2.19.1"},
              "tagline": "The OpenSearch Project: https://opensearch.org/"}
NO_POLICY = (404, {"error": {"reason": "Lifecycle policy not found: opensmtpd"}})


class Server(ThreadingHTTPServer):
    """Answers each request by `answers`: "METHOD /path" -> (status, object); any other PUT succeeds."""

    def __init__(self, answers: dict, password: str = "") -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.answers = answers
        self.password = password
        self.requests: list[tuple[str, str, bytes]] = []

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}"

    def __enter__(self) -> "Server":
        threading.Thread(target=self.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self.shutdown()
        self.server_close()


class Handler(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        body = self.rfile.read(int(self.headers.get("content-length", 0)))
        self.server.requests.append((self.command, self.path, body))
        wanted = "Basic " + base64.b64encode(f"admin:{self.server.password}".encode()).decode()
        if self.server.password and self.headers.get("authorization") != wanted:
            return self.answer(401, {"error": "no"})
        default = (200, {"acknowledged": True}) if self.command == "PUT" else (404, {})
        self.answer(*self.server.answers.get(f"{self.command} {self.path}", default))

    do_PUT = do_POST = do_GET

    def answer(self, status: int, value: object) -> None:
        text = json.dumps(value, separators=(",", ":")).encode()
        self.send_response(status)
        self.send_header("content-length", str(len(text)))
        self.end_headers()
        self.wfile.write(text)

    def log_message(self, *_: object) -> None:
        pass


class Installer(unittest.TestCase):
    def install(self, *arguments: str, password: str = "") -> tuple[int, str]:
        run = subprocess.run([ROOT / "contrib" / "elasticsearch" / "install.sh", *arguments], text=True, timeout=60,
                             stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                             env={**os.environ, "ELK_PASSWORD": password})
        return run.returncode, run.stdout

    def test_template_and_pipeline_are_put_there(self):
        with Server({"GET /": (200, ELASTICSEARCH)}) as server:
            self.assertEqual(self.install("--url", server.url)[0], 0)
            puts = {path: json.loads(body) for method, path, body in server.requests if method == "PUT"}
        self.assertEqual(list(puts), ["/_index_template/opensmtpd", "/_ingest/pipeline/opensmtpd"])
        self.assertEqual(puts["/_index_template/opensmtpd"]["index_patterns"], ["opensmtpd-*"])

    def test_the_template_of_a_data_stream_can_be_chosen(self):
        with Server({"GET /": (200, ELASTICSEARCH)}) as server:
            self.assertEqual(self.install("--url", server.url, "--data-stream")[0], 0)
            puts = {path: json.loads(body) for method, path, body in server.requests if method == "PUT"}
        self.assertIn("data_stream", puts["/_index_template/opensmtpd"])

    def test_shards_and_replicas_are_what_one_asks_for(self):
        asked = {"": {"number_of_shards": 1, "auto_expand_replicas": "0-1"},
                 "--shards 3 --replicas 2": {"number_of_shards": 3, "number_of_replicas": 2},
                 "--data-stream --replicas 0": {"number_of_shards": 1, "number_of_replicas": 0}}
        for options, settings in asked.items():
            with Server({"GET /": (200, ELASTICSEARCH)}) as server:
                self.assertEqual(self.install("--url", server.url, *options.split())[0], 0)
                puts = {path: json.loads(body) for method, path, body in server.requests if method == "PUT"}
            index = puts["/_index_template/opensmtpd"]["template"]["settings"]["index"]
            counts = {name: value for name, value in index.items() if name.startswith(("number_of", "auto_expand"))}
            self.assertEqual(counts, settings)

    def test_a_dry_run_sends_nothing(self):
        with Server({"GET /": (200, ELASTICSEARCH), "GET /_ilm/policy/opensmtpd": NO_POLICY}) as server:
            status, said = self.install("--url", server.url, "--kibana", server.url, "--keep", "9", "--dry-run")
            self.assertEqual({method for method, _, _ in server.requests}, {"GET"})
        self.assertEqual(status, 0)
        for name in ("_index_template/opensmtpd", "_ingest/pipeline/opensmtpd", "_ilm/policy/opensmtpd", "_import"):
            self.assertIn(name, said)

    def test_elasticsearch_gets_ilm_and_its_template_names_it(self):
        with Server({"GET /": (200, ELASTICSEARCH), "GET /_ilm/policy/opensmtpd": NO_POLICY}) as server:
            self.assertEqual(self.install("--url", server.url, "--keep", "90")[0], 0)
            puts = {path: json.loads(body) for method, path, body in server.requests if method == "PUT"}
        self.assertEqual(puts["/_ilm/policy/opensmtpd"]["policy"]["phases"]["delete"]["min_age"], "90d")
        template = puts["/_index_template/opensmtpd"]["template"]
        self.assertEqual(template["settings"]["index.lifecycle.name"], "opensmtpd")
        self.assertGreater(len(template["settings"]), 1)

    def test_opensearch_gets_ism_which_names_its_indices(self):
        there = (200, {"_id": "opensmtpd", "_seq_no": 7, "_primary_term": 2, "policy": {}})
        for answer, path in ((NO_POLICY, "/_plugins/_ism/policies/opensmtpd"),
                             (there, "/_plugins/_ism/policies/opensmtpd?if_seq_no=7&if_primary_term=2")):
            with Server({"GET /": (200, OPENSEARCH), "GET /_plugins/_ism/policies/opensmtpd": answer}) as server:
                self.assertEqual(self.install("--url", server.url, "--keep", "90")[0], 0)
                puts = {path: json.loads(body) for method, path, body in server.requests if method == "PUT"}
            policy = puts[path]["policy"]
            self.assertEqual(policy["ism_template"][0]["index_patterns"], ["opensmtpd-*"])
            self.assertEqual(policy["states"][1]["transitions"][0]["conditions"], {"min_index_age": "90d"})
            self.assertNotIn("lifecycle", json.dumps(puts["/_index_template/opensmtpd"]["template"]["settings"]))

    def test_an_engine_without_lifecycles_keeps_what_it_has(self):
        took_it_for_an_index = (404, {"error": {"type": "index_not_found_exception", "index": "_ilm"}})
        with Server({"GET /": (200, ELASTICSEARCH), "GET /_ilm/policy/opensmtpd": took_it_for_an_index}) as server:
            status, said = self.install("--url", server.url, "--keep", "90")
            self.assertEqual({method for method, _, _ in server.requests}, {"GET"})
        self.assertEqual(status, 1)
        self.assertIn("Leave out --keep", said)

    def test_the_password_is_sent_but_not_shown(self):
        password = 'a "quoted" \\ one'
        with Server({"GET /": (200, ELASTICSEARCH)}, password) as server:
            status, said = self.install("--url", server.url, "--user", "admin", password=password)
            self.assertEqual((status, password in said), (0, False), said)
            for arguments, complaint in ((["--user", "admin"], "refuses the password of admin"),
                                         ([], "wants a password: --user NAME")):
                status, said = self.install("--url", server.url, *arguments, password="wrong")
                self.assertEqual((status, complaint in said), (1, True), said)

    def test_without_a_terminal_a_password_is_not_waited_for(self):
        status, said = self.install("--url", "http://127.0.0.1:1", "--user", "admin")
        self.assertEqual((status, "set ELK_PASSWORD" in said), (1, True), said)

    def test_what_is_no_engine_or_too_old_gets_nothing(self):
        for answer, complaint in ((dict(version={"number": "7.9.3"}), "7.9.3 is too old"),
                                  (dict(version={"number": "6.8.23"}), "6.8.23 is too old"),
                                  ({"hello": "you"}, "is neither Elasticsearch nor OpenSearch")):
            with Server({"GET /": (200, answer)}) as server:
                status, said = self.install("--url", server.url)
                self.assertEqual(len(server.requests), 1)
            self.assertEqual((status, complaint in said), (1, True), said)

    def test_no_engine_is_said(self):
        with Server({}) as server:
            address = server.url
        status, said = self.install("--url", address)
        self.assertEqual((status, "no answer from " + address in said), (1, True), said)

    def test_the_dashboards_are_imported_and_a_partial_import_is_a_failure(self):
        path = "/s/mail/api/saved_objects/_import?overwrite=true"
        for success in (True, False):
            answers = {"GET /": (200, OPENSEARCH), f"POST {path}": (200, {"success": success, "successCount": 1})}
            with Server(answers) as server:
                status, said = self.install("--url", server.url, "--kibana", server.url + "/s/mail/")
                body = next(body for method, _, body in server.requests if method == "POST")
            self.assertEqual(status, 0 if success else 1, said)
            self.assertIn((ROOT / "dashboards" / "opensmtpd.ndjson").read_bytes(), body)
            self.assertIn(b'filename="opensmtpd.ndjson"', body)

    def test_another_name_of_the_indices_is_in_all_that_names_them(self):
        path = "/api/saved_objects/_import?overwrite=true"
        for engine, lifecycle in ((ELASTICSEARCH, "/_ilm/policy/mail"), (OPENSEARCH, "/_plugins/_ism/policies/mail")):
            answers = {"GET /": (200, engine), f"GET {lifecycle}": NO_POLICY,
                       f"POST {path}": (200, {"success": True, "successCount": 1})}
            with Server(answers) as server:
                status, said = self.install("--url", server.url, "--kibana", server.url, "--index", "mail", "--keep", "9")
                sent = {path: body.decode() for method, path, body in server.requests if method != "GET"}
            self.assertEqual(status, 0, said)
            self.assertEqual(json.loads(sent["/_index_template/mail"])["index_patterns"], ["mail-*"])
            self.assertIn('"title":"mail-*"', sent[path])
            self.assertEqual([name for name, body in sent.items() if "opensmtpd-*" in body], [])
            if engine is ELASTICSEARCH:
                settings = json.loads(sent["/_index_template/mail"])["template"]["settings"]
                self.assertEqual(settings["index.lifecycle.name"], "mail")
            else:
                self.assertIn('"mail-*"', sent[lifecycle])

    def test_the_address_of_kibana_is_no_address_of_an_engine(self):
        for answer in ((302, {}), (404, {"statusCode": 404, "error": "Not Found", "message": "Not Found"})):
            with Server({"GET /": answer}) as server:
                status, said = self.install("--url", server.url)
                self.assertEqual(len(server.requests), 1)
            self.assertEqual((status, "--url takes the engine's" in said), (1, True), said)

    def test_what_an_import_is_answered_says_what_to_do(self):
        wrong_type = {"error": "Content-Type header [multipart/form-data] is not supported", "status": 406}
        for place, answer, complaint in (("", (406, wrong_type), "--kibana takes that of Kibana"),
                                         ("", (302, {}), "give --user"),
                                         ("/s/mail", (404, {"statusCode": 404}), "there is no such space"),
                                         ("", (404, {"statusCode": 404}), "server.basePath")):
            path = f"{place}/api/saved_objects/_import?overwrite=true"
            with Server({"GET /": (200, ELASTICSEARCH), f"POST {path}": answer}) as server:
                status, said = self.install("--url", server.url, "--kibana", server.url + place)
            self.assertEqual((status, complaint in said), (1, True), said)

    def test_wrong_options_are_refused(self):
        for arguments in ([], ["--url"], ["--url", ""], ["--url", "http://a", "--no"], ["--url", "http://a:b@c"],
                          ["--url", "http://a", "--keep", "9", "--data-stream"],
                          ["--url", "http://a", "--shards", "0"], ["--url", "http://a", "--replicas", "one"],
                          ["--url", "http://a", "--keep", "x"], ["--url", "http://a", "--index", "Mail"],
                          ["--url", "http://a", "--index", "a*"], ["--url", "http://a", "--keep", "3"]):
            self.assertEqual(self.install(*arguments)[0], 2, arguments)
        self.assertEqual(self.install("--help")[0], 0)

    def test_files_are_json(self):
        for path in (ROOT / "contrib" / "elasticsearch").glob("*.json"):
            json.loads(path.read_text(encoding="utf-8"))


if __name__ == "__main__":
    if not shutil.which("curl"):
        print("skipped: curl is not installed")
        sys.exit(SKIPPED)
    unittest.main()
