"""`cognomen serve`: a real process, asked over loopback."""

from __future__ import annotations

import asyncio
import base64
import json
import re
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from cli_running import failure, run, tiny_classifier, tree_classifier
from serving import Served, loaded, loading, serving

from cognomen import Classifier
from cognomen.apps.page.build import build_page
from cognomen.classifier.order import ColumnOrder
from cognomen.explanation import explain
from cognomen.network import Network

pytest.importorskip("starlette")
pytest.importorskip("uvicorn")
pytest.importorskip("msgspec")
pytest.importorskip("prometheus_client")

NAMES = ["Nakamura", "O'Brien", "SMITH, John", "Müller", "123", "", "xqzxqzxq", "Kowalczyk", "N/A"]
TOKEN = "of-a-test"
JSON = {"Content-Type": "application/json"}


@pytest.fixture(scope="module")
def server() -> Iterator[Served]:
    with serving() as served:
        yield served


@pytest.fixture(scope="module")
def clf() -> Classifier:
    return Classifier.load()


def close(found: Any, expected: Any) -> bool:
    """Equal but for the last digits of probabilities, which depend on what was answered together."""
    if isinstance(expected, float):
        return bool(np.isclose(found, expected, atol=1e-6))
    if isinstance(expected, dict):
        return found.keys() == expected.keys() and all(close(found[k], expected[k]) for k in expected)
    if isinstance(expected, list):
        return len(found) == len(expected) and all(map(close, found, expected))
    return bool(found == expected)


# --- answers ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "options",
    [
        {},
        {"top_k": 1, "level": "group"},
        {"coverage": 0.9},
        {"prior": "uniform", "restrict": ["Irish", "Japanese", "German"]},
        {"prior": {"Irish": 3, "East Asia": 1}, "abstain_below": 0.9},
        {"full_names": False, "na": None},
        {"order": "surname-first"},
        {"na": ["Nakamura"], "suffixes": ["John"]},
    ],
)
def test_the_answers_are_the_classifiers(server: Served, clf: Classifier, options: dict[str, Any]) -> None:
    found = server.post("/v1/predict", {"names": [*NAMES, None], **options})
    assert found.status == 200
    assert found.body["model"] == "world"
    assert close(found.body["answers"], [answer.to_json() for answer in clf([*NAMES, None], **options)])


def test_ids_come_back(server: Served) -> None:
    names = [{"id": 7, "name": "Smith"}, "Smith", {"id": "a", "name": None}, {"name": "Rossi"}]
    answers = server.post("/v1/predict", {"names": names}).body["answers"]
    assert [answer.get("id", "none") for answer in answers] == [7, "none", "a", None]
    assert [answer["name"] for answer in answers] == ["Smith", "Smith", None, "Rossi"]
    assert answers[2]["reason"] == "not-text"


def test_no_names_have_no_answers(server: Served) -> None:
    assert server.post("/v1/predict", {"names": []}).body["answers"] == []


def test_composition_and_explanation_are_the_classifiers(server: Served, clf: Classifier) -> None:
    asked = {"names": [*NAMES, None], "level": "region", "seed": 3, "counts": list(range(10))}
    found = server.post("/v1/composition", asked).body
    expected = clf.composition([*NAMES, None], level="region", seed=3, counts=list(range(10))).to_json()
    assert close(found, {"model": "world", **expected})
    found = server.post("/v1/explain", {"name": "Müller", "origin": "german"}).body
    expected = explain(clf, "Müller", "German").to_json()
    assert found.pop("model") == "world"
    assert found.keys() == expected.keys()
    assert [each["letter"] for each in found["letters"]] == list("müller")
    assert found["logit"] == pytest.approx(expected["logit"], abs=1e-4)


def test_the_model_is_described(server: Served, clf: Classifier) -> None:
    facts = server.get("/v1/model").body
    described = json.loads(run("model", "info", "--json").stdout)
    assert facts["sha256"] == described["tensors_sha256"]
    assert facts["origins"] == list(clf.origins)
    assert facts["card"] == clf.card


