// @ts-check
/** The commands that run an exported file, with its real path, by program; pure. */

/** @typedef {{program: string, note: string, text: string}} Command */

/** A text as one word of a shell. @param {string} text @param {boolean} onWindows */
export function quoted(text, onWindows) {
  if (/^[\w./:@+-]+$/.test(text) || (onWindows && /^[\w./:\\@+-]+$/.test(text))) return text;
  return onWindows ? `"${text.replaceAll('"', '""')}"` : `'${text.replaceAll("'", "'\\''")}'`;
}

/** @param {string} path */
const isWindows = (path) => /^[A-Za-z]:\\|^\\\\/.test(path);

/** @param {any} state @param {string} text */
const wordOf = (state, text) => quoted(text, isWindows(state.folder));

/** A file below a folder, in the folder's own way of writing. @param {string} folder @param {string} file */
export const joined = (folder, file) => `${folder}${isWindows(folder) ? "\\" : "/"}${file}`;

/** A name that Ollama takes. @param {string} session @param {any} file */
export const ollamaName = (session, file) => `${session.toLowerCase().replaceAll(/[^a-z0-9._-]/g, "-")}${file.target === "q4_k_m" ? "" : `:${file.target}`}`;

/** The Modelfile of a file: the preferred one has the plain name. @param {any} file @param {any[]} files */
export function modelfileOf(file, files) {
  const models = files.filter((one) => one.kind === "gguf");
  const preferred = models.find((one) => one.target === "q4_k_m") ?? [...models].sort((a, b) => a.size_bytes - b.size_bytes)[0];
  return file === preferred ? "Modelfile" : `Modelfile-${file.target}`;
}

/** Commands for one exported file. @param {any} state the export @param {any} file @param {string} base the base model's name @returns {Record<string, Command>} */
export function commandsFor(state, file, base) {
  const path = wordOf(state, joined(state.folder, file.file));
  const question = wordOf(state, file.question || "Hello");
  if (file.kind === "gguf") return ggufCommands(state, file, path, question);
  if (file.kind === "adapter_gguf") return { llama: { program: "llama.cpp", note: "On top of a GGUF file of the base model, which you bring or export as F16 of an untrained copy.", text: `llama-cli -m base-model.gguf --lora ${path} -p ${question}\n` } };
  return { python: pythonOf(state, file, base) };
}

/** @param {any} state @param {any} file @param {string} path @param {string} question @returns {Record<string, Command>} */
function ggufCommands(state, file, path, question) {
  const name = ollamaName(state.session_id, file);
  const modelfile = wordOf(state, joined(state.folder, modelfileOf(file, state.files)));
  return {
    llama: { program: "llama.cpp", note: "The chat template is in the file. llama-server also opens a page and an OpenAI address on port 8080.", text: `llama-cli -m ${path} -p ${question}\nllama-server -m ${path}\n` },
    ollama: { program: "Ollama", note: "The Modelfile has the training's template, system prompt and stop texts.", text: `ollama create ${name} -f ${modelfile}\nollama run ${name} ${question}\n` },
    lmstudio: { program: "LM Studio", note: "Or drop the file on My Models in the program. Set the system prompt there to the training's.", text: `lms import ${path}\n` },
  };
}

/** @param {any} state @param {any} file @param {string} base @returns {Command} */
function pythonOf(state, file, base) {
  const folder = JSON.stringify(joined(state.folder, file.file));
  const load = file.kind === "merged"
    ? `model = AutoModelForCausalLM.from_pretrained(folder, dtype="auto")`
    : `base = AutoModelForCausalLM.from_pretrained(${JSON.stringify(base)}, dtype="auto")\nmodel = PeftModel.from_pretrained(base, folder)`;
  const imports = file.kind === "merged" ? "" : "from peft import PeftModel\n";
  const note = file.kind === "merged" ? "Also for vLLM, SGLang, or training on." : "The base model is fetched by its name; PEFT puts the adapter on top.";
  return {
    program: "Python", note,
    text: `${imports}from transformers import AutoModelForCausalLM, AutoTokenizer\n\nfolder = ${folder}\n${load}\ntokenizer = AutoTokenizer.from_pretrained(folder)\n`,
  };
}
