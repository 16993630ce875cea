// @ts-check
/** Numbers, durations, sizes and dates to text; pure. */

const ABSENT = "–";

/** @param {unknown} value @returns {value is number} */
const isNumber = (value) => typeof value === "number" && Number.isFinite(value);

/** @param {number | null | undefined} value @param {number} [digits] */
export function number(value, digits = 3) {
  if (!isNumber(value)) return ABSENT;
  if (value !== 0 && Math.abs(value) < 10 ** -digits) return value.toExponential(1);
  return String(Number(value.toFixed(digits)));
}

/** A whole number with thin spaces between thousands. @param {number | null | undefined} value */
export function count(value) {
  return isNumber(value) ? Math.round(value).toString().replace(/\B(?=(\d{3})+(?!\d))/g, "\u202f") : ABSENT;
}

/** "1 row", "2 rows". @param {number | null | undefined} value @param {string} noun @param {string} [nouns] */
export const counted = (value, noun, nouns = `${noun}s`) => `${count(value)} ${value === 1 ? noun : nouns}`;

/** 1.7 B, 360 M, 7.5 k. @param {number | null | undefined} value */
export function compact(value) {
  if (!isNumber(value)) return ABSENT;
  for (const [size, unit] of /** @type {[number, string][]} */ ([[1e9, "B"], [1e6, "M"], [1e3, "k"]])) {
    if (Math.abs(value) >= size * 0.9995) return `${Number((value / size).toPrecision(3))} ${unit}`;
  }
  return String(value);
}

/** @param {number | null | undefined} fraction @param {number} [digits] */
export function percent(fraction, digits = 0) {
  return isNumber(fraction) ? `${Number((fraction * 100).toFixed(digits))} %` : ABSENT;
}

/** @param {number | null | undefined} seconds */
export function duration(seconds) {
  if (!isNumber(seconds)) return ABSENT;
  const whole = Math.max(0, Math.round(seconds));
  if (whole < 60) return `${whole} s`;
  if (whole < 3600) return `${Math.floor(whole / 60)} min ${whole % 60} s`;
  if (whole < 86_400) return `${Math.floor(whole / 3600)} h ${Math.floor((whole % 3600) / 60)} min`;
  return `${Math.floor(whole / 86_400)} d ${Math.floor((whole % 86_400) / 3600)} h`;
}

/** @param {number | null | undefined} used @param {number | null | undefined} total in GiB */
export function gibOf(used, total) {
  return isNumber(used) && total ? `${used.toFixed(1)} of ${total.toFixed(0)} GiB` : ABSENT;
}

/** @param {number | null | undefined} gib */
export function gib(gib) {
  if (!isNumber(gib)) return ABSENT;
  return gib < 0.1 ? `${Math.round(gib * 1024)} MiB` : `${gib.toFixed(gib < 10 ? 1 : 0)} GiB`;
}

/** @param {number | null | undefined} size */
export function bytes(size) {
  if (!isNumber(size)) return ABSENT;
  const units = ["B", "kB", "MB", "GB", "TB"];
  const at = size < 1 ? 0 : Math.min(units.length - 1, Math.floor(Math.log10(size) / 3));
  return `${Number((size / 1000 ** at).toPrecision(3))} ${units[at]}`;
}

/** Unix seconds to a short local date and time. @param {number | null | undefined} seconds */
export function moment(seconds) {
  if (!isNumber(seconds)) return ABSENT;
  return new Date(seconds * 1000).toLocaleString(undefined, SHORT);
}

/** @type {Intl.DateTimeFormatOptions} */
const SHORT = { month: "short", day: "numeric", hour: "2-digit", minute: "2-digit" };

/** A status or phase name in words. @param {string | null | undefined} name */
export function words(name) {
  const text = (name ?? "").replaceAll("_", " ");
  return text.charAt(0).toUpperCase() + text.slice(1);
}

/** A setting's value as people write it. @param {unknown} value */
export function setting(value) {
  if (value === null || value === undefined) return "automatic";
  if (typeof value === "boolean") return value ? "on" : "off";
  if (isNumber(value)) return value !== 0 && Math.abs(value) < 1e-3 ? value.toExponential() : String(value);
  return typeof value === "string" ? value : JSON.stringify(value);
}

/** A number as it was typed, with a point or a comma before its fraction; what can't be read is handed on for the
 * server to refuse. "10,000" is ten thousand to some and ten to others, so it is never guessed at.
 * @param {string} text @param {boolean} [isWhole] @returns {number | string} */
export function typedNumber(text, isWhole = false) {
  const bare = text.trim();
  const isAmbiguous = isWhole ? bare.includes(",") : /\d,\d{3}(?!\d)/.test(bare);
  const value = bare === "" || isAmbiguous ? Number.NaN : Number(bare.replace(",", "."));
  return Number.isFinite(value) ? value : bare;
}