def test_the_page(server: Served) -> None:
    page = server.get("/")
    assert page.status == 200
    assert page.headers["content-type"].startswith("text/html")
    assert page.body == build_page("world")


def test_a_model_that_the_page_cannot_show_has_a_plain_one(tmp_path: Path) -> None:
    made = tiny_classifier()
    architecture = replace(made.network.architecture, cell="combined")
    network = Network(architecture, rng=np.random.default_rng(0))
    Classifier(network, made.alphabet, made.origins, made.priors).save(tmp_path / "mine")
    with serving("--model", str(tmp_path / "mine")) as served:
        page = served.get("/")
        assert page.status == 200
        assert "does not tell anyone's nationality" in " ".join(page.body.split())
        assert served.get("/v2/models/mine/ready").status == 200


# --- errors ----------------------------------------------------------------------------------------------

BAD = [
    ("/v1/predict", b"", 400, "JSON in UTF-8, got none"),
    ("/v1/predict", b"{", 400, "JSON"),
    ("/v1/predict", b'{"names": ["\xff"]}', 400, "UTF-8"),
    ("/v1/predict", b"[" * 100_000, 422, "object"),
    ("/v1/predict", {}, 422, "names"),
    ("/v1/predict", {"names": "Smith"}, 422, r"\$\.names"),
    ("/v1/predict", {"names": ["a", 3]}, 422, r"\$\.names\[1\]"),
    ("/v1/predict", {"names": [{"nam": "a"}]}, 422, "nam"),
    ("/v1/predict", {"names": ["a"], "topk": 3}, 422, "topk.*expected any of .*names, top_k, level"),
    ("/v1/predict", {"names": ["a"], "top_k": 0}, 422, r"from 1 to 10,000, got 0 - at `\$\.top_k`"),
    ("/v1/predict", {"names": ["a"], "level": "town"}, 422, "level.*expected any of origin, group, region"),
    ("/v1/predict", {"names": ["a"], "prior": "flat"}, 422, "prior.*expected any of default, .*uniform"),
    ("/v1/predict", {"names": ["a"], "prior": {"Irish": -1}}, 422, "prior"),
    ("/v1/predict", {"names": ["a"], "restrict": ["Klingon"]}, 409, "Klingon"),
    ("/v1/predict", {"names": ["a"], "restrict": []}, 409, "restrict"),
    ("/v1/predict", {"names": ["a"], "coverage": 0.9, "prior": "uniform"}, 409, "coverage"),
    ("/v1/predict", {"names": ["a"] * 10_001}, 422, "10,000"),
    ("/v1/composition", {"names": ["a"], "counts": [1, 2]}, 409, "counts"),
    ("/v1/composition", {"names": ["a"] * 10_001}, 422, "10,000"),
    ("/v1/explain", {"name": "a", "origin": "Klingon"}, 409, "Klingon"),
    ("/v1/explain", {"name": None}, 422, "name"),
    ("/v2/models/world/infer", {"inputs": []}, 422, "names"),
]


@pytest.mark.parametrize(("path", "message", "status", "words"), BAD)
def test_a_bad_request_is_told_what_is_wrong(
    server: Served, path: str, message: object, status: int, words: str
) -> None:
    found = server.post(path, message)
    assert found.status == status
    assert_is_failure(found.body, words)


def assert_is_failure(body: Any, words: str) -> None:
    assert body.keys() == {"error", "type"}
    assert re.search(words, body["error"])
    assert "Traceback" not in body["error"]


