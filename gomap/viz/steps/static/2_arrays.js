// The bucket arrays: a row for each chain, a bucket as it lies in memory
// (8 tophash bytes, 8 keys, 8 elements), overflow buckets to the right.

const STATES = ["emptyRest", "emptyOne", "evacuatedX", "evacuatedY", "evacuatedEmpty"];
const SIGNS = ["·", "○", "→X", "→Y", "–"];
const MEANINGS = [
  "empty, and so is everything after it in the chain",
  "empty, but something follows",
  "its entry has moved to the bucket of the same index",
  "its entry has moved to the bucket half the array further on",
  "was empty when its bucket was evacuated",
];
const SLOTS = 8;
const ROWS = 32;

// One array of a frame, and what of it is lit.
class ArrayView {
  constructor(name, title) {
    this.name = name;
    this.page = 0;
    this.title = h("h3", { class: "gx-array-title" }, title);
    this.note = h("span", { class: "gx-array-note" });
    this.pager = h("span", { class: "gx-pager" });
    this.rows = h("div", { class: "gx-rows" });
    this.box = h("div", { class: "gx-scroll", tabindex: 0, role: "group", "aria-label": title }, this.rows);
    const top = h("div", { class: "gx-array-head" }, this.title, this.note, this.pager);
    this.element = h("section", { class: "gx-array", "data-array": name }, top, this.box);
  }

  show(film, frame) {
    const numbers = frame[this.name];
    this.element.hidden = this.name === "old" && numbers === null;
    this.film = film;
    this.frame = frame;
    this.numbers = numbers ?? [];
    const focus = this.focus();
    if (focus !== null) this.page = Math.floor(focus / ROWS);
    this.draw();
    if (focus !== null) this.reveal(focus);
  }

  // The chain to look at, if any.
  focus() {
    const { mark, cursor } = this.frame;
    if (mark?.array === this.name) return mark.bucket;
    if (mark?.to && this.name === "new") return mark.to[0];
    return cursor?.array === this.name ? cursor.bucket : null;
  }

  draw() {
    const pages = Math.max(1, Math.ceil(this.numbers.length / ROWS));
    this.page = Math.min(this.page, pages - 1);
    this.note.textContent = this.numbers.length
      ? plural(this.numbers.length, "bucket")
      : "nil: made by the first assign";
    this.drawPager(pages);
    const first = this.page * ROWS;
    const rows = this.numbers.slice(first, first + ROWS);
    this.rows.replaceChildren(...rows.map((number, i) => this.row(number, first + i)));
  }

  drawPager(pages) {
    const turn = (by) => () => {
      this.page += by;
      this.draw();
    };
    const first = this.page * ROWS;
    const last = Math.min(first + ROWS, this.numbers.length) - 1;
    const button = (label, name, by, dead) =>
      h("button", { type: "button", "aria-label": name, disabled: dead, onclick: turn(by) }, label);
    this.pager.replaceChildren(
      ...(pages === 1
        ? []
        : [
            button("▲", "buckets before", -1, this.page === 0),
            `${first}–${last}`,
            button("▼", "buckets after", 1, this.page === pages - 1),
          ])
    );
  }

  // Scrolls the box, never the page: down to the chain, right to the slot that is lit.
  reveal(bucket) {
    const row = this.rows.querySelector(`[data-bucket="${bucket}"]`);
    if (!row) return;
    const steps = row.querySelectorAll(".gx-step");
    const slot = row.querySelector(".gx-hit, .gx-cursor") ?? steps[steps.length - 1] ?? row.firstChild;
    const box = this.box.getBoundingClientRect();
    const down = row.getBoundingClientRect();
    const across = slot.getBoundingClientRect();
    const left = row.firstChild.getBoundingClientRect().right;
    if (down.top < box.top) this.box.scrollTop -= box.top - down.top;
    else if (down.bottom > box.bottom) this.box.scrollTop += down.bottom - box.bottom + 2;
    if (slot === row.firstChild) this.box.scrollLeft = 0;
    else if (across.left < left) this.box.scrollLeft -= left - across.left + 20;
    else if (across.right > box.right) this.box.scrollLeft += across.right - box.right + 20;
  }

