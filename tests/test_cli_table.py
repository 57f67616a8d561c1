"""`gomap table`: the measured table beside Go's."""

from __future__ import annotations

import json

import pytest

from gomap import inspect
from gomap.cli import main


def run(capsys: pytest.CaptureFixture[str], *arguments: str) -> str:
    assert main(["table", *arguments]) == 0
    return capsys.readouterr().out


def test_it_prints_gos_nine_rows_in_eighty_columns(capsys: pytest.CaptureFixture[str]) -> None:
    lines = run(capsys, "--seeds", "2").splitlines()
    assert max(map(len, lines)) <= 80
    rows = [line.split() for line in lines[3:12]]
    assert [row[0] for row in rows] == [f"{load / 2:.2f}" for load in range(8, 17)]
    for row, measured in zip(rows, inspect.load_factor_table(2), strict=True):
        numbers = [float(cell) for cell in row[1:]]
        assert numbers[1::3] == list(measured.published[1:])
        assert numbers[0::3] == [round(figure, 2) for figure in measured[1:5]]
        for here, go, difference in zip(*(numbers[i::3] for i in range(3)), strict=True):
            assert difference == pytest.approx(here - go, abs=0.0051)


def test_json_has_the_same_figures_in_full(capsys: pytest.CaptureFixture[str]) -> None:
    found = json.loads(run(capsys, "--json", "--seeds", "1"))
    assert found["seeds"] == 1
    expected = inspect.load_factor_table(1)
    assert [row["pct_overflow"] for row in found["rows"]] == [r.pct_overflow for r in expected]
    assert found["rows"][5]["published"]["miss_probe"] == 6.5


@pytest.mark.parametrize("seeds", ["0", "-3", "10001", "many", "1.5"])
def test_a_wrong_number_of_seeds(capsys: pytest.CaptureFixture[str], seeds: str) -> None:
    with pytest.raises(SystemExit) as stopped:
        main(["table", f"--seeds={seeds}"])
    assert stopped.value.code == 2
    assert f"not a number from 1 to 10000: '{seeds}'" in capsys.readouterr().err


def test_help_says_what_the_figures_are(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["table", "--help"])
    text = capsys.readouterr().out
    assert "overflow bucket" in text
    assert "--seeds N" in text
    assert max(map(len, text.splitlines())) <= 80