@pytest.mark.parametrize(
    ("path", "method", "headers", "status", "words"),
    [
        ("/v1/nothing", "GET", {}, 404, "openapi"),
        ("/health/live/", "GET", {"Host": "elsewhere.example"}, 404, "openapi"),  # no redirect to there
        ("/v1/predict/", "POST", {"Content-Type": "application/json"}, 404, "openapi"),
        ("/v1/predict", "GET", {}, 405, "expected the method POST, got GET"),
        ("/v1/model", "DELETE", {}, 405, "expected the method .*GET.*, got DELETE"),
        ("/v1/predict", "POST", {"Content-Type": "text/plain"}, 415, "application/json"),
        (
            "/v2/models/world/infer",
            "POST",
            {"Content-Type": "application/octet-stream", "Inference-Header-Content-Length": "9"},
            415,
            "binary_data=False",
        ),
        (
            "/v1/predict",
            "POST",
            {"Content-Type": "application/json", "Content-Encoding": "gzip"},
            415,
            "gzip",
        ),
        ("/v2/models/classic", "GET", {}, 404, "model: expected 'world', got 'classic'"),
        ("/v2/models/world/versions/0/ready", "GET", {}, 404, "version: expected '[0-9a-f]{12}', got '0'"),
    ],
)
def test_a_wrong_way_has_the_same_shape_of_error(
    server: Served, path: str, method: str, headers: dict[str, str], status: int, words: str
) -> None:
    body = b'{"names": []}' if method == "POST" else None
    found = server.ask(path, body, method, **headers)
    assert found.status == status
    assert_is_failure(found.body, words)


def test_a_fault_shows_and_logs_no_name() -> None:
    faulty = """
import sys
from cognomen.classifier.classifier import Classifier
def fail(self, names, **options): raise ZeroDivisionError(f"no way with {names}")
Classifier.__call__ = fail
from cognomen.apps.cli.commands import cli
cli.main(sys.argv[1:], prog_name="cognomen")
"""
    with serving(program=faulty) as served:
        found = served.post("/v1/predict", {"names": ["Nakamura"]})
        assert found.status == 500
        assert_is_failure(found.body, "log")
        assert served.post("/v1/predict", {"names": ["Nakamura"]}).status == 500, "it goes on"
        written = served.stop()
    assert "ZeroDivisionError" in written
    assert "fail" in written, "where it was"
    assert "Nakamura" not in written


# --- the Open Inference Protocol -------------------------------------------------------------------------


def test_the_inference_protocol_describes_the_model(server: Served, clf: Classifier) -> None:
    assert server.get("/v2").body["name"] == "cognomen"
    assert server.get("/v2/health/live").body == {"live": True}
    assert server.get("/v2/health/ready").body == {"ready": True}
    assert server.get("/v2/models/world/ready").body == {"name": "world", "ready": True}
    facts = server.get("/v2/models/world").body
    assert facts["inputs"] == [{"name": "names", "datatype": "BYTES", "shape": [-1]}]
    assert facts["outputs"][-1] == {
        "name": "probabilities",
        "datatype": "FP32",
        "shape": [-1, len(clf.origins)],
    }
    assert server.get(f"/v2/models/world/versions/{facts['versions'][0]}").body == facts


