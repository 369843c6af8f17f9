// Django's searchable selects have no name of their own for screen readers: give them their label's.
const nameBoxes = () => {
  for (const select of document.querySelectorAll("select.admin-autocomplete")) {
    const label = document.querySelector(`label[for="${select.id}"]`);
    const box = select.parentElement.querySelector(".select2-selection:not([aria-label])");
    if (!label || !box) continue;
    const name = label.textContent.trim().replace(/:$/, "");
    box.setAttribute("aria-label", name);
    box.querySelector("[role=textbox]")?.setAttribute("aria-label", name);
  }
};
// They are drawn late, and again in every row that is added to a list.
new MutationObserver(nameBoxes).observe(document.body, { childList: true, subtree: true });
nameBoxes();
