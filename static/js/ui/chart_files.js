// @ts-check
/** What can be taken from a chart: a picture with its title and legend, its values as CSV, its newest points as a
 * table. */

import { clone, fillList, find, make, saveFile, setText } from "../lib/dom.js";
import { count } from "../lib/format.js";
import { csvOf, rowsOf } from "../state/chart_text.js";
import { open } from "./dialog.js";

/** @typedef {import("../state/chart_text.js").Part} Part */

const TABLE_ROWS = 50;
const MARGIN = 16;
const LINE = 22;

/** @param {string} name @param {Part[]} parts */
export const saveCsv = (name, parts) => saveFile(`${name}.csv`, csvOf(parts), "text/csv");

/** The newest points in a dialog. @param {string} title @param {Part[]} parts @param {Format} format */
export function showTable(title, parts, format) {
  const box = tableDialog();
  const rows = rowsOf(parts, TABLE_ROWS).reverse();
  setText(find("chart-table-title", box), title);
  const some = `The newest ${TABLE_ROWS} points. The CSV has every row that the page holds.`;
  setText(find("chart-table-note", box), rows.length < TABLE_ROWS ? "All points, the newest first." : some);
  const heads = ["Step", ...parts.map((part) => part.title)];
  find("chart-table-head", box).replaceChildren(...heads.map((text) => cell("th", text, { scope: "col" })));
  fillList(find("chart-table-rows", box), "chart-table-row", rows, (row, { step, values }) => {
    const texts = values.map((value) => (Number.isFinite(value) ? format(value) : "–"));
    const cells = texts.map((text) => cell("td", text, { "data-kind": "number" }));
    row.replaceChildren(cell("th", count(step), { scope: "row" }), ...cells);
  });
  open(box);
}

/** @returns {HTMLDialogElement} the one dialog of its kind, outside of steps that may be hidden */
function tableDialog() {
  const old = document.querySelector('dialog[data-ref="chart-table"]');
  const box = /** @type {HTMLDialogElement} */ (old ?? clone("chart-table"));
  if (!old) document.body.append(box);
  return box;
}

/** @param {"th" | "td"} tag @param {string} text @param {Record<string, string>} attributes */
function cell(tag, text, attributes) {
  const node = make(tag, "", text);
  for (const [name, value] of Object.entries(attributes)) node.setAttribute(name, value);
  return node;
}

/** The canvas below the title and the legend, on the theme's background.
 * @param {string} name @param {string} title @param {HTMLElement} node the chart
 * @param {HTMLCanvasElement | null} canvas */
export function savePng(name, title, node, canvas) {
  if (!canvas) return;
  const scale = canvas.width / canvas.clientWidth;
  const keys = [...node.querySelectorAll('.chart__key[aria-pressed="true"]')].map(keyOf);
  const width = canvas.clientWidth + 2 * MARGIN;
  const places = placed(keys, width);
  const top = MARGIN + LINE + (places.at(-1)?.y ?? 0) + LINE;
  const picture = document.createElement("canvas");
  Object.assign(picture, { width: width * scale, height: (top + canvas.clientHeight + MARGIN) * scale });
  const pen = /** @type {CanvasRenderingContext2D} */ (picture.getContext("2d"));
  const token = (/** @type {string} */ name) =>
    getComputedStyle(document.documentElement).getPropertyValue(name).trim();
  pen.scale(scale, scale);
  pen.fillStyle = token("--surface-raised");
  pen.fillRect(0, 0, width, picture.height / scale);
  pen.fillStyle = token("--text-colour");
  pen.font = `700 15px ${token("--font")}`;
  pen.fillText(title, MARGIN, MARGIN + 14);
  pen.font = legendFont(token("--font"));
  for (const { key, x, y } of places) drawKey(pen, key, MARGIN + x, MARGIN + LINE + y + 14, token("--text-muted"));
  pen.drawImage(canvas, MARGIN, top, canvas.clientWidth, canvas.clientHeight);
  picture.toBlob((blob) => blob && saveFile(`${name}.png`, blob));
}

/** @param {string} family */
const legendFont = (family) => `600 12px ${family}`;

/** @typedef {{text: string, colour: string, dash: number[]}} Key */

/** @param {Element} button @returns {Key} */
function keyOf(button) {
  const line = /** @type {Element} */ (button.querySelector("line"));
  const dash = (line.getAttribute("stroke-dasharray") ?? "").split(" ").filter(Boolean).map(Number);
  return { text: button.querySelector(".chart__name")?.textContent ?? "", colour: getComputedStyle(line).stroke, dash };
}

/** Keys in lines of a width. @param {Key[]} keys @param {number} width */
function placed(keys, width) {
  let [x, y] = [0, 0];
  return keys.map((key) => {
    const needed = 36 + 7 * key.text.length;
    if (x > 0 && x + needed > width - 2 * MARGIN) [x, y] = [0, y + LINE];
    const place = { key, x, y };
    x += needed + 8;
    return place;
  });
}

/** @param {CanvasRenderingContext2D} pen @param {Key} key @param {number} x @param {number} y @param {string} ink */
function drawKey(pen, key, x, y, ink) {
  pen.strokeStyle = key.colour;
  pen.lineWidth = 2;
  pen.setLineDash(key.dash);
  pen.beginPath();
  pen.moveTo(x, y - 4);
  pen.lineTo(x + 22, y - 4);
  pen.stroke();
  pen.setLineDash([]);
  pen.fillStyle = ink;
  pen.fillText(key.text, x + 28, y);
}