@pytest.mark.parametrize("shape", [[len(NAMES)], [len(NAMES), 1]])
def test_the_inference_protocol_answers_tensors(server: Served, clf: Classifier, shape: list[int]) -> None:
    data = NAMES if len(shape) == 1 else [[name] for name in NAMES]
    tensor = {"name": "names", "datatype": "BYTES", "shape": shape, "data": data}
    found = server.post("/v2/models/world/infer", {"id": "42", "inputs": [tensor]}).body
    assert (found["id"], found["model_name"]) == ("42", "world")
    outputs = {each["name"]: each for each in found["outputs"]}
    assert list(outputs) == ["origin", "status", "reason", "probabilities"]
    assert outputs["origin"]["data"] == [origin or "" for origin in clf.predict(NAMES)]
    table = outputs["probabilities"]
    p = np.array(table["data"], dtype=np.float32).reshape(table["shape"])
    np.testing.assert_allclose(p, clf.predict_proba(NAMES), atol=1e-6)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"inputs": [{"name": "x", "datatype": "BYTES", "shape": [1], "data": ["a"]}]}, "names"),
        ({"inputs": [{"name": "names", "datatype": "FP32", "shape": [1], "data": [1.0]}]}, "BYTES"),
        ({"inputs": [{"name": "names", "datatype": "BYTES", "shape": [2], "data": ["a"]}]}, "shape"),
        ({"inputs": [{"name": "names", "datatype": "BYTES", "shape": [1, 2], "data": ["a", "b"]}]}, "shape"),
        ({"inputs": [{"name": "names", "datatype": "BYTES", "shape": [1], "data": [1]}]}, "texts"),
        ({"outputs": [{"name": "y"}]}, "outputs"),
        ({"outputs": [{"name": "origin", "parameters": {"binary_data": True}}]}, "binary"),
        ({"parameters": {"binary_data_output": True}}, "binary"),
        ({"parameters": {"temperature": 2}}, "temperature"),
        ({"parameters": {"prior": "flat"}}, "flat"),
        ({"parameters": {"restrict": 3}}, "restrict"),
        ({"parameters": {"order": "sideways"}}, "order: expected auto, given-first"),
    ],
)
def test_the_inference_protocol_refuses_other_tensors(server: Served, change: Any, words: str) -> None:
    tensor = {"name": "names", "datatype": "BYTES", "shape": [1], "data": ["a"]}
    found = server.post("/v2/models/world/infer", {"inputs": [tensor], **change})
    assert found.status in (409, 422)
    assert_is_failure(found.body, words)


@pytest.mark.parametrize("origin", [b"", b"Origin: http://elsewhere.example\r\n"])
def test_clients_of_the_protocol_need_not_say_that_they_send_json(server: Served, origin: bytes) -> None:
    """As Triton's does not; but a browser does not send what any page likes."""
    tensor = {"name": "names", "datatype": "BYTES", "shape": [1], "data": ["Rossi"]}
    body = json.dumps({"inputs": [tensor], "outputs": [{"name": "origin"}]}).encode()
    request = b"POST /v2/models/world/infer HTTP/1.1\r\nConnection: close\r\n" + origin
    head, found = sent(server, request + b"Content-Length: %d\r\n\r\n" % len(body) + body)
    assert head.startswith(b"HTTP/1.1 415" if origin else b"HTTP/1.1 200")
    if not origin:
        assert json.loads(found)["outputs"][0]["data"] == ["Italian"]


def test_the_inference_protocol_takes_options(server: Served, clf: Classifier) -> None:
    tensor = {"name": "names", "datatype": "BYTES", "shape": [1], "data": ["Murphy"]}
    options = {"prior": "uniform", "restrict": "Irish, English"}
    asked = {"inputs": [tensor], "outputs": [{"name": "probabilities"}], "parameters": options}
    (output,) = server.post("/v2/models/world/infer", asked).body["outputs"]
    expected = clf.predict_proba("Murphy", prior="uniform", restrict=["Irish", "English"])
    np.testing.assert_allclose(output["data"], expected[0], atol=1e-6)


# --- what is no request ----------------------------------------------------------------------------------


