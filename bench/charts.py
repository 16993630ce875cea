"""The charts' budgets, with the page's own modules in a real browser: first draw, one append, memory over a long run.

    .venv/bin/python -m bench.charts

Budgets: six charts of 100,000 points in 500 ms, one append to all six in 8 ms, and no growth of memory from 20,000 to
144,000 updates. An append is timed until uPlot has drawn, without the time to paint the frame.
"""

from __future__ import annotations

import json
import os
import sys
import tempfile
from pathlib import Path
from statistics import median, quantiles

from playwright.sync_api import CDPSession, Page, sync_playwright

from tests.support.server import Server

CHROMIUM = "/usr/bin/chromium"
VIEW = {"width": 1440, "height": 1100}
POINTS, APPENDS, FEW_UPDATES, MANY_UPDATES = 100_000, 200, 20_000, 144_000

SET_UP = """async () => {
  const [series, { createGrid }, { RUN_CHARTS }] = await Promise.all(
    ["state/series", "ui/chart_grid", "state/run_charts"].map((name) => import(`/static/js/${name}.js`)));
  const host = document.createElement("div");
  document.querySelector("main").prepend(host);
  const { emptyHistory } = series;
  const run = { history: emptyHistory(), warmUp: emptyHistory(), heldOut: emptyHistory(), startedAt: 0 };
  const specs = RUN_CHARTS.filter(({ key }) => ["reward", "signal", "length", "kl", "entropy", "loss"].includes(key));
  const rest = { historiesOf: (input) => [input], fileName: String, onCsv() {} };
  const grid = createGrid(host, { specs, input: () => run, ...rest });
  const random = Math.random;
  const update = (step) => ({
    session_id: "bench", phase: "training", seq: step, t: step, step, reward: random(), reward_std: random() / 4,
    signal_fraction: random(), truncated_fraction: random(), kl: random(), entropy: random(), loss: random(),
    completion_length: { mean: 100 + 20 * random(), min: 50 * random(), max: 150 + 50 * random() },
  });
  const frame = () => new Promise((done) => requestAnimationFrame(() => setTimeout(done)));
  window.bench = { series, run, grid, update, frame };
  for (let i = 0; i < 10; i += 1) await frame();
}"""

DRAW = """async (points) => {
  const { series, run, grid, update, frame } = window.bench;
  const history = series.emptyHistory(2 ** 17);
  for (let step = 1; step <= points; step += 1) series.append(history, update(step), step);
  const columns = Object.fromEntries([...history.columns].map(([name, values]) => [name, values.slice(0, points)]));
  run.history = series.fromColumns(columns);
  const began = performance.now();
  grid.draw();
  await frame();
  const canvases = document.querySelectorAll(".chart canvas").length;
  return { ms: performance.now() - began, canvases, rows: run.history.length };
}"""

APPEND = """async ({ points, appends }) => {
  const { series, run, grid, update, frame } = window.bench;
  const milliseconds = [];
  for (let step = points + 1; step <= points + appends; step += 1) {
    const next = update(step);
    const began = performance.now();
    series.append(run.history, next, step);
    grid.draw();
    await Promise.resolve(); // uPlot draws in a microtask
    milliseconds.push(performance.now() - began);
    await frame();
  }
  return milliseconds;
}"""

LONG_RUN = """async ({ from, to }) => {
  const { series, run, grid, update, frame } = window.bench;
  if (from === 0) run.history = series.emptyHistory();
  for (let step = from + 1; step <= to; step += 1) {
    series.append(run.history, update(step), step);
    if (step % 400 === 0) { grid.changed(); await frame(); }
  }
  return run.history.length;
}"""


def main() -> int:
    """Print the figures as one JSON line."""
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        server = Server(Path(folder), dict(os.environ))
        server.start()
        arguments = ["--no-sandbox", "--disable-background-networking", "--enable-precise-memory-info"]
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=arguments)
        try:
            page = browser.new_page(viewport=VIEW)
            page.goto(f"{server.url}/#/compare")
            page.wait_for_selector("#title-compare")
            page.evaluate(SET_UP)
            print(json.dumps(measure(page, page.context.new_cdp_session(page))))
        finally:
            browser.close()
            server.kill()
    return 0


def measure(page: Page, tools: CDPSession) -> dict:
    """All figures of one page."""
    drawn = page.evaluate(DRAW, POINTS)
    assert drawn["canvases"] == 6 and drawn["rows"] == POINTS, drawn
    appended = page.evaluate(APPEND, {"points": POINTS, "appends": APPENDS})
    page.evaluate(LONG_RUN, {"from": 0, "to": FEW_UPDATES})
    few = heap_mib(page, tools)
    rows = page.evaluate(LONG_RUN, {"from": FEW_UPDATES, "to": MANY_UPDATES})
    many = heap_mib(page, tools)
    return {
        "six_charts_of_100000_ms": round(drawn["ms"], 1),
        "append_ms": {"median": round(median(appended), 2), "p95": round(quantiles(appended, n=20)[18], 2)},
        "memory_mib": {"20000": few, "144000": many},
        "rows_held_of_144000": rows,
    }


def heap_mib(page: Page, tools: CDPSession) -> dict:
    """The page's memory after a garbage collection: objects and the buffers of typed arrays."""
    for _ in range(3):
        tools.send("HeapProfiler.collectGarbage")
    heap = tools.send("Runtime.getHeapUsage")
    total = page.evaluate("performance.memory.usedJSHeapSize")
    sizes = {"objects": heap["usedSize"], "buffers": heap.get("backingStorageSize", 0), "performance_memory": total}
    return {name: round(size / 2**20, 2) for name, size in sizes.items()}


if __name__ == "__main__":
    sys.exit(main())
