// The section editor: marks from buttons and keys, a draft kept while one types, who else is here.
// Without this file the form works as it stands.
(() => {
  "use strict";
  const PAUSE = 2000, BEAT = 15000;
  const make = (name, properties) => Object.assign(document.createElement(name), properties);

  // --- Marks -----------------------------------------------------------------------------------
  const MARKS = [
    { label: "Bold", key: "b", before: "**", after: "**", sample: "words" },
    { label: "Italic", key: "i", before: "*", after: "*", sample: "words" },
    { label: "Link", key: "k", before: "[", after: "](https://)", sample: "words" },
    { label: "Sub-heading", line: "## " },
    { label: "List", line: "- " },
    { label: "Numbered list", line: "1. " },
  ];
  const put = (box, text, from, to) => {
    box.focus();
    box.setSelectionRange(from, to);
    // Keeps the browser's own undo; where it is refused the text goes in without.
    if (!document.execCommand("insertText", false, text)) box.setRangeText(text, from, to, "end");
    box.dispatchEvent(new Event("input", { bubbles: true }));
  };
  const apply = (box, mark) => {
    const { selectionStart: from, selectionEnd: to, value } = box;
    if (mark.line) {
      const start = value.lastIndexOf("\n", from - 1) + 1;
      const lines = value.slice(start, to).split("\n");
      const marked = lines.map((line, n) => (mark.line === "1. " ? `${n + 1}. ` : mark.line) + line).join("\n");
      put(box, marked, start, to);
      return;
    }
    const words = value.slice(from, to) || mark.sample;
    put(box, mark.before + words + mark.after, from, to);
    const begin = from + mark.before.length;
    box.setSelectionRange(begin, begin + words.length);
  };
  const offerMarks = (form) => {
    const box = form.elements.body;
    const bar = make("div", { className: "marks" });
    bar.setAttribute("role", "group");
    bar.setAttribute("aria-label", "Marks for the text");
    for (const mark of MARKS) {
      const button = make("button", { type: "button", className: "btn btn--quiet btn--s", textContent: mark.label });
      if (mark.key) button.setAttribute("aria-keyshortcuts", `Control+${mark.key.toUpperCase()}`);
      button.addEventListener("click", () => apply(box, mark));
      bar.append(button);
    }
    box.before(bar);
    box.addEventListener("keydown", (event) => {
      const mark = (event.ctrlKey || event.metaKey) && !event.altKey && !event.shiftKey && MARKS.find((one) => one.key === event.key.toLowerCase());
      if (!mark) return;
      event.preventDefault();
      apply(box, mark);
    });
  };

  const send = (form, address, fields, keepalive = false) => fetch(address, {
    method: "POST",
    keepalive,
    headers: { Accept: "application/json", "X-CSRFToken": form.elements.csrfmiddlewaretoken.value },
    body: new URLSearchParams(fields),
  });

  // --- What the server could not take, kept on this device -------------------------------------
  const shelfOf = (form) => {
    // Each person's own: a device may be shared.
    const name = `unsaved ${form.dataset.writer} ${form.action}`;
    const use = (act) => { try { return act(localStorage); } catch { return null; } };
    return {
      put: (text) => use((shelf) => shelf.setItem(name, JSON.stringify({ ...text, at: Date.now() }))),
      get: () => use((shelf) => JSON.parse(shelf.getItem(name))),
      clear: () => use((shelf) => shelf.removeItem(name)),
    };
  };
  const offerKept = (form, shelf) => {
    const kept = shelf.get(), same = (name) => kept[name] === form.elements[name].value;
    // The server names what it has just saved: it may read otherwise here by now, tidied or
    // changed by somebody since, and is saved all the same.
    const arrived = new URLSearchParams(location.search).get("sent");
    if (arrived) history.replaceState(null, "", location.pathname);
    if (!kept || (arrived && kept.sent === arrived) || ["heading", "body"].every(same)) { shelf.clear(); return; }
    const notice = make("div", { className: "notice notice--warn" });
    const words = `A text of ${new Date(kept.at).toLocaleString()} that was not saved is kept on this device.`;
    const press = (label, act) => {
      const button = make("button", { type: "button", className: "btn btn--quiet btn--s", textContent: label });
      button.addEventListener("click", () => { act(); shelf.clear(); notice.remove(); });
      return button;
    };
    const row = make("p", { className: "row" });
    row.append(
      press("Bring it back", () => {
        for (const name of ["heading", "body", "reason"]) form.elements[name].value = kept[name];
        form.elements.body.dispatchEvent(new Event("input", { bubbles: true }));
        form.elements.body.focus();
      }),
      press("Discard it", () => {}),
    );
    notice.append(make("p", { textContent: words }), make("pre", { className: "code", textContent: kept.body, tabIndex: 0 }), row);
    notice.setAttribute("role", "status");
    form.before(notice);
  };

  // --- Draft -----------------------------------------------------------------------------------
  const OUT = "You are signed out. What you wrote is kept on this device: sign in, and come back to this page.";
  const keepDraft = (form) => {
    const shelf = shelfOf(form);
    offerKept(form, shelf);
    const said = form.querySelector("[data-said]");
    const names = ["base_version", "heading", "body", "reason"];
    const read = () => Object.fromEntries(names.map((name) => [name, form.elements[name].value]));
    const seen = form.elements.seen;
    let last = JSON.stringify(read()), timer = 0, busy = false, over = false;
    const keep = async (keepalive = false) => {
      clearTimeout(timer);
      const now = read(), text = JSON.stringify(now);
      if (over || busy || text === last) return;
      busy = true;
      try {
        const answer = await send(form, form.dataset.draft, { ...now, seen: seen.value }, keepalive);
        if (answer.redirected || answer.status === 403) {
          shelf.put(now);
          last = text;
          said.textContent = OUT;
          busy = false;
          return;
        }
        const told = await answer.json();
        said.textContent = told.words;
        if (answer.ok) { seen.value = told.seen; last = text; shelf.clear(); }
        if (answer.status === 409) over = true;
      } catch {
        shelf.put(now);
        said.textContent = "The draft is kept on this device alone just now. It is sent again when you type.";
      }
      busy = false;
      if (!over && JSON.stringify(read()) !== last) timer = setTimeout(keep, PAUSE);
    };
    form.addEventListener("input", () => { clearTimeout(timer); timer = setTimeout(keep, PAUSE); });
    form.addEventListener("submit", () => {
      over = true;
      clearTimeout(timer);
      // A name for each sending: an address of before, in the browser's history, clears no newer text.
      const sent = form.elements.sent;
      sent.value = crypto.randomUUID?.() ?? sent.value;
      shelf.put({ ...read(), sent: sent.value });
    });
    document.addEventListener("visibilitychange", () => { if (document.hidden) keep(true); });
  };

  // --- Who is here -----------------------------------------------------------------------------
  const showPeople = (form) => {
    const place = document.querySelector("[data-here]");
    let typed = 0, shown = null;
    form.addEventListener("input", () => { const first = Date.now() - typed > BEAT; typed = Date.now(); if (first) beat(); });
    const tell = ({ here, version }) => {
      const lines = here.map((one) => `${one.name} is here${one.typing ? ", typing" : ""}.`);
      if (version > Number(form.elements.base_version.value)) lines.push(`Version ${version} was saved meanwhile. When you save, you see both texts.`);
      const words = lines.join(" ");
      // Said anew only when it changes, so that a screen reader is not interrupted every time.
      if (words !== shown) { place.textContent = words; shown = words; }
    };
    const beat = async () => {
      if (document.hidden) return;
      try {
        const answer = await send(form, form.dataset.presence, Date.now() - typed < BEAT ? { typing: 1 } : {});
        if (answer.ok) tell(await answer.json());
      } catch { /* The next beat tries again. */ }
    };
    beat();
    setInterval(beat, BEAT);
    document.addEventListener("visibilitychange", beat);
    addEventListener("pagehide", () => { send(form, form.dataset.presence, { leave: 1 }, true).catch(() => {}); });
  };

  // --- The list of all sections: the open one stands in sight ----------------------------------
  const showOpen = (link) => {
    const list = link.closest("ul"), top = (node) => node.getBoundingClientRect().top;
    list.scrollTop += top(link) - top(list) - list.clientHeight / 3;
  };

  document.querySelectorAll(".sections [aria-current]").forEach(showOpen);
  document.querySelectorAll("form[data-marks]").forEach(offerMarks);
  document.querySelectorAll("form[data-draft]").forEach((form) => { keepDraft(form); showPeople(form); });
})();
