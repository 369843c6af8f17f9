// Draws each trend anew from the API: a readout for every figure, and groups to switch on.
// Without this file the page shows the drawing that came with it.
(() => {
  "use strict";
  const SVG = "http://www.w3.org/2000/svg";
  const COLORS = ["var(--c-main)", "var(--c-self)", "var(--c-muted)"];
  const DAY = 86400000;

  const make = (name, attributes, text) => {
    const node = document.createElementNS(SVG, name);
    for (const [key, value] of Object.entries(attributes)) node.setAttribute(key, value);
    if (text !== undefined) node.textContent = text;
    return node;
  };
  const element = (name, properties, ...children) => {
    const node = Object.assign(document.createElement(name), properties);
    node.append(...children);
    return node;
  };

  const say = (value, unit) => {
    const digits = { minimumFractionDigits: unit.decimals, maximumFractionDigits: unit.decimals };
    const number = Math.abs(value * unit.scale).toLocaleString("en-US", digits);
    return `${value < 0 && /[1-9]/.test(number) ? "\u2212" : ""}${unit.prefix}${number}`;
  };
  const words = (group, point, unit) => {
    const margin = point.margin_90 === null ? "" : ` \u00b1 ${say(point.margin_90, unit)}`;
    const caution = ["", "good"].includes(point.reliability) ? "" : ", use with caution";
    return `${group.name}, ${point.period}: ${say(point.value, unit)}${unit.suffix}${margin}${caution}`;
  };

  // Stretches of figures that follow each other without an empty year.
  const stretches = (points) => {
    const found = [];
    let before = null;
    for (const point of points) {
      if (point.value === null) { before = null; continue; }
      const joins = before && Date.parse(point.start) <= Date.parse(before.end) + DAY;
      if (joins) found.at(-1).push(point); else found.push([point]);
      before = point;
    }
    return found;
  };
  const year = (point) => Number(point.end.slice(0, 4));
  const round = (number) => Math.round(number * 10) / 10;

  const ticks = (low, high) => {
    const span = high - low || Math.abs(high) || 1;
    const size = 10 ** Math.floor(Math.log10(span / 6));
    const step = size * [1, 2, 2.5, 5, 10, 20].find((s) => span / (size * s) <= 5);
    const first = Math.floor(low / step), last = Math.max(Math.ceil(high / step), first + 1);
    return Array.from({ length: last - first + 1 }, (_, n) => (first + n) * step);
  };

  const draw = (figure, data, keys, readout) => {
    const narrow = figure.clientWidth < 640;
    const frame = narrow ? { w: 350, h: 300, l: 52, r: 24, t: 44, b: 38 } : { w: 760, h: 340, l: 64, r: 150, t: 24, b: 40 };
    const groups = data.groups.filter((group) => keys.includes(group.key));
    const known = groups.flatMap((group) => group.points).filter((point) => point.value !== null);
    if (!known.length) return false;
    const lows = known.map((p) => p.value - (p.margin_90 || 0)), highs = known.map((p) => p.value + (p.margin_90 || 0));
    // The trend and the target belong to the total, so they are drawn where it is shown.
    const beside = keys.includes("") ? JSON.parse(figure.dataset.beside) : { fitted: [], target: null };
    const more = beside.fitted.flatMap((end) => [end.value - end.margin, end.value + end.margin]).concat(beside.target ?? []);
    const marks = ticks(Math.min(...lows, ...more), Math.max(...highs, ...more));
    const years = known.map(year), first = Math.min(...years), last = Math.max(Math.max(...years), first + 1);
    const at = (time) => round(frame.l + (time - first) / (last - first) * (frame.w - frame.l - frame.r));
    const x = (point) => at(year(point));
    const y = (value) => round(frame.h - frame.b - (value - marks[0]) / (marks.at(-1) - marks[0]) * (frame.h - frame.b - frame.t));
    const svg = make("svg", { class: "plot", viewBox: `0 0 ${frame.w} ${frame.h}`, "font-size": 13, fill: "var(--c-text)", role: "group", "aria-label": `${data.name}, ${data.place_name}. ${known.length} figures, reached with the arrow keys.` });
    for (const mark of marks) {
      svg.append(make("path", { d: `M${frame.l} ${y(mark)}H${frame.w - frame.r}`, stroke: "var(--c-grid)" }));
      const label = (Math.abs(mark) * data.unit.scale).toLocaleString("en-US", { maximumFractionDigits: 4 });
      const sign = mark < 0 ? "\u2212" : "";
      svg.append(make("text", { x: frame.l - 8, y: y(mark) + 4, "text-anchor": "end" }, `${sign}${data.unit.prefix}${label}${data.unit.suffix === "%" ? "%" : ""}`));
    }
    const axis = [...new Map(known.map((point) => [point.end, point])).values()].sort((a, b) => year(b) - year(a));
    const every = narrow ? Math.ceil(axis.length / 3) : Math.ceil(axis.length / 6);
    axis.filter((_, n) => n % every === 0).forEach((point) => svg.append(make("text", { x: x(point), y: frame.h - frame.b + 24, "text-anchor": "middle" }, point.period)));
    drawBeside(svg, beside, at, y, { left: frame.l, right: frame.w - frame.r }, data.unit);
    groups.forEach((group, n) => drawGroup(svg, group, COLORS[n % COLORS.length], x, y));
    const dots = groups.flatMap((group, n) => drawDots(svg, group, COLORS[n % COLORS.length], x, y, data.unit, readout));
    groups.forEach((group, n) => label(svg, group, COLORS[n % COLORS.length], x, y, data.unit, narrow && { x: frame.w - frame.r, y: 18 + 14 * n }));
    walk(dots);
    figure.querySelector("[data-plot]").replaceChildren(svg);
    return true;
  };

  const path = (points, x, at) => "M" + points.map((point) => `${x(point)} ${at(point)}`).join("L");
  const drawGroup = (svg, group, color, x, y) => {
    const parts = stretches(group.points);
    for (const part of parts.filter((p) => p.length > 1 && p[0].margin_90 !== null)) {
      const over = path(part, x, (p) => y(p.value + (p.margin_90 || 0)));
      const under = path([...part].reverse(), x, (p) => y(p.value - (p.margin_90 || 0)));
      svg.append(make("path", { d: `${over}L${under.slice(1)}Z`, fill: "var(--c-band)", "fill-opacity": 0.8 }));
    }
    parts.slice(1).forEach((part, n) => svg.append(make("path", { d: path([parts[n].at(-1), part[0]], x, (p) => y(p.value)), fill: "none", stroke: color, "stroke-width": 2, "stroke-dasharray": "2 5" })));
    for (const part of parts) svg.append(make("path", { d: path(part, x, (p) => y(p.value)), fill: "none", stroke: color, "stroke-width": 3, "stroke-linecap": "round", "stroke-linejoin": "round" }));
  };
  const drawBeside = (svg, { fitted, target }, at, y, edge, unit) => {
    if (fitted.length) {
      const line = (ends, value) => ends.map((end) => `${at(end.year)} ${y(value(end))}`).join("L");
      const band = `M${line(fitted, (end) => end.value + end.margin)}L${line([...fitted].reverse(), (end) => end.value - end.margin)}Z`;
      svg.append(make("path", { d: band, fill: "none", stroke: "var(--c-muted)", "stroke-dasharray": "2 4" }));
      svg.append(make("path", { d: `M${line(fitted, (end) => end.value)}`, fill: "none", stroke: "var(--c-muted)", "stroke-width": 2 }));
    }
    if (target === null) return;
    svg.append(make("path", { d: `M${edge.left} ${y(target)}H${edge.right}`, stroke: "var(--c-target)", "stroke-width": 2, "stroke-dasharray": "8 5" }));
    svg.append(make("text", { x: edge.left + 6, y: y(target) - 6, fill: "var(--c-target)", "font-weight": 700 }, `Target ${say(target, unit)}${unit.suffix}`));
  };
  // The newest value, large, beside its dot; on a narrow drawing above the field.
  const label = (svg, group, color, x, y, unit, place) => {
    const point = group.points.filter((p) => p.value !== null).at(-1);
    if (!point) return;
    const at = place || { x: x(point) + 14, y: y(point.value) + 3 };
    const text = make("text", { x: at.x, y: at.y, "text-anchor": place ? "end" : "start" });
    text.append(make("tspan", { "font-size": place ? 15 : 18, "font-weight": 700, fill: color }, `${say(point.value, unit)}${unit.suffix}`));
    text.append(make("tspan", place ? { dx: 6 } : { x: at.x, dy: 17 }, `${group.name}${point.margin_90 === null ? "" : ` \u00b1 ${say(point.margin_90, unit)}`}`));
    svg.append(text);
  };
  const drawDots = (svg, group, color, x, y, unit, readout) => group.points.filter((point) => point.value !== null).map((point) => {
    const text = words(group, point, unit);
    const dot = make("circle", { cx: x(point), cy: y(point.value), r: 7, fill: "var(--surface)", stroke: color, "stroke-width": 3, role: "img", "aria-label": text, tabindex: -1 });
    const show = () => { readout.textContent = text; };
    dot.addEventListener("focus", show);
    dot.addEventListener("pointerenter", show);
    svg.append(dot);
    return dot;
  });
  // One stop for the Tab key; arrows lead from figure to figure.
  const walk = (dots) => {
    dots.at(-1).setAttribute("tabindex", 0);
    dots.forEach((dot, n) => dot.addEventListener("keydown", (event) => {
      const aim = { ArrowRight: n + 1, ArrowDown: n + 1, ArrowLeft: n - 1, ArrowUp: n - 1, Home: 0, End: dots.length - 1 }[event.key];
      if (aim === undefined || !dots[aim]) return;
      event.preventDefault();
      dots.forEach((other) => other.setAttribute("tabindex", -1));
      dots[aim].setAttribute("tabindex", 0);
      dots[aim].focus();
    }));
  };

  const choose = (figure, data, redraw) => {
    const set = element("fieldset", { className: "chart-key" }, element("legend", { className: "vh" }, "Groups to show"));
    data.groups.forEach((group) => {
      const box = element("input", { type: "checkbox", value: group.key, checked: group.key === "" });
      set.append(element("label", { className: "row" }, box, ` ${group.name}`));
    });
    const chosen = () => [...set.querySelectorAll("input:checked")].map((box) => box.value);
    set.addEventListener("change", (event) => {
      if (!chosen().length) event.target.checked = true;
      redraw(chosen());
    });
    figure.querySelector("[data-plot]").before(set);
  };

  const begin = async (figure) => {
    const readout = element("p", { className: "source", textContent: "Point at a figure, or reach it with the arrow keys, to read it." });
    readout.setAttribute("aria-live", "polite");
    figure.querySelector("[data-plot]").after(readout);
    try {
      const answer = await fetch(figure.dataset.series, { headers: { Accept: "application/json" } });
      if (!answer.ok) throw new Error(String(answer.status));
      const data = await answer.json();
      let keys = [""];
      const redraw = (wanted) => { keys = wanted; draw(figure, data, keys, readout); };
      if (data.groups.length > 1) choose(figure, data, redraw);
      redraw(keys);
      figure.dataset.drawn = "api";
      let width = figure.clientWidth < 640;
      new ResizeObserver(() => {
        if (figure.clientWidth < 640 !== width) { width = !width; redraw(keys); }
      }).observe(figure);
    } catch {
      readout.textContent = "The figures could not be fetched just now, so this is the drawing that came with the page. Reload it to try again.";
      figure.dataset.drawn = "page";
    }
  };

  document.querySelectorAll("figure[data-series]").forEach(begin);
})();