def sent(served: Served, data: bytes) -> tuple[bytes, bytes]:
    """What comes back, head and body, until the server closes the connection."""
    port = int(served.url.rpartition(":")[2])
    with socket.create_connection(("127.0.0.1", port), timeout=60) as connection:
        with suppress(ConnectionError):  # it may have had enough
            connection.sendall(data)
        found = b""
        with suppress(ConnectionError):
            while block := connection.recv(1 << 16):
                found += block
    head, _, body = found.partition(b"\r\n\r\n")
    return head, body


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"\x16\x03\x01\x02", "HTTP/1.1"),  # of TLS
        (b"hello\r\n\r\n", "HTTP/1.1"),
        (b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", "HTTP/1.1"),
        (b"GET /m\xf6del HTTP/1.1\r\n\r\n", "HTTP/1.1"),
        (b"POST /v1/predict HTTP/1.1\r\nContent-Length: -5\r\n\r\n{}", "HTTP/1.1"),
        (b"GET /health/live HTTP/1.1\r\nX: " + b"a" * (1 << 20), "65,536 bytes of headers"),
        (b"GET /health/live HTTP/1.1\r\nX: " + b"a" * (1 << 16) + b"\r\n\r\n", "65,536 bytes of headers"),
        (
            b"POST /v1/predict HTTP/1.1\r\nContent-Length: 2\r\nX: " + b"a" * (1 << 16) + b"\r\n\r\n{}",
            "65,536 bytes of headers",
        ),
        (b"GET /health/live HTTP/1.1\r\n" + b"X: a\r\n" * (1 << 18), "65,536 bytes of headers"),
    ],
)
def test_what_is_no_request_has_the_same_shape_of_error(server: Served, data: bytes, words: str) -> None:
    head, body = sent(server, data)
    assert head.startswith(b"HTTP/1.1 400 ")
    assert b"content-type: application/json" in head
    assert_is_failure(json.loads(body), words)
    assert server.get("/health/live").status == 200


def test_a_large_body_is_no_large_head(server: Served) -> None:
    names = {"names": ["Smith" + " " * 200_000]}
    for _ in range(2):
        assert server.post("/v1/predict", names).status == 200


def test_who_sends_no_head_is_not_waited_for() -> None:
    hasty = """
import sys
import cognomen.apps.server.connection as connection
connection.SECONDS = 0.5
from cognomen.apps.cli.commands import cli
cli.main(sys.argv[1:], prog_name="cognomen")
"""
    with serving(program=hasty) as served:
        for data in (b"", b"GET /health/live HTTP/1.1\r\n", b"GET /health/live HTTP/1.1\r\n\r\nGET /"):
            head, _ = sent(served, data)
            assert head.startswith(b"HTTP/1.1 200" if b"\r\n\r\n" in data else b"")
            assert head.startswith(b"HTTP") == (b"\r\n\r\n" in data)


# --- limits ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("host", ["0.0.0.0", "::", ""])
def test_a_public_address_needs_a_token(host: str) -> None:
    message = failure(run("serve", "--host", host, "--port", "0"), 1)
    assert "--token" in message
    assert "127.0.0.1" in message


def test_an_address_in_use_is_said(server: Served) -> None:
    port = server.url.rpartition(":")[2]
    message = failure(run("serve", "--port", port), 1)
    assert message.endswith(f"127.0.0.1:{port}: cannot listen on it: Address already in use\n")


def test_without_the_token_there_is_only_health() -> None:
    basic = base64.b64encode(b"anyone:" + TOKEN.encode()).decode()
    with serving("--host", "0.0.0.0", token=TOKEN) as served:
        served.url = served.url.replace("0.0.0.0", "127.0.0.1")
        for sent in ("Bearer ", "Bearer wrong", TOKEN, "Basic !", f"Digest {TOKEN}", "Bearer \xff"):
            found = served.get("/v1/model", Authorization=sent)
            assert found.status == 401
            assert_is_failure(found.body, "Bearer")
        assert served.get("/metrics", Authorization="").status == 401
        assert served.get("/nothing", Authorization="").status == 401
        assert served.get("/health/live", Authorization="").status == 200
        for sent in (f"Bearer {TOKEN}", f"bearer {TOKEN}", f"Basic {basic}"):
            assert served.get("/v1/model", Authorization=sent).status == 200
        assert TOKEN not in served.stop()


SLOW = """
import sys, time
from cognomen.classifier.classifier import Classifier
answer = Classifier.__call__
def slowly(self, names, **options):
    time.sleep(SECONDS * ("slow" in names))
    return answer(self, names, **options)
Classifier.__call__ = slowly
from cognomen.apps.cli.commands import cli
cli.main(sys.argv[1:], prog_name="cognomen")
"""


