// A promise of the first picture: what stands in the file, the first answer among it. A page in the background has none.
const soon = globalThis.scheduler?.postTask // before the parser goes on with the rest of the file
  ? (work) => scheduler.postTask(work, { priority: "user-blocking" }) : setTimeout;
export const pictured = document.hidden ? null : new Promise((done) => requestAnimationFrame(() => soon(done)));
