// @ts-check
/** The address after #: which step is shown, of which session, with which parameters. */

export const DRAFT_STEPS = ["model", "dataset", "config", "reward", "train"];
export const SESSION_STEPS = ["monitor", "export", "test"];
const OTHERS = ["welcome", "compare"];

/** "#/monitor/my-run?tab=rollouts" to a route; what can't be read leads home. @param {string} hash @returns {Route} */
export function parseRoute(hash) {
  const [path, search = ""] = hash.replace(/^#\/?/, "").split("?", 2);
  const [step, ...rest] = path.split("/");
  const params = Object.fromEntries(new URLSearchParams(search));
  if (SESSION_STEPS.includes(step)) return { step, session: decoded(rest.join("/")) || null, params };
  if ([...DRAFT_STEPS, ...OTHERS].includes(step)) return { step, session: null, params };
  return { step: "", session: null, params: {} };
}

/** @param {Partial<Route>} route @returns {string} the hash of a route */
export function formatRoute({ step = "", session = null, params = {} }) {
  const search = new URLSearchParams(Object.entries(params).filter(([, value]) => value)).toString();
  return `#/${step}${session ? `/${encodeURIComponent(session)}` : ""}${search ? `?${search}` : ""}`;
}

/** @param {string} text */
function decoded(text) {
  try {
    return decodeURIComponent(text);
  } catch {
    return "";
  }
}