def test_large_bodies_and_too_many_calls_are_turned_away() -> None:
    limits = ("--max-calls", "1", "--max-body", "3000")
    with serving(*limits, program=SLOW.replace("SECONDS", "3")) as served, ThreadPoolExecutor() as threads:
        found = served.post("/v1/predict", b" " * 3001)
        assert found.status == 413
        assert_is_failure(found.body, "3,000")
        in_progress = threads.submit(served.post, "/v1/predict", {"names": ["slow"]})
        while counted(served, "cognomen_calls_in_progress") == 0:
            pass
        found = served.post("/v1/predict", {"names": ["Smith"]})
        assert found.status == 429
        assert found.headers["retry-after"] == "1"
        assert_is_failure(found.body, "in progress")
        assert in_progress.result().status == 200
        assert served.post("/v1/predict", {"names": ["Smith"]}).status == 200, "it goes on"


def test_a_call_that_takes_too_long_is_told_so() -> None:
    with serving("--timeout", "1", program=SLOW.replace("SECONDS", "1.5")) as served:
        found = served.post("/v1/predict", {"names": ["slow"]})
        assert found.status == 503
        assert_is_failure(found.body, "within 1 s")
        assert found.headers["retry-after"] == "1"
        assert served.post("/v1/predict", {"names": ["Smith"]}).body["answers"][0]["name"] == "Smith"


# --- load ------------------------------------------------------------------------------------------------


def test_clients_of_two_processes_get_their_own_answers_in_batches(server: Served) -> None:
    before = counted(server, "cognomen_batch_names_count")
    names = [f"{a}{b}{c}ova" for a in "bcdfgklmnp" for b in "aeiou" for c in "klmnrst"]
    loads = [loading(server, names, clients=16, per_call=size, seconds=2) for size in (1, 40)]
    found = [loaded(each)["outcomes"] for each in loads]
    calls = sum(each["200"] for each in found)
    assert [set(each) for each in found] == [{"200"}, {"200"}], "none refused, dropped or mixed up"
    assert 0 < counted(server, "cognomen_batch_names_count") - before < calls, "answered together"


def counted(server: Served, what: str) -> float:
    found = re.search(rf"^{what}(?:{{.*}})? (\S+)$", server.get("/metrics").body, re.MULTILINE)
    assert found
    return float(found.group(1))


def test_metrics_count_without_names(server: Served) -> None:
    server.post("/v1/predict", {"names": ["Wigglesworth"]})
    text = server.get("/metrics").body
    assert re.search(r'cognomen_requests_total{route="predict",status="200"} \d', text)
    assert re.search(r'cognomen_request_seconds_count{route="predict"} \d', text)
    assert "cognomen_calls_in_progress 0.0" in text
    assert "cognomen_names_waiting 0.0" in text
    assert "process_resident_memory_bytes" in text
    assert "Wigglesworth" not in text


def test_a_stop_under_load_drops_no_answer() -> None:
    names = [f"{a}{b}{c}ova" for a in "bcdfgklmnp" for b in "aeiou" for c in "klmnrst"]
    with serving() as served:
        loads = [loading(served, names, clients=8, per_call=size, seconds=30) for size in (1, 200)]
        while counted(served, "cognomen_batch_names_count") < 20:
            pass
        written = served.stop()
        found = [loaded(each)["outcomes"] for each in loads]
    assert served.process.returncode == 0
    assert written == ""
    assert [set(each) for each in found] == [{"200", "refused"}] * 2, "all that was sent was answered"
    assert [each["refused"] for each in found] == [8, 8], "then nothing listens"


def test_ctrl_c_ends_it_as_other_commands() -> None:
    with serving() as served:
        served.process.send_signal(signal.SIGINT)
        _, written = served.process.communicate(timeout=60)
    assert served.process.returncode == 130
    assert "Traceback" not in written


