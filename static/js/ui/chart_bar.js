// @ts-check
/** The toolbar above a grid of charts: smoothing, the horizontal axis, the part that is shown, all values as CSV. */

import { clone, each, find, findInput, setText, show, valueIn } from "../lib/dom.js";

/** "zoom" in the list of parts stands for a part that was chosen in a chart. */
const CHOSEN = "zoom";
let bars = 0;

/** @param {{weight: number, hasClick: boolean}} start
 * @param {{onWeight: (weight: number) => void, onAxis: (axis: Axis) => void, onNewest: (steps: number) => void,
 *   onCsv: () => void}} told onNewest hears how many of the newest steps are wanted, 0 for all */
export function createBar(start, { onWeight, onAxis, onNewest, onCsv }) {
  const node = clone("chart-bar");
  const slider = findInput("chart-smoothing", node);
  const list = find("chart-part", node, "select");
  const reset = find("chart-reset", node, "button");
  const weight = () => Number(slider.value);
  const showWeight = () => setText(find("chart-smoothing-value", node), weight() ? weight().toFixed(2) : "off");
  bars += 1;
  for (const radio of each(node, "input", "[type=radio]")) radio.name = `chart-axis-${bars}`;
  slider.value = String(start.weight);
  slider.addEventListener("input", () => {
    showWeight();
    onWeight(weight());
  });
  find("chart-axis", node).addEventListener("change", (event) => onAxis(/** @type {Axis} */ (valueIn(event))));
  list.addEventListener("change", () => onNewest(Number(list.value)));
  reset.addEventListener("click", () => onNewest(0));
  find("chart-csv", node).addEventListener("click", onCsv);
  show(find("chart-hint-click", node), start.hasClick);
  showWeight();

  return {
    node,
    /** Say which part is shown.
     * @param {number} newest steps, 0 for all @param {boolean} isChosen whether a part was chosen in a chart */
    showPart(newest, isChosen) {
      list.value = isChosen ? CHOSEN : String(newest);
      reset.disabled = !isChosen && newest === 0;
    },
  };
}
