// The explorer: controls, keys, and the step that everything shows.

const SPEEDS = [0.5, 1, 2, 5, 10];
let explorers = 0;

class Explorer {
  constructor(model) {
    this.model = model;
    this.at = 0;
    this.speed = 2;
    this.id = `gx-${++explorers}`;
    this.timeline = new TimelineView((at) => this.go(at));
    this.header = new HeaderView();
    this.hash = new HashView();
    this.cursor = new CursorView();
    this.arrays = [new ArrayView("old", "oldbuckets"), new ArrayView("new", "buckets")];
    this.build();
    this.listen();
    this.load();
  }

  build() {
    this.title = h("h2", { id: this.id });
    this.where = h("output", { class: "gx-where" });
    this.kind = h("span", { class: "gx-kind" });
    this.call = h("code", { class: "gx-call" });
    this.why = h("p", { class: "gx-why", "aria-live": "polite" });
    this.slot = h("p", { class: "gx-slot" });
    const arrays = h("div", { class: "gx-arrays" }, this.arrays.map((view) => view.element));
    const side = h("div", { class: "gx-side" }, this.header.element, this.cursor.element);
    this.element = h(
      "div",
      {
        class: "gx", role: "region", "aria-labelledby": this.id, tabindex: 0,
        "data-lm-suppress-shortcuts": "true",
      },
      h("div", { class: "gx-head" }, this.title, ...this.question()),
      h("div", { class: "gx-controls" }, this.buttons(), this.scrubber()),
      this.timeline.legend,
      h("div", { class: "gx-story" }, h("div", { class: "gx-said" }, this.kind, this.call), this.why),
      this.hash.element,
      h("div", { class: "gx-body" }, side, h("div", { class: "gx-main" }, arrays, this.slot))
    );
  }

  buttons() {
    const button = (name, sign, key, act) =>
      h("button", { type: "button", "aria-label": name, title: `${name} (${key})`, onclick: act }, sign);
    this.playing = button("play", "▶", "space", () => this.toggle());
    this.playing.classList.add("gx-play");
    const speeds = SPEEDS.map((speed) => h("option", { value: speed, selected: speed === this.speed }, `${speed}/s`));
    const choose = (event) => {
      this.speed = Number(event.target.value);
      if (this.timer) this.play();
    };
    return h(
      "div",
      { class: "gx-buttons" },
      button("first step", "⏮", "Home", () => this.go(0)),
      button("step back", "◀", "left arrow", () => this.go(this.at - 1)),
      this.playing,
      button("step forward", "▶|", "right arrow", () => this.go(this.at + 1)),
      button("last step", "⏭", "End", () => this.go(this.frames.length - 1)),
      h("select", { "aria-label": "steps per second", title: "steps per second", onchange: choose }, speeds),
      this.where
    );
  }

  scrubber() {
    const move = () => this.go(Number(this.slider.value));
    this.slider = h("input", { type: "range", min: 0, value: 0, step: 1, "aria-label": "step", oninput: move });
    return h("div", { class: "gx-scrub" }, this.timeline.element, this.slider);
  }

  // A key to look up: only where Python is there to answer.
  question() {
    if (!this.model.send) return [];
    this.asked = h("input", { type: "text", id: `${this.id}-key`, placeholder: "key", spellcheck: "false", size: 14 });
    this.answer = h("span", { class: "gx-answer", role: "status" });
    const ask = (event) => {
      event.preventDefault();
      event.stopPropagation();
      this.answer.textContent = "";
      this.model.send({ ask: this.asked.value });
    };
    // A notebook takes Enter for itself before a form hears of it.
    this.asked.addEventListener("keydown", (event) => event.key === "Enter" && ask(event));
    const label = h("label", { for: `${this.id}-key` }, "Look up in the live map");
    const button = h("button", { type: "submit" }, "Look up");
    return [h("form", { class: "gx-ask", onsubmit: ask }, label, this.asked, button, this.answer)];
  }