def test_a_second_ctrl_c_ends_it_at_once() -> None:
    with serving(program=SLOW.replace("SECONDS", "2")) as served, ThreadPoolExecutor() as threads:
        threads.submit(served.post, "/v1/predict", {"names": ["slow"]})  # what comes of it is open
        while counted(served, "cognomen_calls_in_progress") == 0:
            pass
        served.process.send_signal(signal.SIGINT)
        time.sleep(0.3)  # a signal that comes before the other has been handled is the same
        served.process.send_signal(signal.SIGINT)
        _, written = served.process.communicate(timeout=60)
    assert served.process.returncode == 130
    assert written == "Stopped.\n"


# --- batches ---------------------------------------------------------------------------------------------


def test_a_large_call_leaves_room_for_small_ones() -> None:
    from cognomen.apps.server.batching import BATCH, Batcher

    made, sizes = tiny_classifier(), []

    async def ask() -> list[Any]:
        batcher = Batcher(made, 100_000, sizes.append)
        order: list[str] = []

        async def one(name: str, names: list[str | None], **options: Any) -> list[Any]:
            answers, _ = await batcher.answer(names, **options)
            order.append(name)
            return answers

        run = asyncio.create_task(batcher.run())
        large = [chr(97 + k % 26) * (1 + k % 9) for k in range(5 * BATCH)]
        found = await asyncio.gather(
            one("large", [*large]),
            *(one("small", [name]) for name in large[:50]),
            one("other", ["b"], top_k=1),
        )
        run.cancel()
        batcher.close()
        assert order[-1] == "large"
        assert [answer.name for answer in found[0]] == large
        assert [answers[0].name for answers in found[1:51]] == large[:50]
        assert found[0] == made(large)
        return found

    asyncio.run(ask())
    assert max(sizes) <= BATCH
    assert sum(sizes) == 5 * BATCH + 51


def test_a_call_says_the_order_of_its_names(server: Served) -> None:
    from cognomen.classifier.order import FEWEST

    hungarian = [f"{surname} Péter" for surname in ("Nagy", "Kovács", "Tóth", "Szabó", "Varga", "Kiss")] * 4
    told = server.post("/v1/predict", {"names": hungarian, "order": "surname-first"}).body["order"]
    assert told == {"order": "surname-first", "probability": None, "cells": 0, "decided": False}
    told = server.post("/v1/predict", {"names": ["Smith"] * FEWEST}).body["order"]
    assert told == server.post("/v1/composition", {"names": ["Smith"] * FEWEST}).body["order"]


def test_each_call_has_an_order_of_its_own() -> None:
    """Surnames stand first in one of three calls; in which, only its own names tell."""
    from cognomen.apps.server.batching import Batcher

    surnames = ["Nagy", "Kovács", "Tóth", "Szabó", "Horváth", "Varga", "Kiss", "Molnár", "Németh", "Farkas"]
    given = ["Péter", "Anna", "László", "Katalin", "István", "Mária"]
    hungarian: list[str | None] = [f"{surname} {name}" for name in given for surname in surnames] * 20
    hungarian += [f"{surname.upper()} {name}" for name in given for surname in surnames]  # these tell
    english: list[str | None] = [f"John {surname}son" for surname in ("Peter", "Jack", "Robin", "Wil")] * 5
    clf = Classifier.load()
    assert clf(hungarian)[0].surname == "Nagy"

    async def ask() -> list[list[Any]]:
        batcher = Batcher(clf, 100_000)
        run = asyncio.create_task(batcher.run())
        calls = [hungarian, english, ["Nagy Péter"], hungarian]
        found = await asyncio.gather(*(batcher.answer(names) for names in calls))
        run.cancel()
        batcher.close()
        assert [order for _, order in found] == [
            *(clf.column_order(names) for names in calls[:2]),
            ColumnOrder.alone("auto"),
            clf.column_order(hungarian),
        ]
        return [answers for answers, _ in found]

    for found, names in zip(asyncio.run(ask()), [hungarian, english, ["Nagy Péter"], hungarian], strict=True):
        assert [answer.surname for answer in found] == [answer.surname for answer in clf(names)]


