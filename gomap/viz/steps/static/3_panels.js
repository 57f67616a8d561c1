// The header, the key's hash and path, the iterator.

const FIELDS = [
  ["count", "entries in the map"],
  ["flags", "iterator 1, oldIterator 2, hashWriting 4, sameSizeGrow 8"],
  ["B", "log2 of the number of buckets"],
  ["noverflow", "overflow buckets in use"],
  ["hash0", "the hash seed"],
  ["buckets", "the bucket array"],
  ["oldbuckets", "the array being evacuated"],
  ["nevacuate", "old buckets below this number are evacuated"],
  ["next_overflow", "the next free preallocated overflow bucket"],
  ["load_factor", "entries per bucket"],
  ["bytes_total", "everything, as sys.getsizeof says"],
];

class HeaderView {
  constructor() {
    this.values = new Map();
    const rows = FIELDS.map(([name, title]) => {
      const value = h("dd", { "data-field": name });
      this.values.set(name, value);
      return h("div", { class: "gx-field", title }, h("dt", {}, name), value);
    });
    this.element = h("section", { class: "gx-header" }, h("h3", {}, "hmap"), h("dl", {}, ...rows));
  }

  show(frame) {
    for (const [name, value] of this.values) {
      value.textContent = this.text(frame, name);
      const changed = frame.changed.includes(name) || (name === "oldbuckets" && frame.changed.includes("growing"));
      value.parentNode.classList.toggle("gx-changed", changed);
    }
  }

  text(frame, name) {
    const { head } = frame;
    if (name === "buckets") return frame.new ? String(frame.new.length) : "nil";
    if (name === "oldbuckets") return frame.old ? String(frame.old.length) : "nil";
    if (name === "flags") return [head.flags, ...frame.flags].join(" ");
    if (name === "load_factor") return head.load_factor.toFixed(3);
    if (name === "bytes_total") return head.bytes_total.toLocaleString("en");
    return head[name] === null ? "nil" : String(head[name]);
  }
}

// What a lookup makes of a slot: short, and in full.
const VERDICTS = {
  "other tophash": ["≠", "another tophash: no need to compare keys"],
  "other key": ["other key", "the same tophash, but another key"],
  found: ["found", "the same tophash, and the key is equal"],
  empty: ["empty", "nothing here, but something follows"],
  rest: ["end", "emptyRest: nothing here, nothing after it"],
};

class HashView {
  constructor() {
    this.element = h("section", { class: "gx-hash" });
  }

  show(frame) {
    const { key } = frame;
    if (key === null) {
      const none = h("p", {}, "This step is about no single key.");
      this.element.replaceChildren(h("h3", {}, "hash"), none);
      return;
    }
    const count = key.bits.length;
    const bits = [...key.bits].map((bit, i) => {
      const kind = i < 8 ? "gx-bit-top" : i >= count - key.low ? "gx-bit-low" : "";
      return h("span", { class: `gx-bit ${kind}` }, bit);
    });
    const bytes = [...Array(count / 8).keys()].map((i) => h("span", { class: "gx-byte" }, bits.slice(8 * i, 8 * i + 8)));
    const title = h("h3", {}, "hash of ", h("code", {}, key.key), " ", h("small", {}, key.hash));
    const line = h("div", { class: "gx-bits", role: "img", "aria-label": `hash ${key.bits}` }, bytes);
    this.element.replaceChildren(title, line, this.legend(key), ...this.path(key));
  }

  legend(key) {
    const raised = key.raised ? " (raised by 5, past the states)" : "";
    const low = key.low ? `low ${key.low === 1 ? "bit" : `${key.low} bits`}` : "one bucket only, no bit needed";
    return h(
      "div",
      { class: "gx-split" },
      h("span", { class: "gx-split-top" }, "high 8 bits: tophash ", h("b", { "data-key": "tophash" }, hex(key.tophash)), raised),
      h("span", { class: "gx-split-low" }, `${low}: bucket `, h("b", { "data-key": "bucket" }, String(key.bucket)), ` of the ${key.array} array`)
    );
  }

  // The slots looked at, a list for each bucket of the chain.
  path(key) {
    if (!key.path) return [];
    const lists = [];
    key.path.forEach(([position, slot, top, verdict], i) => {
      const item = h(
        "li",
        {
          class: `gx-saw-${verdict.replace(" ", "-")}`,
          "data-step": JSON.stringify([position, slot, top, verdict]),
          "aria-label": `slot ${slot}: ${hex(top)}, ${verdict}`,
          title: VERDICTS[verdict][1],
        },
        h("span", { class: "gx-no" }, String(i + 1)),
        `${slot}: ${hex(top)} `,
        h("em", {}, VERDICTS[verdict][0])
      );
      (lists[position] ??= []).push(item);
    });
    const groups = lists.map((items, position) => {
      const name = position ? `overflow bucket ${position}` : `bucket ${key.bucket}`;
      const list = h("ol", { class: "gx-path", "aria-label": `slots looked at in ${name}` }, items);
      return h("div", {}, h("span", {}, name), list);
    });
    const found = key.found ? `found: ${key.element}` : "absent";
    const sum = `${plural(key.slots_examined, "slot")} looked at, ${plural(key.key_comparisons, "key")} compared: ${found}`;
    return [h("div", { class: "gx-paths" }, groups), h("div", { class: "gx-sum" }, sum)];
  }
}

class CursorView {
  constructor() {
    this.element = h("section", { class: "gx-iterator" });
  }

  show(frame) {
    const { cursor } = frame;
    this.element.hidden = cursor === null;
    if (cursor === null) return;
    const stands = cursor.done
      ? "it has ended"
      : cursor.array === null || cursor.bucket === null
        ? cursor.produced.length ? "it waits" : "it has shown nothing yet"
        : `${cursor.array} array, bucket ${cursor.bucket}, slot ${cursor.slot}${cursor.position ? ` of overflow ${cursor.position}` : ""}`;
    const rows = [
      ["start bucket", cursor.start_bucket],
      ["offset", cursor.offset],
      ["stands at", stands],
      ["wrapped", cursor.wrapped ? "yes" : "no"],
    ].map(([name, value]) => h("div", { class: "gx-field" }, h("dt", {}, name), h("dd", { "data-cursor": name }, String(value))));
    const keys = cursor.produced.map((key) => h("li", {}, key));
    const produced = keys.length ? [h("ol", { class: "gx-produced", "aria-label": "keys produced so far" }, keys)] : [];
    this.element.replaceChildren(h("h3", {}, "iterator"), h("dl", {}, rows), ...produced);
  }
}
