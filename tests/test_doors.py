"""One classifier, many doors: the same probabilities through all of them."""

from __future__ import annotations

import asyncio
import csv
import io
import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from cli_running import COMMAND, clean_environment, inside, lines
from serving import Served, serving

from cognomen import Classifier
from cognomen.apps import engines

NAMES = ["Nakamura", "O'Brien", "Müller", "Kowalczyk", "Papadopoulos", "Smith", "Иванов", "김", "Rossi"]

Answers = list[tuple[str, float]]  # the most likely origin of each name, and its probability


@pytest.fixture(scope="module")
def clf() -> Classifier:
    return Classifier.load()


@pytest.fixture(scope="module")
def expected(clf: Classifier) -> Answers:
    return [(answer.origin or "", answer.probability or 0.0) for answer in clf(NAMES)]


def check(found: Answers, expected: Answers, tolerance: float = 1e-5) -> None:
    assert [origin for origin, _ in found] == [origin for origin, _ in expected]
    np.testing.assert_allclose([p for _, p in found], [p for _, p in expected], atol=tolerance)


def most_likely(p: Any, origins: Any) -> Answers:
    """Of a table of probabilities, (N, C)."""
    table = np.asarray(p, np.float64)
    return [(str(origins[k]), float(row[k])) for row, k in zip(table, table.argmax(axis=1), strict=True)]


# --- Python ----------------------------------------------------------------------------------------------


def probabilities(clf: Classifier) -> Answers:
    return most_likely(clf.predict_proba(NAMES), clf.origins)


def one_by_one(clf: Classifier) -> Answers:
    return [(answer.origin or "", answer.probability or 0.0) for answer in map(clf, NAMES)]


def scores(clf: Classifier) -> Answers:
    found = clf.scores(NAMES)
    pairs = zip(found.origins.tolist(), found.probabilities.tolist(), strict=True)
    return [(clf.origins[k], p) for k, p in pairs]


def arrow(clf: Classifier) -> Answers:
    pa = pytest.importorskip("pyarrow")
    from cognomen.apps.tables import score_column

    found = score_column(clf, pa.array(NAMES))
    return list(zip(found["origin"].to_pylist(), found["probability"].to_pylist(), strict=True))


def estimator(clf: Classifier) -> Answers:
    pytest.importorskip("sklearn")
    from cognomen.apps.estimator import PretrainedSurnameClassifier

    found = PretrainedSurnameClassifier()
    return most_likely(found.predict_proba(NAMES), found.classes_)


def onnx(clf: Classifier) -> Answers:
    pytest.importorskip("onnx")
    runtime = pytest.importorskip("onnxruntime")
    from cognomen.apps.export import letters_of
    from cognomen.apps.export.onnx_graph import onnx_model

    session = runtime.InferenceSession(onnx_model(clf).SerializeToString())
    ids, lengths = letters_of(clf, NAMES)
    (p,) = session.run(["probabilities"], {"ids": ids, "lengths": lengths})
    return most_likely(p, clf.origins)


def torch_module(clf: Classifier) -> Answers:
    torch = pytest.importorskip("torch")
    from cognomen.apps.export import letters_of
    from cognomen.apps.export.torch_network import SurnameNetwork
    from cognomen.apps.export.weights import facts_of, tensors_of

    tensors = {name: torch.from_numpy(value) for name, value in tensors_of(clf).items()}
    network = SurnameNetwork(facts_of(clf), tensors).eval()
    with torch.no_grad():
        found = network(*map(torch.from_numpy, letters_of(clf, NAMES)))
    return most_likely(found.probabilities, network.origins)


def explanation(clf: Classifier) -> Answers:
    from cognomen.explanation import explain

    return [(found.origin or "", found.probability or 0.0) for found in (explain(clf, n) for n in NAMES)]


def stream(clf: Classifier) -> Answers:
    return [(found.origin or "", found.probability or 0.0) for found in clf.stream(iter(NAMES))]


IN_PYTHON = (probabilities, one_by_one, scores, stream, arrow, estimator, onnx, torch_module, explanation)


@pytest.mark.parametrize("door", IN_PYTHON, ids=lambda door: door.__name__)
def test_in_python(door: Callable[[Classifier], Answers], clf: Classifier, expected: Answers) -> None:
    check(door(clf), expected)


# --- engines: test_engines has more ----------------------------------------------------------------------


def in_pandas(names: Any) -> Any:
    pd = pytest.importorskip("pandas")
    return engines.score_pandas(pd.DataFrame({"name": names}), "name")


def in_polars(names: Any) -> Any:
    pl = pytest.importorskip("polars")
    return engines.score_polars(pl.DataFrame({"name": names}), "name")


def in_dask(names: Any) -> Any:
    dd, pd = pytest.importorskip("dask.dataframe"), pytest.importorskip("pandas")
    frame = dd.from_pandas(pd.DataFrame({"name": names}), npartitions=2)
    return engines.score_dask(frame, "name").compute()


def in_duckdb(names: Any) -> Any:
    connection = pytest.importorskip("duckdb").connect()
    people = connection.from_arrow(pytest.importorskip("pyarrow").table({"name": names}))
    answered = engines.score_duckdb(connection, people, "name").to_arrow_table().to_pylist()
    found = {each["name"]: each for each in answered}  # in any order
    return {"origin": [found[name]["origin"] for name in names],
            "probability": [found[name]["probability"] for name in names]}  # fmt: skip