  listen() {
    const hear = (name, act) => {
      this.model.on(name, act);
      this.deaf.push(() => this.model.off(name, act));
    };
    this.deaf = [];
    hear("change:data", () => this.load());
    hear("change:frame", () => this.show(this.model.get("frame")));
    hear("msg:custom", (message) => {
      if (this.answer && message.error) this.answer.textContent = message.error;
    });
    this.element.addEventListener("keydown", (event) => this.pressed(event));
    const point = (event) => {
      const cell = event.target.closest?.("[data-where]");
      if (cell) this.slot.textContent = describeSlot(this.film, this.frames[this.at], JSON.parse(cell.dataset.where));
    };
    this.element.addEventListener("pointerover", point);
    this.element.addEventListener("click", point);
  }

  pressed(event) {
    const tag = event.target.tagName;
    const taken = tag === "INPUT" || tag === "SELECT" || (tag === "BUTTON" && event.key === " ");
    if (taken || event.ctrlKey || event.metaKey || event.altKey) return;
    const acts = {
      ArrowRight: () => this.go(this.at + 1),
      ArrowLeft: () => this.go(this.at - 1),
      Home: () => this.go(0),
      End: () => this.go(this.frames.length - 1),
      " ": () => this.toggle(),
    };
    if (!acts[event.key]) return;
    event.preventDefault();
    event.stopPropagation();
    acts[event.key]();
  }

  load() {
    this.film = this.model.get("data");
    this.frames = this.film.frames;
    this.title.textContent = this.film.title;
    this.slider.max = String(this.frames.length - 1);
    this.slider.style.setProperty("--steps", String(this.frames.length));
    this.element.classList.toggle("gx-short", this.film.chains.every((chain) => chain.length === 1));
    this.timeline.load(this.film);
    this.show(this.model.get("frame"));
  }

  // Somebody here moved: tell everybody else.
  go(at) {
    this.show(at);
    if (this.model.get("frame") !== this.at) {
      this.model.set("frame", this.at);
      this.model.save_changes();
    }
  }

  show(at) {
    this.at = Math.max(0, Math.min(at, this.frames.length - 1));
    const frame = this.frames[this.at];
    this.element.dataset.frame = String(this.at);
    this.slider.value = String(this.at);
    this.slider.setAttribute("aria-valuetext", `step ${this.at + 1} of ${this.frames.length}: ${frame.why}`);
    this.where.textContent = `step ${this.at + 1} of ${this.frames.length}`;
    this.kind.textContent = this.film.kinds[frame.kind];
    this.kind.className = `gx-kind gx-kind-${frame.kind}`;
    this.call.textContent = frame.call;
    this.why.textContent = frame.why;
    this.slot.textContent = "Point at a slot for what it holds.";
    this.timeline.show(this.at);
    this.header.show(frame);
    this.hash.show(frame);
    this.cursor.show(frame);
    this.element.classList.toggle("gx-two", frame.old !== null);
    this.element.classList.toggle("gx-walked", frame.cursor !== null);
    for (const view of this.arrays) view.show(this.film, frame);
  }

  toggle() {
    if (this.timer) return this.stop();
    if (this.at === this.frames.length - 1) this.go(0);
    this.play();
  }

  play() {
    this.stop();
    this.timer = setInterval(() => {
      this.go(this.at + 1);
      if (this.at === this.frames.length - 1) this.stop();
    }, 1000 / this.speed);
    this.sayPlaying("pause", "❚❚");
  }

  stop() {
    clearInterval(this.timer);
    this.timer = null;
    this.sayPlaying("play", "▶");
  }

  sayPlaying(name, sign) {
    this.why.setAttribute("aria-live", this.timer ? "off" : "polite");
    this.playing.textContent = sign;
    this.playing.setAttribute("aria-label", name);
    this.playing.title = `${name} (space)`;
  }

  remove() {
    this.stop();
    for (const forget of this.deaf) forget();
  }
}

// What anywidget calls.
function render({ model, el }) {
  const explorer = new Explorer(model);
  el.append(explorer.element);
  return () => explorer.remove();
}

// A model for pages without a kernel: nobody to tell, nobody to ask.
class LoneModel {
  constructor(state) {
    this.state = state;
  }
  get(name) {
    return this.state[name];
  }
  set(name, value) {
    this.state[name] = value;
  }
  save_changes() {}
  on() {}
  off() {}
}
