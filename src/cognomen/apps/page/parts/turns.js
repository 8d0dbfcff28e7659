// Long work in turns, between which the browser answers keys and draws.

// Runs `work` again and again until it returns false, in turns of `budget` milliseconds and `pause` between them;
// returns a function that stops it.
export function inTurns(work, budget = 10, pause = 0) {
  let running = true;
  const turn = () => {
    const end = performance.now() + budget;
    do if (work() === false) running = false; while (running && performance.now() < end);
    if (running) setTimeout(turn, pause);
  };
  setTimeout(turn, 0);
  return () => { running = false; };
}

// A function for work in a loop to await: it pauses when `budget` milliseconds have passed since it last did.
export function pauses(budget = 12) {
  let end = performance.now() + budget;
  return async () => {
    if (performance.now() < end) return;
    await new Promise((done) => setTimeout(done));
    end = performance.now() + budget;
  };
}
