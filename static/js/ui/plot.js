// @ts-check
/** The one user of uPlot: series, bands and intervals in the page's colours; and it tells of cursor, drag and click. */

import uPlot from "uplot";

import { count } from "../lib/format.js";

/** @typedef {{colour: number, dash: readonly number[], width: number, alpha?: number, hasPoints?: boolean,
 *   isHidden?: boolean, isHovered?: boolean}} Stroke */

/** `bands` are [upper, lower, colour], `whiskers` [low, high, colour], all of them indexes into `strokes`.
 * @typedef {Omit<ChartSetting, "weight"> & {data: (number | null)[][], strokes: Stroke[],
 *   bands: [number, number, number][], whiskers: [number, number, number][], isLog: boolean, isFraction: boolean,
 *   isFromZero: boolean, extent: Extent, format: Format}} Picture */

/** @typedef {{syncKey: string, onCursor: (x: number | null) => void, onZoom: (range: Extent | null) => void,
 *   onPick: (x: number) => void, onResize: () => void}} Told */

/** Dash patterns, so that lines differ without their colours. @type {readonly (readonly number[])[]} */
export const DASHES = [[], [7, 4], [2, 3], [9, 3, 2, 3], [4, 2], [14, 4]];

/** Tables of x and columns to one, with x in common.
 * @param {(number | null)[][][]} tables @returns {(number | null)[][]} */
export const joined = (tables) =>
  (tables.length === 1 ? tables[0] : /** @type {any} */ (uPlot.join(/** @type {any} */ (tables))));

const NOTHING = { left: 0, top: 0, width: 0, height: 0 };
const WHOLE = [0, 1, 2, 3, 4, 5, 6].flatMap((power) => [1, 2, 5].map((digit) => digit * 10 ** power));
const SECONDS = [
  1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 10_800, 21_600, 43_200, 86_400, 172_800, 604_800,
];

/** @param {HTMLElement} host @param {Told} told */
export function createPlot(host, told) {
  /** @type {uPlot | null} */
  let plot = null;
  let built = "";
  /** @type {Picture} what is drawn; uPlot's callbacks read it */
  let picture;
  const size = { width: host.clientWidth, height: host.clientHeight };
  new ResizeObserver(([entry]) => {
    const { width, height } = entry.contentRect;
    if (!width || !height || (width === size.width && height === size.height)) return;
    Object.assign(size, { width, height });
    told.onResize();
  }).observe(host);

  function clear() {
    plot?.destroy();
    plot = null;
    built = "";
  }

  return {
    clear,
    /** @returns {HTMLCanvasElement | null} */
    canvas: () => plot?.ctx.canvas ?? null,
    /** In pixels; the axes' share is small enough to count it in. */
    width: () => size.width,
    /** @param {Picture} next */
    draw(next) {
      picture = next;
      const shape = shapeOf(next);
      if (plot && shape !== built) clear();
      if (!plot) {
        built = shape;
        plot = new uPlot(options(() => picture, size, told), /** @type {any} */ (next.data), host);
        plot.ctx.canvas.setAttribute("role", "img");
        return;
      }
      if (plot.select.width) plot.setSelect(NOTHING, false);
      if (plot.width !== size.width || plot.height !== size.height) plot.setSize(size);
      plot.setData(/** @type {uPlot.AlignedData} */ (/** @type {unknown} */ (next.data)));
    },
  };
}

/** What a plot must be built anew for. @param {Picture} picture */
const shapeOf = ({ strokes, bands, whiskers, axis, isLog, isFraction, isFromZero }) =>
  JSON.stringify([strokes, bands, whiskers, axis, isLog, isFraction, isFromZero, themeNow()]);

const themeNow = () => document.documentElement.dataset.theme;

/** @param {() => Picture} current @param {{width: number, height: number}} size @param {Told} told
 * @returns {uPlot.Options} */
function options(current, size, told) {
  const style = getComputedStyle(document.documentElement);
  const token = (/** @type {string} */ name) => style.getPropertyValue(name).trim();
  const colour = (/** @type {number} */ index) => token(`--series-${index}`);
  const { strokes, bands, isLog } = current();
  return {
    ...size,
    padding: [8, 20, 0, 0],
    legend: { show: false },
    series: [{}, ...strokes.map((stroke) => seriesOf(stroke, colour(stroke.colour)))],
    bands: bands.map(([upper, lower, index]) => ({ series: [upper + 1, lower + 1], fill: translucent(colour(index)) })),
    scales: {
      x: { time: false, range: () => xRange(current()) },
      y: { distr: isLog ? 3 : 1, range: (_, min, max) => yRange(current(), min, max) },
    },
    axes: axesOf(current, token),
    cursor: cursorOf(current, told),
    hooks: hooksOf(current, told, colour),
  };
}

/** @param {Stroke} stroke @param {string} colour */
const seriesOf = ({ dash, width, alpha = 1, hasPoints = false, isHidden = false }, colour) => ({
  stroke: colour, width, dash: [...dash], alpha, show: !isHidden, spanGaps: true,
  points: { show: hasPoints, size: 7, fill: colour },
});

