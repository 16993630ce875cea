// @ts-check
/** The machine's gauges, the connection, the theme, and on small screens the button of the sidebar. */

import { gibOf, number } from "../lib/format.js";
import { find, setText, show } from "../lib/dom.js";
import { keepTheme, storedTheme, THEME_EVENT } from "../lib/kept.js";

const CONNECTION = { connecting: "Connecting", live: "Live", offline: "No connection" };

export function mountTopbar() {
  const button = find("theme");
  const apply = (/** @type {string} */ theme) => {
    document.documentElement.dataset.theme = theme;
    button.setAttribute("aria-label", `Switch to the ${theme === "dark" ? "light" : "dark"} theme`);
    document.dispatchEvent(new CustomEvent(THEME_EVENT));
  };
  apply(storedTheme());
  button.addEventListener("click", () => {
    const theme = document.documentElement.dataset.theme === "dark" ? "light" : "dark";
    keepTheme(theme);
    apply(theme);
  });
  find("menu").addEventListener("click", () => setMenu(document.body.dataset.menu !== "open"));
  find("scrim").addEventListener("click", () => setMenu(false));
  addEventListener("keydown", (event) => {
    if (event.key === "Escape" && document.body.dataset.menu === "open") setMenu(false);
  });
}

/** @param {boolean} isOpen */
function setMenu(isOpen) {
  document.body.dataset.menu = isOpen ? "open" : "closed";
  showMenu();
  if (!isOpen) find("menu").focus();
}

/** The button and the shade behind the sidebar say whether it is open. */
function showMenu() {
  const isOpen = document.body.dataset.menu === "open";
  find("menu").setAttribute("aria-expanded", String(isOpen));
  show(find("scrim"), isOpen);
}

/** @param {State} state */
export function renderTopbar(state) {
  const connection = find("connection");
  connection.dataset.status = state.connection;
  setText(find("connection-text"), CONNECTION[/** @type {keyof typeof CONNECTION} */ (state.connection)]);
  showMenu();
  const system = state.system;
  if (!system) return;
  show(find("gpu-problem"), Boolean(system.gpu_problem));
  const hasGpu = system.gpu_name !== null && !system.gpu_problem;
  show(find("gauge-gpu"), hasGpu);
  show(find("gauge-vram"), hasGpu);
  show(find("gauge-cpu"), !hasGpu);
  setText(find("gpu"), `${system.gpu_name} ${number(system.gpu_utilization, 0)} %`);
  gauge("vram", system.gpu_memory, system.gpu_memory_total);
  gauge("ram", system.ram, system.ram_total);
  setText(find("cpu"), `${number(system.cpu_percent, 0)} %`);
  setText(find("disk"), `${number(system.disk_free, 0)} GiB`);
}

/** @param {string} name @param {number | null} used @param {number | null} total in GiB */
function gauge(name, used, total) {
  setText(find(name), gibOf(used, total));
  find(`${name}-bar`, document, "meter").value = used && total ? used / total : 0;
}
