"""The one style sheet of all displays, and the helpers that write their HTML.

Every rule stands below ``.gomap`` (written ``&`` here and repeated, so that the page's
own rules for tables, JupyterLab's among them, do not win).  Colours follow the host:
JupyterLab's and VS Code's theme where they say it, else the system's preference.  What
is written stays readable without any style: tables, words, no picture that is not also
a number.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

__all__ = ["STYLE", "details", "frame", "histogram", "section", "table"]

#: Repeated, it outweighs `.jp-RenderedHTMLCommon tbody tr:nth-child(odd)`.
SCOPE = ".gomap.gomap.gomap"

THEMES = """
& { color-scheme: light dark; }
body[data-jp-theme-light="true"] &, body.vscode-light & { color-scheme: light; }
body[data-jp-theme-light="false"] &, body.vscode-dark & { color-scheme: dark; }
& {
  --paper: light-dark(#ffffff, #14181d);
  --panel: light-dark(#f6f8fa, #1b2027);
  --ink: light-dark(#1d2330, #e4e8ee);
  --quiet: light-dark(#5b6675, #9aa6b4);
  --line: light-dark(#dde2e8, #303844);
  --go: light-dark(#00718a, #63d3ee);
  --bar: light-dark(#12a5c4, #2b9fba);
  --used: light-dark(#e0f4f9, #12343e);
  --rest: light-dark(#f3f5f7, #1a1f26);
  --one: light-dark(#fdeecb, #41330f);
  --x: light-dark(#e9e3fb, #322a55);
  --y: light-dark(#fbe1ee, #4d2440);
  --gone: light-dark(#e4e7eb, #2a313b);
  --hit: light-dark(#bfe9c9, #1c5130);
}
"""

FRAME = """
& {
  container-type: inline-size; box-sizing: border-box; min-width: min(100%, 20rem);
  margin: 4px 0; padding: 12px 14px 10px; border: 1px solid var(--line); border-radius: 8px;
  background: var(--paper); color: var(--ink); text-align: left; line-height: 1.4;
  font: 13px/1.4 system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", sans-serif;
}
& * { box-sizing: border-box; }
& .gm-title { display: flex; flex-wrap: wrap; align-items: baseline; gap: 2px 14px;
  margin: 0 0 10px; }
& .gm-title b { font: 600 15px/1.4 ui-monospace, SFMono-Regular, Menlo, Consolas,
  "DejaVu Sans Mono", monospace; color: var(--go); overflow-wrap: anywhere; }
& .gm-title span { color: var(--quiet); }
& .gm-title span.gm-now { color: var(--ink); background: var(--one); border-radius: 4px;
  padding: 0 6px; }
& .gm-body { display: flex; flex-wrap: wrap; gap: 14px 22px; align-items: flex-start; }
& .gm-parts { flex: 1 1 560px; min-width: 0; columns: 310px; column-gap: 26px; }
& .gm-parts > div { break-inside: avoid; margin: 0 0 16px; }
& .gm-section { min-width: 0; margin: 0; }
& code { background: none; padding: 0; color: inherit; font-size: inherit; }
& sup { line-height: 0; font-size: 75%; }
& .gm-h { margin: 0 0 4px; font-weight: 600; font-size: 13px; color: var(--ink); }
& .gm-h span { font-weight: 400; color: var(--quiet); }
& .gm-note { margin: 4px 0 0; color: var(--quiet); font-size: 12px; max-width: 62ch; }
& details { margin: 10px 0 0; border-top: 1px solid var(--line); padding: 8px 0 0; }
& summary { cursor: pointer; color: var(--go); font-weight: 600; }
& details > .gm-body { margin-top: 10px; }
"""

TABLES = """
& table { border-collapse: separate; border-spacing: 0; margin: 0; table-layout: auto;
  width: auto; font-size: 12.5px; border: 0; color: inherit; background: none; }
& :is(thead, tbody), & tr, & tbody tr:nth-child(n), & tbody tr:nth-child(n):hover {
  background: none; border: 0; }
& :is(td, th) { padding: 1px 0 1px 14px; border: 0; text-align: right; vertical-align: baseline;
  font-weight: 400; white-space: nowrap; line-height: 1.5; max-width: none; background: none;
  font-variant-numeric: tabular-nums; }
& :is(td, th):first-child { padding-left: 0; text-align: left; }
& th { color: var(--quiet); }
& :is(td, th).gm-l { text-align: left; }
& table.gm-load thead th[colspan] { text-align: center; padding-left: 26px; }
& table.gm-load :is(td, th):nth-child(3n+2):not([colspan]) { padding-left: 26px; }
& td.gm-b { font-weight: 600; }
& td.gm-q { color: var(--quiet); }
& tr.gm-mark > * { background: var(--used); }
& .gm-scroll { overflow-x: auto; max-width: 100%; }
& table.gm-hmap { border: 1px solid var(--line); border-radius: 6px; background: var(--panel);
  overflow: hidden; }
& table.gm-hmap :is(td, th) { padding: 3px 10px; text-align: left; white-space: normal;
  border-top: 1px solid var(--line); }
& table.gm-hmap tr:first-child > * { border-top: 0; }
& table.gm-hmap th { color: var(--ink); }
& table.gm-hmap th i { color: var(--quiet); font-style: normal; font-size: 11px; }
& table.gm-hmap td { font-family: ui-monospace, SFMono-Regular, Menlo, Consolas,
  "DejaVu Sans Mono", monospace; font-size: 12px; }
& table.gm-hmap td small { display: block; color: var(--quiet); font-size: 11px; }
"""

BARS = """
& td.gm-bar { width: 150px; min-width: 90px; padding-right: 0; }
& td.gm-bar > div { position: relative; height: 11px; border-radius: 2px;
  background: var(--rest); }
& td.gm-bar > div > div { height: 100%; border-radius: 2px; background: var(--bar); }
& td.gm-bar > div > i { position: absolute; top: -1px; bottom: -1px; width: 2px;
  margin-left: -1px; background: var(--ink); opacity: .55; }
& .gm-stack { display: flex; height: 14px; border-radius: 3px; overflow: hidden;
  background: var(--rest); margin: 2px 0 6px; }
& .gm-stack > div { height: 100%; min-width: 1px; }
& .gm-c0 { background: var(--bar); } & .gm-c1 { background: light-dark(#e2a33b, #c98a25); }
& .gm-c2 { background: light-dark(#8d78dc, #8f7ce0); } & .gm-c3 { background: var(--gone); }
& .gm-c4 { background: var(--quiet); }
& i.gm-dot { display: inline-block; width: 9px; height: 9px; border-radius: 2px;
  margin-right: 6px; }
& .gm-spark { display: flex; align-items: flex-end; height: 54px; width: min(502px, 100%);
  border-bottom: 1px solid var(--line); }
& .gm-spark > i { flex: 1 1 0; background: var(--bar); min-width: 0; }
"""

BUCKETS = """
& .gm-arrays { flex: 1 1 560px; min-width: 0; display: flex; flex-wrap: wrap;
  gap: 14px 22px; }
& .gm-arrays > .gm-legend { flex: 1 0 100%; margin: -4px 0 0; }
& .gm-array { flex: 1 1 420px; min-width: 0; }
& table.gm-cells { table-layout: fixed; width: 100%; min-width: 400px;
  border-spacing: 2px 0; max-width: 980px; }
& table.gm-cells :is(td, th) { padding: 0 4px; text-align: center; overflow: hidden;
  text-overflow: ellipsis; white-space: nowrap; line-height: 17px; height: 17px; }
& table.gm-cells td { background: var(--used); font: 12px/17px ui-monospace, SFMono-Regular,
  Menlo, Consolas, "DejaVu Sans Mono", monospace; }
& table.gm-cells thead th { font-size: 10.5px; }
& table.gm-cells th:first-child { width: 60px; text-align: right; padding: 2px 6px 0 0;
  vertical-align: top; color: var(--ink); font-size: 13px; font-weight: 600; overflow: visible; }
& table.gm-cells th.gm-long:first-child { font-size: 10.5px; padding-right: 3px; }
& table.gm-cells th:first-child small { display: block; font-size: 10px; font-weight: 400;
  line-height: 12px; color: var(--quiet); }
& table.gm-cells tbody > tr:first-child > td { border-radius: 4px 4px 0 0; font-size: 11px; }
& table.gm-cells tbody > tr:last-child > td { border-radius: 0 0 4px 4px; }
& table.gm-cells tbody > tr:first-child > td:not([class]) { color: var(--go); }
& table.gm-cells tbody > tr:nth-child(2) > td:not([class]) { font-weight: 600; }
& table.gm-cells tbody > tr:only-child > td { border-radius: 4px; }
& table.gm-path tbody > tr:nth-child(2) > td { font-weight: 400; font-size: 11.5px; }
& table.gm-cells tbody::after { content: ""; display: block; height: 7px; }
& table.gm-cells tbody.gm-more::after { height: 2px; }
& table.gm-cells td.gm-s0 { background: var(--rest); color: var(--quiet); }
& table.gm-cells td.gm-s1 { background: var(--one); color: var(--ink); }
& table.gm-cells td.gm-s2 { background: var(--x); color: var(--ink); }
& table.gm-cells td.gm-s3 { background: var(--y); color: var(--ink); }
& table.gm-cells td.gm-s4 { background: var(--gone); color: var(--ink); }
& table.gm-cells td.gm-hit { background: var(--hit); }
& table.gm-cells td.gm-far { opacity: .45; }
& .gm-legend { display: flex; flex-wrap: wrap; gap: 2px 14px; margin: 8px 0 0;
  color: var(--quiet); font-size: 12px; }
& .gm-legend code { font: 11px/1.4 ui-monospace, Menlo, Consolas, monospace; padding: 0 4px;
  border-radius: 3px; color: var(--ink); background: var(--used); }
& .gm-legend code.gm-s0 { background: var(--rest); }
& .gm-legend code.gm-s1 { background: var(--one); }
& .gm-legend code.gm-s2 { background: var(--x); }
& .gm-legend code.gm-s3 { background: var(--y); }
& .gm-legend code.gm-s4 { background: var(--gone); }
& .gm-legend code.gm-hit { background: var(--hit); }
& .gm-hash { font: 600 15px/1.5 ui-monospace, SFMono-Regular, Menlo, Consolas,
  "DejaVu Sans Mono", monospace; margin: 0 0 8px; overflow-wrap: anywhere; }
& .gm-hash b { color: var(--go); border-bottom: 2px solid var(--go); }
& .gm-hash span { font: 400 12.5px/1.4 system-ui, sans-serif; color: var(--quiet); }
"""

#: The box of the header laid out as a strip: where an old array needs the width, or all is narrow.
STRIP = """
%s .gm-head { flex: 1 0 100%%; }
%s table.gm-hmap { display: block; }
%s table.gm-hmap tbody { display: flex; flex-wrap: wrap; gap: 1px; background: var(--line); }
%s table.gm-hmap tbody tr:nth-child(n) { display: block; flex: 1 1 auto; min-width: 92px;
  background: var(--panel); }
%s table.gm-hmap :is(td, th) { display: block; border: 0; padding: 3px 10px 0; }
%s table.gm-hmap td { padding: 0 10px 4px; }
"""
STRIPS = STRIP.replace("%s", "& .gm-growing") + f"@container (max-width: 860px) {{{STRIP}}}"
STRIPS = STRIPS.replace("%s", "&").replace("%%", "%")


def _scoped(css: str) -> str:
    """Put the scope in, take the white space out."""
    css = css.replace("&", SCOPE)
    css = re.sub(r"\s+", " ", css)
    return re.sub(r" ?([{};,]) ?", r"\1", css).replace(";}", "}").strip()


STYLE = f"<style>{_scoped(THEMES + FRAME + TABLES + BARS + BUCKETS + STRIPS)}</style>"


def frame(title: str, *parts: str) -> str:
    """Wrap a display: its style, its title (HTML) if it has one, its parts."""
    head = f'<div class="gm-title">{title}</div>' if title else ""
    return f'<div class="gomap">{STYLE}{head}{"".join(parts)}</div>'


def section(title: str, *parts: str, role: str = "gm-part") -> str:
    """A part with a heading (HTML)."""
    return f'<div class="gm-section {role}"><div class="gm-h">{title}</div>{"".join(parts)}</div>'


def details(summary: str, *parts: str, opened: bool = False) -> str:
    """A part that folds."""
    state = " open" if opened else ""
    body = f'<div class="gm-body">{"".join(parts)}</div>'
    return f"<details{state}><summary>{summary}</summary>{body}</details>"


def table(heads: Iterable[str], rows: Iterable[str]) -> str:
    """A table of ready rows, heads `<like this` to the left; it scrolls where it does not fit."""
    cells = "".join(
        f'<th class="gm-l">{head[1:]}</th>' if head.startswith("<") else f"<th>{head}</th>"
        for head in heads
    )
    head = f"<thead><tr>{cells}</tr></thead>" if cells else ""
    body = "".join(rows)
    return f'<div class="gm-scroll"><table>{head}<tbody>{body}</tbody></table></div>'


def histogram(
    heads: tuple[str, str], bars: Iterable[tuple[str, int, float | None]], name: str
) -> str:
    """Counts as bars of CSS, a tick at the ideal of each, where it is known.

    `name` marks the cells of the counts, for programs that read the page.
    """
    bars = list(bars)
    total = sum(count for _, count, _ in bars) or 1
    most = max([count / total for _, count, _ in bars] + [ideal or 0 for _, _, ideal in bars])
    known = any(ideal is not None for _, _, ideal in bars)
    rows = []
    for label, count, ideal in bars:
        share = count / total
        width = 100 * share / (most or 1)
        tick = f'<i style="left:{100 * ideal / most:.1f}%"></i>' if ideal else ""
        fill = f'<div style="width:{width:.1f}%;min-width:1px"></div>' if count else ""
        chance = f'<td class="gm-q">{100 * ideal:.1f}</td>' if ideal is not None else ""
        rows.append(
            f'<tr><th>{label}</th><td class="gm-bar"><div>{fill}{tick}</div></td>'
            f'<td data-{name}="{label}">{count:,}</td><td>{100 * share:.1f}</td>'
            f"{chance or ('<td></td>' if known else '')}</tr>"
        )
    first, counted = heads
    return table((first, "", counted, "%", *(("ideal",) if known else ())), rows)