def by_function_of_duckdb(names: Any) -> Any:
    connection = pytest.importorskip("duckdb").connect()
    connection.register("people", pytest.importorskip("pyarrow").table({"name": names}))
    engines.duckdb_function(connection)
    return connection.sql("SELECT unnest(cognomen(name)) FROM people").to_arrow_table().to_pydict()


def row_by_row(names: Any) -> Any:
    pytest.importorskip("pyarrow")
    answers = list(map(engines.row_function(), names))
    return {heading: [each[heading] for each in answers] for heading in ("origin", "probability")}


ENGINES = (in_pandas, in_polars, in_dask, in_duckdb, by_function_of_duckdb, row_by_row)


@pytest.mark.parametrize("engine", ENGINES, ids=lambda engine: engine.__name__)
def test_engines(engine: Callable[[Any], Any], expected: Answers) -> None:
    found = engine(NAMES)
    check(list(zip(found["origin"], map(float, found["probability"]), strict=True)), expected)


# --- the command line ------------------------------------------------------------------------------------


def test_predict(expected: Answers) -> None:
    found = map(json.loads, lines(inside("predict", "--json", *NAMES)))
    check([(each["origin"], each["probability"]) for each in found], expected)


@pytest.mark.parametrize("suffix", [".csv", ".parquet"])
def test_score(suffix: str, expected: Answers, tmp_path: Path) -> None:
    if suffix == ".parquet":
        pytest.importorskip("pyarrow")
    table, out = tmp_path / "a.csv", tmp_path / f"b{suffix}"
    table.write_text("\n".join(["name", *NAMES, ""]), "utf-8")
    lines(inside("score", str(table), "--column", "name", "--out", str(out)))
    if suffix == ".csv":
        rows = list(csv.DictReader(io.StringIO(out.read_text("utf-8"))))
    else:
        from pyarrow import parquet

        rows = parquet.read_table(out).to_pylist()
    check([(row["origin"], float(row["probability"])) for row in rows], expected)


def test_score_a_folder(expected: Answers, tmp_path: Path) -> None:
    pa, pq = pytest.importorskip("pyarrow"), pytest.importorskip("pyarrow.parquet")
    (tmp_path / "people" / "year=2026").mkdir(parents=True)
    pq.write_table(pa.table({"name": NAMES}), tmp_path / "people" / "year=2026" / "part-0.parquet")
    lines(inside("score", str(tmp_path / "people"), "--column", "name", "--out", str(tmp_path / "out")))
    found = pq.read_table(tmp_path / "out" / "year=2026" / "part-0.parquet", partitioning=None)
    check(list(zip(found["origin"].to_pylist(), found["probability"].to_pylist(), strict=True)), expected)


def test_the_contract(expected: Answers, tmp_path: Path) -> None:
    table, out = tmp_path / "a.csv", tmp_path / "b.csv"
    table.write_text("\n".join(["name", *NAMES, ""]), "utf-8")
    lines(inside("score", str(table), "--column", "name", "--out", str(out), "--contract"))
    rows = list(csv.DictReader(io.StringIO(out.read_text("utf-8"))))
    check([(row["predicted_label"], float(row["predicted_probability"])) for row in rows], expected)


def test_the_prompt(expected: Answers) -> None:
    """It shows percentages, at most >99.9%."""
    shown = lines(inside("prompt", stdin="\n".join(NAMES).encode()))
    for name, (origin, p) in zip(NAMES, expected, strict=True):
        (line,) = (line for line in shown if f"{name} " in line)
        assert origin in line
        assert f"{min(p, 0.999):.1%}" in line


# --- servers ---------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def server() -> Iterator[Served]:
    for package in ("starlette", "uvicorn", "msgspec", "prometheus_client"):
        pytest.importorskip(package)
    with serving() as served:
        yield served


def test_http(server: Served, expected: Answers) -> None:
    found = server.post("/v1/predict", {"names": NAMES}).body["answers"]
    check([(each["origin"], each["probability"]) for each in found], expected)


def test_the_open_inference_protocol(server: Served, clf: Classifier, expected: Answers) -> None:
    tensor = {"name": "names", "datatype": "BYTES", "shape": [len(NAMES)], "data": NAMES}
    *_, output = server.post("/v2/models/world/infer", {"inputs": [tensor]}).body["outputs"]
    table = np.array(output["data"], np.float32).reshape(output["shape"])
    check(most_likely(table, clf.origins), expected)


def test_the_model_context_protocol(expected: Answers) -> None:
    mcp = pytest.importorskip("mcp")

    async def ask() -> Any:
        started = mcp.StdioServerParameters(command=COMMAND, args=["mcp"], env=clean_environment())
        async with mcp.stdio_client(started) as streams, mcp.ClientSession(*streams) as session:
            await session.initialize()
            return (await session.call_tool("predict", {"names": NAMES})).structured_content

    found = asyncio.run(asyncio.wait_for(ask(), 120))["answers"]
    check([(each["origin"], each["probability"]) for each in found], expected)
