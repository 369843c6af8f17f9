// A text that several people write at once; agendas/weave.py is the same on the server.
"use strict";

class Weave {
  // rows: every item in order as [count, site, character, 1 if dead].
  constructor(rows, site) {
    this.items = rows.map(([count, of, char, dead]) => ({ count, of, char, dead: Boolean(dead) }));
    this.site = site;
    this.clock = rows.reduce((most, row) => Math.max(most, row[0]), 0);
  }

  get living() { return this.items.filter((item) => !item.dead); }
  get text() { return this.living.map((item) => item.char).join(""); }

  // Make the text `wanted`; gives the steps to send. One stretch is replaced by another.
  rewrite(wanted) {
    const had = this.living, chars = Array.from(wanted), steps = [];
    let first = 0, last = 0;
    while (first < had.length && first < chars.length && had[first].char === chars[first]) first += 1;
    while (last < had.length - first && last < chars.length - first
      && had[had.length - 1 - last].char === chars[chars.length - 1 - last]) last += 1;
    for (const item of had.slice(first, had.length - last)) {
      item.dead = true;
      steps.push(["d", item.count, item.of]);
    }
    let after = first ? had[first - 1] : null;
    for (const char of chars.slice(first, chars.length - last)) {
      const item = { count: this.clock + 1, of: this.site, char, dead: false };
      steps.push(["i", item.count, after ? after.count : 0, after ? after.of : 0, char]);
      this.put(item, after ? after.count : 0, after ? after.of : 0);
      after = item;
    }
    return steps;
  }

  // Steps of another site.
  apply(site, steps) {
    for (const [kind, count, ...rest] of steps) {
      if (kind === "d") this.items[this.place(count, rest[0])].dead = true;
      else this.put({ count, of: site, char: rest[2], dead: false }, rest[0], rest[1]);
    }
  }

  put(item, count, of) {
    let place = count ? this.place(count, of) + 1 : 0;
    const isNewer = (one) => one.count > item.count || (one.count === item.count && one.of > item.of);
    while (place < this.items.length && isNewer(this.items[place])) place += 1;
    this.items.splice(place, 0, item);
    this.clock = Math.max(this.clock, item.count);
  }

  place(count, of) { return this.items.findIndex((item) => item.count === count && item.of === of); }

  // Where a cursor stands: the item before it, in UTF-16 units as the browser counts them.
  anchor(offset) {
    let passed = 0, before = null;
    for (const item of this.living) {
      if (passed >= offset) break;
      passed += item.char.length;
      before = item;
    }
    return before;
  }

  offset(anchor) {
    let passed = 0;
    if (anchor === null) return 0;
    for (const item of this.items) {
      if (!item.dead) passed += item.char.length;
      if (item === anchor) return passed;
    }
    return passed;
  }
}
