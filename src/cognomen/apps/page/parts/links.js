// At the end of each part: a link to it, with the page as it is now.
import { el } from "./dom.js";

export function mountLinks(app) {
  for (const part of document.querySelectorAll("main > section")) part.querySelector(".after > div").after(shareButton(app, part.id));
}

function shareButton(app, part) {
  const link = el("input", { type: "text", readonly: true, "aria-label": "A link to this page as it is now", class: "hidden" });
  const said = el("span", { class: "note", role: "status" });
  const copy = async () => {
    link.value = app.link(part);
    link.classList.remove("hidden");
    try {
      await navigator.clipboard.writeText(link.value);
      said.textContent = "Copied.";
    } catch {
      link.select();
      said.textContent = "Copy it from here.";
    }
  };
  return el("div", { class: "share" }, el("div", { class: "row" }, el("button", { type: "button", text: "Make a link to this", on: { click: copy } }), said), link);
}
