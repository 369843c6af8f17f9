// Makes charts interactive once they come into view: a tooltip at the pointer, a readout for every
// figure with the arrow keys, and groups to switch on. Each chart's specification comes from the
// address in data-chart. Until it is drawn, and without this file, the drawing of the page stands.
(() => {
  "use strict";
  const { library } = document.currentScript.dataset;
  const OPTIONS = { ast: true, actions: false, defaultStyle: false, renderer: "svg", tooltip: { disableDefaultStyle: true } };
  const DOTS = ".dots_marks > [aria-label]";
  let loading = null;

  const load = () => {
    loading ??= new Promise((resolve, reject) => {
      const script = document.createElement("script");
      Object.assign(script, { src: library, onload: () => resolve(window.vegaEmbed), onerror: reject });
      document.head.append(script);
    });
    return loading;
  };
  const element = (name, properties, ...children) => {
    const node = Object.assign(document.createElement(name), properties);
    node.append(...children);
    return node;
  };

  // One stop for the Tab key; arrows lead from figure to figure.
  const mark = (plot) => {
    const dots = [...plot.querySelectorAll(DOTS)];
    dots.forEach((dot, n) => dot.setAttribute("tabindex", n === dots.length - 1 ? 0 : -1));
  };
  const walk = (plot, readout) => {
    const show = ({ target }) => {
      const dot = target.closest(DOTS);
      if (dot) readout.textContent = dot.getAttribute("aria-label");
    };
    plot.addEventListener("focusin", show);
    plot.addEventListener("pointerover", show);
    plot.addEventListener("keydown", (event) => {
      const dots = [...plot.querySelectorAll(DOTS)], n = dots.indexOf(event.target.closest(DOTS));
      const aim = { ArrowRight: n + 1, ArrowDown: n + 1, ArrowLeft: n - 1, ArrowUp: n - 1, Home: 0, End: dots.length - 1 }[event.key];
      if (n < 0 || !dots[aim]) return;
      event.preventDefault();
      dots.forEach((other) => other.setAttribute("tabindex", -1));
      dots[aim].setAttribute("tabindex", 0);
      dots[aim].focus();
    });
  };

  const choose = (plot, { groups, shown }, view) => {
    const set = element("fieldset", { className: "chart-key" }, element("legend", { className: "vh" }, "Groups to show"));
    groups.forEach((group) => {
      const box = element("input", { type: "checkbox", value: group.key, checked: group.key === shown });
      set.append(element("label", { className: "row" }, box, ` ${group.name}`));
    });
    set.addEventListener("change", async (event) => {
      if (!set.querySelector("input:checked")) event.target.checked = true;
      await view.signal("shown", [...set.querySelectorAll("input:checked")].map((box) => box.value)).runAsync();
      mark(plot);
    });
    plot.before(set);
  };

  const draw = async (figure) => {
    const plot = figure.querySelector("[data-plot]"), drawn = element("div", { className: "drawn" });
    const readout = element("p", { className: "source" });
    readout.setAttribute("aria-live", "polite");
    plot.after(readout);
    try {
      const [embed, answer] = await Promise.all([load(), fetch(figure.dataset.chart, { headers: { Accept: "application/json" } })]);
      if (!answer.ok) throw new Error(String(answer.status));
      const spec = await answer.json();
      plot.append(drawn);
      const { view } = await embed(drawn, spec, OPTIONS);
      plot.replaceChildren(drawn);
      readout.textContent = "Point at a figure, or reach it with the arrow keys, to read it.";
      walk(plot, readout);
      mark(plot);
      if (spec.usermeta?.groups.length > 1) choose(plot, spec.usermeta, view);
      new ResizeObserver(() => view.resize().runAsync().then(() => mark(plot))).observe(figure);
      figure.dataset.drawn = "vega";
    } catch {
      drawn.remove();
      readout.textContent = "The figures could not be fetched just now, so this is the drawing that came with the page. Reload it to try again.";
      figure.dataset.drawn = "page";
    }
  };

  const watch = new IntersectionObserver((entries) => {
    for (const { isIntersecting, target } of entries) {
      if (!isIntersecting) continue;
      watch.unobserve(target);
      draw(target);
    }
  }, { rootMargin: "200px" });
  document.querySelectorAll("figure[data-chart]").forEach((figure) => watch.observe(figure));
})();
