// A promise of the first picture: what stands in the file, the first answer among it. A page in the background has none.
const soon = globalThis.scheduler?.postTask // before the parser goes on with the rest of the file
  ? (work) => scheduler.postTask(work, { priority: "user-blocking" }) : setTimeout;

// An old browser stops at what it does not know; without this it would seem to unpack for ever.
const tell = () => {
  if (document.documentElement.dataset.ready) return;
  document.querySelector("#type-app .note").textContent = "The rest of this page does not run in this browser: it needs one of 2023 or newer.";
};
addEventListener("error", tell);
addEventListener("unhandledrejection", tell);

export const pictured = document.hidden ? null : new Promise((done) => requestAnimationFrame(() => soon(done)));
