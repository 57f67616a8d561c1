// The strip of all steps, a colored tick each, and what jumps to the next of a kind.

class TimelineView {
  constructor(go) {
    this.go = go;
    this.strip = svg("svg", { class: "gx-strip", preserveAspectRatio: "none", "aria-hidden": "true" });
    this.strip.addEventListener("click", (event) => {
      const box = this.strip.getBoundingClientRect();
      go(Math.floor(((event.clientX - box.left) / box.width) * this.frames.length));
    });
    this.legend = h("div", { class: "gx-legend", role: "group", "aria-label": "jump to the next step of a kind" });
    this.element = this.strip;
  }

  // New frames.
  load(film) {
    this.frames = film.frames;
    const n = this.frames.length;
    this.strip.setAttribute("viewBox", `0 0 ${n} 10`);
    const gap = n > 200 ? 0 : 0.12;
    const ticks = this.frames.map((frame, i) =>
      svg("rect", { x: i + gap / 2, y: 0, width: 1 - gap, height: 10, class: `gx-kind-${frame.kind}` })
    );
    this.here = svg("rect", { class: "gx-here", x: 0, y: 0, width: 1, height: 10 });
    this.strip.replaceChildren(...ticks, this.here);
    const counts = new Map();
    for (const { kind } of this.frames) counts.set(kind, (counts.get(kind) ?? 0) + 1);
    const kinds = Object.keys(film.kinds).filter((kind) => counts.has(kind));
    this.legend.replaceChildren(...kinds.map((kind) => this.button(kind, film.kinds[kind], counts.get(kind))));
  }

  button(kind, name, count) {
    const jump = () => {
      const n = this.frames.length;
      for (let i = 1; i <= n; i++) {
        const next = (this.at + i) % n;
        if (this.frames[next].kind === kind) return this.go(next);
      }
    };
    return h(
      "button",
      { type: "button", class: `gx-jump gx-kind-${kind}`, "data-kind": kind, "aria-label": `next: ${name}, ${count} in all`, onclick: jump },
      h("i", {}),
      name,
      h("small", {}, String(count))
    );
  }

  show(at) {
    this.at = at;
    this.here.setAttribute("x", String(at));
    const kind = this.frames[at].kind;
    for (const button of this.legend.children) {
      button.classList.toggle("gx-now", button.dataset.kind === kind);
    }
  }
}
