"""The page that plays a film: one picture, a slider, four buttons."""

from __future__ import annotations

STYLE = """\
.film { max-width: 62rem; margin: 0 auto; }
.film h1 { font-size: 1.2rem; margin: 0 0 .5rem; }
.film p { min-height: 1.5em; margin: .5rem 0; }
.film .row { display: flex; gap: .5rem; align-items: center; flex-wrap: wrap; }
.film input { flex: 1 1 12rem; accent-color: #2a86cf; }
.film button, .film select { font: inherit; color: inherit; background: transparent;
  border: 1px solid #8886; border-radius: .35rem; padding: .25rem .7rem; cursor: pointer; }
.film button:hover { border-color: currentColor; }
.film option { color: #111; background: #fff; }
"""

PLAYER = """\
<section class="film">
<h1>{title}</h1>
<img alt="{sentence}" src="{first}" width="990">
<p aria-live="polite">{sentence}</p>
<div class="row">
<button type="button" data-go="back" aria-label="one step back">&#x2190;</button>
<button type="button" data-go="play">Play</button>
<button type="button" data-go="on" aria-label="one step on">&#x2192;</button>
<input type="range" min="0" max="{last}" value="0" aria-label="frame">
<select aria-label="speed">
<option value="900">slow</option>
<option value="450" selected>normal</option>
<option value="150">fast</option>
</select>
</div>
</section>
<script>
(() => {{
  const frames = {frames};
  const sentences = {sentences};
  const film = document.querySelector(".film");
  const find = (selector) => film.querySelector(selector);
  const [image, text, slider] = [find("img"), find("p"), find("input")];
  const [play, speed] = [find('[data-go="play"]'), find("select")];
  let timer = null;
  const show = (n) => {{
    n = Math.max(0, Math.min(frames.length - 1, n));
    slider.value = n;
    image.src = frames[n];
    image.alt = text.textContent = sentences[n];
  }};
  const stop = () => {{
    clearTimeout(timer);
    timer = null;
    play.textContent = "Play";
  }};
  const tick = () => {{
    if (+slider.value === frames.length - 1) return stop();
    show(+slider.value + 1);
    timer = setTimeout(tick, +speed.value);
  }};
  const toggle = () => {{
    if (timer !== null) return stop();
    if (+slider.value === frames.length - 1) show(0);
    play.textContent = "Pause";
    timer = setTimeout(tick, +speed.value);
  }};
  const step = (by) => {{ stop(); show(+slider.value + by); }};
  const go = {{ back: () => step(-1), on: () => step(1), play: toggle }};
  film.addEventListener("click", (event) => go[event.target.dataset.go]?.());
  slider.addEventListener("input", () => {{ stop(); show(+slider.value); }});
  document.addEventListener("keydown", (event) => {{
    if (event.target.matches("input, select, button")) return;
    const name = {{ ArrowLeft: "back", ArrowRight: "on", " ": "play" }}[event.key];
    if (name) {{ event.preventDefault(); go[name](); }}
  }});
}})();
</script>"""
