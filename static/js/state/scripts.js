// @ts-check
/** A run as text that starts the same run from elsewhere; pure. */

/** @param {object} config */
export const asJson = (config) => `${JSON.stringify(config, null, 2)}\n`;

/** A shell command; the configuration stands in a quoted here-document, so that nothing in it is the shell's.
 * @param {object} config @param {string} origin such as http://localhost:5000 */
export function asCurl(config, origin) {
  return [
    `curl -X POST ${origin}/api/training/start \\`,
    "  -H 'Content-Type: application/json' --data-binary @- <<'CONFIG'",
    JSON.stringify({ config }, null, 2),
    "CONFIG",
    "",
  ].join("\n");
}

/** A script of Python's standard library that starts the run and follows it.
 * @param {object} config @param {string} origin */
export function asPython(config, origin) {
  return `import json
import time
import urllib.request

SERVER = ${JSON.stringify(origin)}
CONFIG = json.loads(r'''
${JSON.stringify(config, null, 2).replaceAll("'''", "\\u0027\\u0027\\u0027")}
''')

def call(path, body=None):
    data = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(SERVER + path, data, {"Content-Type": "application/json"})
    with urllib.request.urlopen(request) as answer:
        return json.load(answer)

run = call("/api/training/start", {"config": CONFIG})["session_id"]
while (session := call(f"/api/training/sessions/{run}"))["ended_at"] is None:
    print(session["status"], session["step"], "of", session["total_steps"])
    time.sleep(5)
print(session["status"], session["verdict"] or "")
`;
}