  row(number, bucket) {
    const { mark, cursor, head, key } = this.frame;
    const chain = this.film.chains[number];
    const here = mark?.array === this.name && mark.bucket === bucket;
    const half = this.name === "new" ? (mark?.to ?? []).indexOf(bucket) : -1;
    const classes = ["gx-row"];
    if (here || half >= 0) classes.push("gx-row-lit");
    const tags = [];
    if (half >= 0 && mark.to.length > 1) tags.push(["XY"[half], "xy", "what the evacuation moves here"]);
    if (this.name === "old" && head.nevacuate === bucket) {
      tags.push(["nevacuate", "mark", "every old bucket before this one is evacuated"]);
    }
    if (cursor && cursor.started_in === this.name && cursor.start_bucket === bucket) {
      tags.push(["start", "iter", "the iterator started at this bucket"]);
    }
    const path = key?.path && key.array === this.name && key.bucket === bucket ? key.path : [];
    const buckets = chain.map((b, position) => this.bucket(b, bucket, position, path));
    const label = h("div", { class: "gx-index" }, h("b", {}, String(bucket)), ...tags.map(tag));
    return h("div", { class: classes.join(" "), "data-bucket": bucket }, label, ...buckets);
  }

  bucket(b, bucket, position, path) {
    const { mark, cursor } = this.frame;
    const lit = mark?.array === this.name && mark.bucket === bucket && mark.position === position;
    const stands = cursor?.array === this.name && cursor.bucket === bucket && cursor.position === position;
    const cells = [...Array(SLOTS).keys()].map((slot) => {
      const step = path.findIndex((s) => s[0] === position && s[1] === slot);
      const node = cell(b, slot, step >= 0 ? [step + 1, path[step][3]] : null);
      if (lit && mark.slot === slot) node.classList.add("gx-hit");
      if (stands && cursor.slot === slot) node.classList.add("gx-cursor");
      node.dataset.where = JSON.stringify([this.name, bucket, position, slot]);
      return node;
    });
    const spare = b.pre === null ? "" : `, preallocated as number ${b.pre}`;
    const arrow = position
      ? [h("span", { class: "gx-arrow", title: `overflow bucket ${position}${spare}` }, "➔")]
      : [];
    return h("div", { class: "gx-link" }, ...arrow, h("div", { class: "gx-bucket", "data-position": position }, ...cells));
  }
}

function tag([text, kind, title]) {
  return h("span", { class: `gx-tag gx-tag-${kind}`, title }, text);
}

// One slot: its tophash byte, key and element, one below the other.
function cell(b, slot, step) {
  const top = b.top[slot];
  const state = top < STATES.length ? STATES[top] : "entry";
  const node = h(
    "div",
    { class: `gx-cell gx-${state}`, "data-slot": slot, "data-top": top },
    h("span", { class: "gx-t" }, top < STATES.length ? SIGNS[top] : hex(top)),
    h("span", { class: "gx-k" }, b.keys[slot] ?? ""),
    h("span", { class: "gx-e" }, b.elems[slot] ?? "")
  );
  if (step) {
    node.classList.add("gx-step", `gx-saw-${step[1].replace(" ", "-")}`);
    node.append(h("span", { class: "gx-no" }, String(step[0])));
  }
  return node;
}

// What is to be said of the slot under the pointer.
function describeSlot(film, frame, where) {
  const [array, bucket, position, slot] = where;
  const b = film.chains[frame[array][bucket]][position];
  const top = b.top[slot];
  const over = position ? `, overflow bucket ${position}` : "";
  const spare = b.pre === null ? "" : ` (preallocated, number ${b.pre})`;
  const place = `${array} array, bucket ${bucket}${over}${spare}, slot ${slot}`;
  if (top < STATES.length) return `${place}: ${STATES[top]} (${top}), ${MEANINGS[top]}`;
  return `${place}: tophash ${hex(top)}, key ${b.keys[slot]}, element ${b.elems[slot]}`;
}
