// Hides the questions that an answer leads away from. The server goes by the answers alone, so
// without this file the page says in words when a question is to be answered.
(() => {
  "use strict";
  const form = document.querySelector("[data-survey]");
  if (!form) return;
  const branches = [...form.querySelectorAll("[data-after]")];
  for (const hint of form.querySelectorAll("[data-branch]")) hint.hidden = true;

  const isPicked = (choice) =>
    [...form.querySelectorAll("input:checked")].some(
      (box) => box.value === choice && !box.closest("[data-question]").hidden,
    );
  // In their order, so that a branch of a hidden question is hidden with it.
  const update = () => {
    for (const branch of branches) branch.hidden = !isPicked(branch.dataset.after);
  };
  form.addEventListener("change", update);
  update();
})();
