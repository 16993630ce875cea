// @ts-check
/** One uPlot chart in the page's colours. */

import uPlot from "uplot";

/** @param {HTMLElement} host */
export function rewardChart(host) {
  /** @type {any} */
  let plot = null;
  const size = () => ({ width: Math.max(200, host.clientWidth), height: 240 });
  new ResizeObserver(() => plot?.setSize(size())).observe(host);

  const build = () => {
    const style = getComputedStyle(document.documentElement);
    const colour = (/** @type {string} */ name) => style.getPropertyValue(name).trim();
    const axis = { stroke: colour("--text-muted"), grid: { stroke: colour("--border"), width: 0.5 } };
    const line = (/** @type {string} */ label, /** @type {string} */ token, /** @type {number[]} */ dash) => ({
      label, stroke: colour(token), width: 2, dash, points: { show: false },
      value: (/** @type {any} */ _, /** @type {number} */ v) => (v === null || v === undefined ? "–" : v.toFixed(3)),
    });
    return {
      ...size(),
      scales: { x: { time: false }, y: { range: [0, 1] } },
      axes: [axis, axis],
      series: [{ label: "Step" }, line("Mean reward", "--chart-line", []), line("Signal fraction", "--chart-second", [6, 4])],
    };
  };
  return {
    /** @param {import("../state/series.js").Series} series */
    draw(series) {
      const data = [series.step, series.reward, series.signal];
      if (!series.step.length) this.clear();
      else if (plot) plot.setData(data);
      else plot = new uPlot(build(), data, host);
    },
    clear() {
      plot?.destroy();
      plot = null;
    },
  };
}
