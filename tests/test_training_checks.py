"""Training that would silently keep scraps is refused, with the reason and the remedy."""

from __future__ import annotations

from itertools import product
from pathlib import Path

import pytest
from cli_running import failure, inside, lines

from cognomen.corpora import load_corpus
from cognomen.errors import TrainingError
from cognomen.training.config import TrainingConfig
from cognomen.training.dataset import Dataset

A = ["Abel", "Bader", "Carl", "Dorn", "Egger", "Falk", "Graf", "Hahn"]
B = ["Bianco", "Conti", "Costa", "Ferri", "Gallo", "Greco", "Leone", "Longo"]


def dataset(folder: Path, min_letter_count: int = 1, **names: list[str]) -> Dataset:
    folder.mkdir(exist_ok=True)
    for origin, rows in names.items():
        (folder / f"{origin}.txt").write_text("".join(f"{row}\n" for row in rows), "utf-8")
    config = TrainingConfig(validation_share=0, min_letter_count=min_letter_count)
    return Dataset.of(load_corpus(folder), config, hold_out=False)


def test_most_rows_dropped(tmp_path):
    numbers = [str(k) for k in range(30)]
    with pytest.raises(TrainingError) as caught:
        dataset(tmp_path / "most", A=A + numbers, B=B)
    said = str(caught.value)
    assert "30 of 46 rows were dropped, the first at A.txt:9, '0': the name has no letter" in said
    assert "cognomen data check" in said
    assert len(dataset(tmp_path / "few", A=A + numbers[:15], B=B).training) == 16


def test_an_origin_that_is_lost(tmp_path):
    with pytest.raises(TrainingError, match=r"all 2 rows of \['C'\] were dropped, the first at C\.txt:1"):
        dataset(tmp_path / "lost", A=A, B=B, C=["12", "34"])


def test_duplicates_are_no_loss(tmp_path):
    assert len(dataset(tmp_path / "twice", A=A * 5, B=B * 5).training) == 16


def test_an_origin_in_letters_that_are_too_rare(tmp_path):
    small = [[each.lower() for each in names] for names in (A, B)]
    many = ["".join(parts) for parts in product(*small, *small)]  # 4,096
    thai = ["สมชาย", "วงศ์", "ทอง"]
    with pytest.raises(
        TrainingError, match=r"all names of \['C'\] consist mostly of letters.*min_letter_count"
    ):
        dataset(tmp_path / "thai", 10, A=many, B=B, C=thai)
    assert len(dataset(tmp_path / "thai", 1, A=many, B=B, C=thai).alphabet) > 10


def test_the_command_says_so_and_ends_with_an_error(tmp_path):
    (tmp_path / "A.txt").write_text("\n".join(A), "utf-8")
    (tmp_path / "B.txt").write_text("1\n2\n3\n", "utf-8")
    message = failure(inside("train", str(tmp_path), "--out", str(tmp_path / "m")), 1)
    assert "all 3 rows of ['B'] were dropped" in message
    assert not (tmp_path / "m").exists()
    assert lines(inside("data", "check", str(tmp_path)))
