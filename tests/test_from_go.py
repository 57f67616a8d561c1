"""Every row of docs/from_go.md runs, and gives what its third column says.

A row's second cell is lines of Python in code spans, one after the other; its third
is the repr of what the last line gives, or the exception: ``NilMapError: message``.
A row runs in a fresh namespace, after the page's first Python block and those of its
section.  docs/json.md is an ordinary doctest.
"""

from __future__ import annotations

import ast
import doctest
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

DOCS = Path(__file__).resolve().parent.parent / "docs"
RAISED = re.compile(r"[A-Za-z]+(Error|Exception): ")
HEADS = ["Go", "gomap", "gives"]


@dataclass
class Row:
    """One row of a table, with all that runs before it."""

    line: int
    section: str
    cells: list[list[str]]
    before: list[str] = field(default_factory=list)

    @property
    def source(self) -> str:
        return "\n".join(self.cells[1])

    def __str__(self) -> str:
        return f"{self.section}-{self.line}"


def split_cells(line: str) -> list[list[str]]:
    """The cells of a table's line, each as the list of its code spans."""
    cells = re.split(r"(?<!\\)\|", line.strip().strip("|"))
    return [[span.replace("\\|", "|") for span in re.findall(r"`([^`]+)`", c)] for c in cells]


def rows_of(text: str) -> Iterator[Row]:
    """The rows of a page, in their order."""
    first: list[str] = []
    blocks: list[str] = []
    section, fenced = "", False
    for number, line in enumerate(text.splitlines(), 1):
        if line.startswith("```"):
            fenced = not fenced
            if fenced:
                blocks.append("")
        elif fenced:
            blocks[-1] += line + "\n"
        elif line.startswith("## "):
            first = first or blocks
            section, blocks = line.removeprefix("## "), []
        elif line.startswith("|") and "`" in line:
            yield Row(number, section, split_cells(line), [*first, *blocks])


def last_value(source: str, namespace: dict[str, Any]) -> Any:
    """Run the source; what its last line gives, if that is an expression."""
    body = ast.parse(source).body
    last = body.pop() if isinstance(body[-1], ast.Expr) else None
    run(ast.Module(body, []), namespace)
    if last is None:
        return None
    return eval(compile(ast.Expression(last.value), "<row>", "eval", dont_inherit=True), namespace)


def run(source: Any, namespace: dict[str, Any]) -> None:
    """Execute it under no future feature of this file's."""
    exec(compile(source, "<row>", "exec", dont_inherit=True), namespace)


def outcome(row: Row) -> str:
    """What the row gives: a repr, or an exception as a traceback ends."""
    namespace: dict[str, Any] = {"__name__": "from_go"}
    for block in row.before:
        run(block, namespace)
    try:
        return repr(last_value(row.source, namespace))
    except Exception as error:
        if not RAISED.match(row.cells[2][0]):
            raise
        return f"{type(error).__name__}: {error}"


TEXT = (DOCS / "from_go.md").read_text(encoding="utf-8")
ROWS = list(rows_of(TEXT))


@pytest.mark.parametrize("row", ROWS, ids=str)
def test_row_gives_what_it_says(row: Row) -> None:
    assert [len(cell) > 0 for cell in row.cells] == [True] * 3, f"line {row.line}: {row.cells}"
    assert len(row.cells[2]) == 1
    assert outcome(row) == row.cells[2][0]


def test_every_table_has_the_three_columns_and_rows() -> None:
    lines = TEXT.splitlines()
    heads = [n for n, line in enumerate(lines) if set(line) == {"|", "-"}]
    assert len(heads) == len({row.section for row in ROWS})
    assert len(ROWS) >= 100
    for n in heads:
        assert [cell.strip() for cell in lines[n - 1].strip("|").split("|")] == HEADS
    table_lines = sum(line.startswith("|") for line in lines)
    assert len(ROWS) == table_lines - 2 * len(heads)


def test_no_row_stands_twice() -> None:
    texts = [(row.section, *map(tuple, row.cells)) for row in ROWS]
    assert len(set(texts)) == len(texts)


PAGE = """
```python
x = 1
```

## Section

```python
y = 2
```

| Go | gomap | gives |
|---|---|---|
| `a` | {cell} | {gives} |
"""


@pytest.mark.parametrize(
    ("cell", "gives", "wanted"),
    [
        ("`x + y`", "`3`", "3"),
        ("`x = 5`<br>`x \\| y`", "`7`", "7"),
        ("`for n in (1, 2): x += n`<br>`x`", "`4`", "4"),
        ("`{}['k']`", "`KeyError: 'k'`", "KeyError: 'k'"),
        ("`x`", "`KeyError: 'k'`", "1"),
        ("`x = 5`", "`None`", "None"),
    ],
)
def test_the_scheme_runs_blocks_then_cells(cell: str, gives: str, wanted: str) -> None:
    (row,) = rows_of(PAGE.replace("{cell}", cell).replace("{gives}", gives))
    assert row.section == "Section"
    assert outcome(row) == wanted


def test_the_scheme_shows_exceptions_that_no_cell_announces() -> None:
    (row,) = rows_of(PAGE.replace("{cell}", "`z`").replace("{gives}", "`3`"))
    with pytest.raises(NameError):
        outcome(row)


def test_json_page_runs() -> None:
    pytest.importorskip("orjson", reason="orjson is not installed")
    pytest.importorskip("pydantic", minversion="2.9", reason="needs pydantic >= 2.9")
    text = (DOCS / "json.md").read_text(encoding="utf-8")
    parsed = doctest.DocTestParser().get_doctest(text, {}, "json.md", "json.md", 0)
    runner = doctest.DocTestRunner(
        optionflags=doctest.IGNORE_EXCEPTION_DETAIL | doctest.NORMALIZE_WHITESPACE
    )
    results = runner.run(parsed)
    assert results.attempted > 10
    assert results.failed == 0
