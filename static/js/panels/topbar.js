// @ts-check
/** The machine's gauges, the connection, the theme. */

import { find, setText } from "../lib/dom.js";
import { gibOf, number } from "../lib/format.js";

const CONNECTION = { connecting: "Connecting", live: "Live", offline: "No connection, trying again" };
const THEME_KEY = "lora-craft-theme";

/** @param {() => void} onTheme called after the theme changed */
export function mountTopbar(onTheme) {
  const button = find("theme");
  const stored = localStorage.getItem(THEME_KEY);
  const preferred = matchMedia("(prefers-color-scheme: light)").matches ? "light" : "dark";
  const apply = (/** @type {string} */ theme) => {
    document.documentElement.dataset.theme = theme;
    setText(button, theme === "dark" ? "Light" : "Dark");
  };
  apply(stored ?? preferred);
  button.addEventListener("click", () => {
    const theme = document.documentElement.dataset.theme === "dark" ? "light" : "dark";
    localStorage.setItem(THEME_KEY, theme);
    apply(theme);
    onTheme();
  });
}

/** @param {import("../state/sessions.js").State} state */
export function renderTopbar(state) {
  const connection = find("connection");
  connection.dataset.status = state.connection;
  setText(connection, CONNECTION[/** @type {keyof typeof CONNECTION} */ (state.connection)]);
  const system = state.system;
  if (!system) return;
  find("gauge-gpu").hidden = find("gauge-vram").hidden = system.gpu_name === null;
  setText(find("gpu"), `${system.gpu_name} ${number(system.gpu_utilization, 0)} %`);
  setText(find("vram"), gibOf(system.gpu_memory, system.gpu_memory_total));
  setText(find("cpu"), `${number(system.cpu_percent, 0)} %`);
  setText(find("ram"), gibOf(system.ram, system.ram_total));
  setText(find("disk"), `${number(system.disk_free, 0)} GiB`);
}