def test_options_that_do_not_fit_fail_their_own_calls_only() -> None:
    from cognomen.apps.server.batching import Batcher, BusyError
    from cognomen.errors import InputError

    async def ask() -> None:
        batcher = Batcher(tree_classifier(), 3)
        run = asyncio.create_task(batcher.run())
        bad = batcher.answer(["a"], restrict=["Klingon"])
        found = await asyncio.gather(bad, batcher.answer(["a"]), return_exceptions=True)
        assert isinstance(found[0], InputError)
        assert isinstance(found[1], tuple)
        with pytest.raises(BusyError):
            await batcher.answer(["a"] * 4)
        assert batcher.waiting == 0
        run.cancel()
        batcher.close()

    asyncio.run(ask())


# --- the description -------------------------------------------------------------------------------------


def test_the_examples_of_the_description_are_answered(server: Served) -> None:
    document = server.get("/openapi.json").body
    shown = 0
    for path, methods in document["paths"].items():
        path = path.replace("{model}", "world").replace(
            "{version}", server.get("/v1/model").body["sha256"][:12]
        )
        for method, operation in methods.items():
            if method == "get":
                assert server.get(path).status == 200
                continue
            content = operation["requestBody"]["content"]["application/json"]
            for example in content["examples"].values():
                assert server.post(path, example["value"]).status == 200
                shown += 1
    assert shown >= 7


def test_the_description_has_every_key_of_an_answer(server: Served) -> None:
    schemas = server.get("/openapi.json").body["components"]["schemas"]
    answered = {
        "CompositionResponse": server.post("/v1/composition", {"names": ["Smith"]}).body,
        "ExplainResponse": server.post("/v1/explain", {"name": "Smith"}).body,
        "ModelResponse": server.get("/v1/model").body,
        "Failure": server.get("/nothing").body,
        "Answer": server.post("/v1/predict", {"names": [{"id": 1, "name": "Smith"}]}).body["answers"][0],
    }
    for name, body in answered.items():
        assert schemas[name]["properties"].keys() == body.keys(), name


@pytest.mark.slow
def test_schemathesis_finds_nothing(server: Served, tmp_path: Path) -> None:
    pytest.importorskip("schemathesis")
    done = subprocess.run(
        [
            *(sys.executable, "-m", "schemathesis.cli", "run", f"{server.url}/openapi.json"),
            *("--phases", "examples,coverage,fuzzing", "--max-examples", "5", "--seed", "1", "--no-color"),
        ],
        cwd=tmp_path,  # it keeps what it tried
        capture_output=True,
        text=True,
        timeout=600,
        check=False,
    )
    assert done.returncode == 0, done.stdout[-6000:] + done.stderr[-2000:]


def test_the_page_shows_the_dockerfile() -> None:
    root = Path(__file__).parent.parent
    dockerfile = (root / "Dockerfile").read_text("utf-8")
    assert f"```dockerfile\n{dockerfile}```" in (root / "docs" / "server.md").read_text("utf-8")
    assert "\nUSER 10001\n" in dockerfile


@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="needs systemd-analyze")
def test_systemd_understands_the_unit(tmp_path: Path) -> None:
    page = (Path(__file__).parent.parent / "docs" / "server.md").read_text("utf-8")
    unit = page.split("```ini\n")[1].split("```")[0]
    assert "ExecStart=/opt/cognomen/bin/cognomen serve" in unit
    file = tmp_path / "cognomen.service"
    file.write_text(unit.replace("/opt/cognomen/bin/cognomen", sys.executable))  # it has to exist
    done = subprocess.run(
        ["systemd-analyze", "verify", str(file)], capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


def test_without_its_packages_the_command_says_how_to_install_them() -> None:
    hidden = """
import sys
sys.modules["uvicorn"] = None
from cognomen.apps.cli.commands import cli
cli.main(["serve"], prog_name="cognomen")
"""
    done = subprocess.run([sys.executable, "-c", hidden], capture_output=True, check=False)
    assert "pip install 'cognomen[serve]'" in failure(done, 1)
