// @ts-check
/** When charts are drawn: at most once a frame, and only where they are seen. */

const NEAR = "160px";

/** One drawing per frame, however often it is asked for; a hidden tab has no frames, so it catches up when it is shown.
 * @param {() => void} draw */
export function createFrames(draw) {
  let isAsked = false;
  return {
    ask() {
      if (isAsked) return;
      isAsked = true;
      requestAnimationFrame(() => {
        isAsked = false;
        draw();
      });
    },
  };
}

/** Keep in mind which charts are in or near the window.
 * @param {{isSeen: boolean, chart: {node: HTMLElement}}[]} entries @param {() => void} ask */
export function watchSeen(entries, ask) {
  const observer = new IntersectionObserver((changes) => {
    for (const { target, isIntersecting } of changes) {
      const entry = entries.find(({ chart }) => chart.node === target);
      if (entry) entry.isSeen = isIntersecting;
    }
    ask();
  }, { rootMargin: NEAR });
  for (const { chart } of entries) observer.observe(chart.node);
}
