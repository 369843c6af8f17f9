// Several people in one section at once. Without this, or without an answer, everybody writes
// alone and a save compares the two texts.
(() => {
  "use strict";
  const form = document.querySelector("form[data-live]");
  if (!form || !window.WebSocket) return;
  const box = form.elements.namedItem("body"), version = form.elements.namedItem("base_version"), heading = form.elements.namedItem("heading");
  const line = Object.assign(document.createElement("p"), { className: "fine" });
  line.setAttribute("role", "status");
  box.after(line);
  let socket = null, weave = null, before = null, room = "", composing = false, waiting = [], base = "own" in form.dataset ? null : heading.value, tries = 0, people = "", note = "", leaving = false;

  const say = (words) => {
    note = words;
    const all = [note, people].filter(Boolean).join(" ");
    if (line.textContent !== all) line.textContent = all;
  };
  const list = (names) => names.length < 2 ? names.join("") : `${names.slice(0, -1).join(", ")} and ${names.at(-1)}`;

  const show = () => {
    const from = weave.anchor(box.selectionStart), to = weave.anchor(box.selectionEnd);
    return () => {
      const top = box.scrollTop;
      box.value = weave.text;
      box.setSelectionRange(weave.offset(from), weave.offset(to));
      box.scrollTop = top;
    };
  };
  const send = (message) => { if (socket && socket.readyState === WebSocket.OPEN) socket.send(JSON.stringify(message)); };
  const push = () => {
    const steps = weave.rewrite(box.value);
    if (steps.length) send({ t: "steps", steps });
  };

  // Take over a saved version with its heading, which is not written together. Refuses where both
  // have another heading than before: then a save shows both.
  const follow = (told) => {
    if (Number(version.value) !== told.version && told.heading !== base) {
      if (heading.value !== base && heading.value !== told.heading) return false;
      heading.value = told.heading;
    }
    [base, version.value] = [told.heading, told.version];
    return true;
  };

  // Whether the room's text holds all that this page has: then nothing is lost by taking it.
  const isHeld = (told, theirs) => {
    if (box.value === theirs.text) return true;
    if (!before) return !("own" in form.dataset) && box.value === box.defaultValue;
    return told.room === room && box.value === before.text && before.items.every((item) => {
      const place = theirs.place(item.count, item.of);
      return place >= 0 && (theirs.items[place].dead || !item.dead);
    });
  };
  const begin = (told) => {
    const theirs = new Weave(told.rows, told.site), held = isHeld(told, theirs);
    if (!held && !(told.alone && Number(version.value) === told.version)) return false;
    if (!follow(told)) return false;
    weave = theirs;
    room = told.room;
    if (held) box.value = weave.text; else push();
    return true;
  };
  const take = (told) => {
    if (composing) { waiting.push(told); return; }
    push();
    const settle = show();
    weave.apply(told.site, told.steps);
    settle();
  };
  const hear = (told) => {
    if (told.t === "hello") {
      if (begin(told)) { tries = 0; say(""); return; }
      say("Others write this section now. You have a text of your own: save it, or discard it to join them.");
      socket.close();
    } else if (told.t === "people") {
      people = told.names.length > 1 ? `Writing together now: ${list(told.names)}.` : "";
      say(note);
    } else if (told.t === "steps") {
      if (weave) take(told);
    } else if (told.t === "saved") {
      say(follow(told) ? `Saved as version ${told.version}.` : `Version ${told.version} was saved with another heading than yours. Saving shows you both.`);
    } else if (told.t === "elsewhere") {
      say(`Version ${told.version} was saved outside of this text. Saving shows you both.`);
    }
  };
  const connect = () => {
    socket = new WebSocket(form.dataset.live);
    socket.addEventListener("message", (event) => hear(JSON.parse(event.data)));
    socket.addEventListener("close", (event) => {
      const wasIn = weave !== null, hadOthers = people !== "";
      [before, weave, people] = [weave || before, null, ""];
      if (hadOthers) say("The others can’t be reached. You write alone; saving compares your text with theirs.");
      if (!leaving && event.code < 4000 && (wasIn || tries) && tries < 6) { tries += 1; setTimeout(connect, 500 * 2 ** tries); }
    });
  };

  box.addEventListener("compositionstart", () => { composing = true; });
  box.addEventListener("compositionend", () => {
    composing = false;
    if (!weave) return;
    push();
    for (const told of waiting.splice(0)) take(told);
  });
  box.addEventListener("input", () => { if (weave && !composing) push(); });
  // A browser may hang up before the answer is there; coming back then would look like a new visit.
  form.addEventListener("submit", () => { leaving = true; if (weave) push(); });
  connect();
})();