/** @param {() => Picture} current @param {(name: string) => string} token @returns {uPlot.Axis[]} */
function axesOf(current, token) {
  const look = {
    stroke: token("--text-muted"), font: `500 11px ${token("--font")}`,
    grid: { stroke: token("--border"), width: 1 }, ticks: { show: false }, border: { show: false },
  };
  const isTime = current().axis === "time";
  const x = isTime ? { space: 72, incrs: SECONDS, format: timeTick } : { space: 56, incrs: WHOLE, format: count };
  return [
    { ...look, size: 22, gap: 3, space: x.space, incrs: x.incrs, values: marks(x.format) },
    { ...look, size: 52, gap: 6, space: 34, values: marks((value) => current().format(value)) },
  ];
}

/** An axis' marks in words; those that uPlot left out stay empty. @param {Format} format
 * @returns {(plot: uPlot, splits: number[]) => string[]} */
const marks = (format) => (_, splits) => splits.map((value) => (Number.isFinite(value) ? format(value) : ""));

/** @param {() => Picture} current @param {Told} told @returns {uPlot.Cursor} */
function cursorOf(current, told) {
  return {
    y: false,
    drag: { x: true, y: false, setScale: false, dist: 5 },
    points: {
      size: POINT,
      show: /** @type {any} */ ((/** @type {uPlot} */ _, /** @type {number} */ index) =>
        current().strokes[index - 1].isHovered && cursorPoint()),
    },
    sync: {
      key: told.syncKey, scales: ["x", null], setSeries: false,
      filters: { sub: (type) => type === "mousemove" || type === "mouseleave" },
    },
    bind: { dblclick: () => () => {
      told.onZoom(null);
      return null;
    } },
  };
}

const POINT = 7;

function cursorPoint() {
  const point = document.createElement("div");
  const [side, margin] = [`${POINT}px`, `${-POINT / 2}px`];
  Object.assign(point.style, { width: side, height: side, marginLeft: margin, marginTop: margin });
  return point;
}

/** @param {() => Picture} current @param {Told} told @param {(index: number) => string} colour
 * @returns {uPlot.Hooks.Arrays} */
function hooksOf(current, told, colour) {
  return {
    setCursor: [(plot) => {
      const { left = -1 } = plot.cursor;
      told.onCursor(left >= 0 ? plot.posToVal(left, "x") : null);
    }],
    setSelect: [(plot) => {
      const { left, width } = plot.select;
      if (width > 0) told.onZoom({ min: plot.posToVal(left, "x"), max: plot.posToVal(left + width, "x") });
    }],
    init: [(plot) => {
      plot.over.addEventListener("click", () => told.onPick(plot.posToVal(plot.cursor.left ?? 0, "x")));
    }],
    draw: [(plot) => {
      for (const [low, high, index] of current().whiskers) drawWhiskers(plot, low + 1, high + 1, colour(index));
    }],
  };
}

/** Vertical bars from low to high with a foot at both ends.
 * @param {uPlot} plot @param {number} low @param {number} high @param {string} colour */
function drawWhiskers(plot, low, high, colour) {
  const { ctx, data, bbox } = plot;
  const foot = 4 * devicePixelRatio;
  ctx.save();
  ctx.beginPath();
  ctx.rect(bbox.left - foot, bbox.top, bbox.width + 2 * foot, bbox.height);
  ctx.clip();
  ctx.strokeStyle = colour;
  ctx.lineWidth = 1.5 * devicePixelRatio;
  ctx.setLineDash([]);
  ctx.beginPath();
  data[0].forEach((x, row) => {
    const [least, most] = [data[low][row], data[high][row]];
    if (least === null || least === undefined || most === null || most === undefined) return;
    const at = plot.valToPos(x, "x", true);
    const [bottom, top] = [least, most].map((value) => plot.valToPos(value, "y", true));
    const feet = [bottom, top].map((y) => [at - foot, y, at + foot, y]);
    for (const [fromX, fromY, toX, toY] of [[at, bottom, at, top], ...feet]) {
      ctx.moveTo(fromX, fromY);
      ctx.lineTo(toX, toY);
    }
  });
  ctx.stroke();
  ctx.restore();
}

/** @param {Picture} picture @returns {[number, number]} */
function xRange({ range, extent }) {
  const { min, max } = range ?? extent;
  return max > min ? [min, max] : [min - 1, min + 1];
}

/** @param {Picture} picture @param {number | null} min @param {number | null} max @returns {uPlot.Range.MinMax} */
function yRange({ isLog, isFraction, isFromZero }, min, max) {
  if (isFraction) return [0, 1];
  if (min === null || max === null) return isLog ? [0.1, 1] : [0, 1];
  if (isLog) return uPlot.rangeLog(min, max, 10, true);
  const soft = isFromZero ? { soft: 0, mode: /** @type {const} */ (1) } : {};
  return uPlot.rangeNum(min, max, { min: { pad: 0.1, ...soft }, max: { pad: 0.1 } });
}

/** Seconds since the start as a short mark of the axis. @param {number} seconds */
function timeTick(seconds) {
  const whole = Math.round(seconds);
  if (whole < 60) return `${whole} s`;
  if (whole < 3600) return `${count(whole / 60)} min`;
  const minutes = Math.round((whole % 3600) / 60);
  return minutes ? `${Math.floor(whole / 3600)} h ${minutes}` : `${Math.floor(whole / 3600)} h`;
}

/** A token of the palette with little of its own weight. @param {string} colour */
const translucent = (colour) => (/^#[0-9a-f]{6}$/i.test(colour) ? `${colour}26` : colour);
