// @ts-check
/** The commands that run an exported file, with its real path, by program; pure. */

import { EMBEDDED_HUB_ID, EMBEDDED_MODEL } from "../facts.js";
import { nameOf } from "./exports.js";

/** What the commands are about. `form` is how the training put a question, `place` where the file lies: on the server,
 * or in a folder of downloads.
 * @typedef {{session: string, folder: string, files: ListedFile[], file: ListedFile, base: string, rank: number,
 *   system: string, form: string, place: "server" | "download"}} Use */
/** @typedef {{title: string, text: string}} Block */
/** `takes` names a kind of file when the chosen one does not do.
 * @typedef {{note: string, blocks: Block[], takes: string}} Program */

export const PROGRAMS = ["llama", "ollama", "lmstudio", "python"];
const QUESTION = "What is 12 + 34?";
const BASE_FILE = "base-model.gguf";
const VLLM_RANK = 16;
/** Characters that some shell of Windows changes inside double quotes. */
const UNSAFE_ON_WINDOWS = /["%$`!\n]/;

/** Whether a path is one of Windows. @param {string} path */
export const isWindows = (path) => /^[A-Za-z]:\\|^\\\\/.test(path);

/** A text as one word of a shell. @param {string} text @param {boolean} onWindows */
export function quoted(text, onWindows) {
  if (/^[\w./:@+-]+$/.test(text) || (onWindows && /^[\w./:\\@+-]+$/.test(text))) return text;
  return onWindows ? `"${text}"` : `'${text.replaceAll("'", "'\\''")}'`;
}

/** A file below a folder, in the folder's own way of writing. @param {string} folder @param {string} file */
export const joined = (folder, file) => `${folder}${isWindows(folder) ? "\\" : "/"}${file}`;

/** Where the chosen file is, as a command has to name it.
 * @param {Use} use @param {string} [name] another file beside it */
function pathOf(use, name) {
  const isHere = use.place === "server";
  if (isHere) return joined(use.folder, name ?? use.file.file);
  return name ?? use.file.download;
}

/** @param {Use} use @param {string} text */
const word = (use, text) => quoted(text, isWindows(use.folder));

/** A name that Ollama and LM Studio take. @param {Use} use */
export function modelName({ session, file, files }) {
  const plain = session.toLowerCase().replaceAll(/[^a-z0-9._-]/g, "-");
  const isPlain = file.kind === "gguf" && file.target === preferredFile(files).target;
  return isPlain ? plain : `${plain}-${file.target.replaceAll("_", "-")}`;
}

/** Where others find the base model. @param {string} name as the run's configuration has it */
export const baseOf = (name) => (name === EMBEDDED_MODEL ? EMBEDDED_HUB_ID : name);

/** The file that is used when nothing is said: the one whose Modelfile has no ending, else the first.
 * @param {ListedFile[]} files */
export const preferredFile = (files) => files.find((file) => file.modelfile === "Modelfile") ?? files[0];

/** The commands of every program for one file. @param {Use} use @returns {Record<string, Program>} */
export const commandsFor = (use) =>
  ({ llama: llamaOf(use), ollama: ollamaOf(use), lmstudio: lmStudioOf(use), python: pythonOf(use) });

/** @param {string} takes @returns {Program} */
const notFor = (takes) => ({ note: "", blocks: [], takes });
/** @param {string} title @param {...string} lines @returns {Block} */
const block = (title, ...lines) => ({ title, text: `${lines.join("\n")}\n` });

/** The training's system prompt as an option, where a shell can hold it. @param {Use} use */
function systemOption(use) {
  const onWindows = isWindows(use.folder);
  const isLeftOut = !use.system || (onWindows && UNSAFE_ON_WINDOWS.test(use.system));
  return isLeftOut ? "" : ` -sys ${quoted(use.system, onWindows)}`;
}

/** A chat as in training. @param {Use} use */
const messagesOf = ({ system, form, file }) => [
  ...(system ? [{ role: "system", content: system }] : []),
  { role: "user", content: file.question || form.replace("{instruction}", () => QUESTION) },
];

/** @param {Use} use @returns {Program} */
function llamaOf(use) {
  const { file } = use;
  if (file.kind !== "gguf" && file.kind !== "adapter_gguf") return notFor("a GGUF file");
  const isAdapter = file.kind === "adapter_gguf";
  const model = isAdapter ? `-m ${BASE_FILE} --lora ${word(use, pathOf(use))}` : `-m ${word(use, pathOf(use))}`;
  const note = isAdapter
    ? `On top of a GGUF file of ${use.base}, which you bring; F16 is nearest to what was trained.`
    : "The chat template is inside the file.";
  const blocks = [
    block("Chat in the terminal", `llama-cli ${model}${systemOption(use)}`),
    block("Serve a page and an OpenAI-style API on port 8080", `llama-server ${model} --port 8080`),
    ...(isWindows(use.folder) ? [] : [block("Ask the server, as the training asked", curlOf(use))]),
  ];
  return { note, blocks, takes: "" };
}

/** @param {Use} use */
function curlOf(use) {
  const body = JSON.stringify({ messages: messagesOf(use) });
  return `curl http://localhost:8080/v1/chat/completions -H 'Content-Type: application/json' -d ${quoted(body, false)}`;
}

/** @param {Use} use @returns {Program} */
function ollamaOf(use) {
  const { file } = use;
  const name = modelName(use);
  if (file.kind === "adapter_gguf") {
    const system = use.system ? [`SYSTEM """${use.system}"""`] : [];
    return {
      takes: "", note: `On top of a GGUF file of ${use.base}, which you bring.`,
      blocks: [
        block("Write this into a file called Modelfile", `FROM ./${BASE_FILE}`, `ADAPTER ${pathOf(use)}`, ...system),
        block("Create the model and chat", `ollama create ${name} -f Modelfile`, `ollama run ${name}`),
      ],
    };
  }
  if (file.kind !== "gguf") return notFor("a GGUF file");
  const modelfile = word(use, pathOf(use, file.modelfile ?? ""));
  const where = use.place === "server" ? "" : " Download it into the same folder as the model.";
  const note = `The Modelfile has the training’s template, system prompt and stop texts.${where}`;
  const create = `ollama create ${name} -f ${modelfile}`;
  return { takes: "", note, blocks: [block("Create the model and chat", create, `ollama run ${name}`)] };
}

/** @param {Use} use @returns {Program} */
function lmStudioOf(use) {
  if (use.file.kind !== "gguf") return notFor("a GGUF file");
  const keep = use.place === "download" ? "" : isWindows(use.folder) ? " --hard-link" : " --symbolic-link";
  const name = modelName(use);
  const stays = "The file stays where it is; LM Studio gets a link to it.";
  const moved = keep ? stays : "LM Studio moves the file into its own folder.";
  const note = `${moved} Then choose ${name} in LM Studio and give it the training’s system prompt.`;
  const command = `lms import${keep} --user-repo lora-craft/${name} ${word(use, pathOf(use))}`;
  return { takes: "", note, blocks: [block("Add it to LM Studio", command)] };
}

/** @param {Use} use @returns {Program} */
function pythonOf(use) {
  const { file, base } = use;
  const path = JSON.stringify(use.place === "server" ? pathOf(use) : `./${pathOf(use)}`);
  const messages = `messages = ${JSON.stringify(messagesOf(use), null, 4)}`;
  if (file.kind === "gguf" || file.kind === "adapter_gguf") {
    const adapter = `model_path=${JSON.stringify(BASE_FILE)}, lora_path=${path}`;
    const model = file.kind === "gguf" ? `model_path=${path}` : adapter;
    const lines = [
      "from llama_cpp import Llama", "",
      `model = Llama(${model}, n_ctx=4096, verbose=False)`,
      messages,
      `print(model.create_chat_completion(messages)["choices"][0]["message"]["content"])`,
    ];
    return { takes: "", note: "", blocks: [block("With llama-cpp-python", ...lines)] };
  }
  const isMerged = file.kind === "merged";
  const folder = file.download;
  const unpack = use.place === "download" ? `Unpack the zip first: it holds the folder ${folder}. ` : "";
  const note = isMerged ? "A Hugging Face folder like any other." : `PEFT puts the adapter on ${base}.`;
  const title = isMerged ? "With transformers" : "With transformers and PEFT";
  return {
    takes: "", note: unpack + note,
    blocks: [
      block(title, ...transformersLines(isMerged, path, base, messages)),
      block("Serve it with vLLM", isMerged ? `vllm serve ${word(use, pathOf(use))}` : vllmOf(use)),
    ],
  };
}

/** @param {Use} use */
const vllmOf = (use) => `vllm serve ${word(use, use.base)} --enable-lora${rankOption(use.rank)} ` +
  `--lora-modules ${modelName(use)}=${word(use, pathOf(use))}`;

/** @param {boolean} isMerged @param {string} path as Python has it @param {string} base @param {string} messages */
function transformersLines(isMerged, path, base, messages) {
  return [
    ...(isMerged ? [] : ["from peft import PeftModel"]),
    "from transformers import AutoModelForCausalLM, AutoTokenizer", "",
    `folder = ${path}`,
    `model = AutoModelForCausalLM.from_pretrained(${isMerged ? "folder" : JSON.stringify(base)}, dtype="auto")`,
    ...(isMerged ? [] : ["model = PeftModel.from_pretrained(model, folder)"]),
    "tokenizer = AutoTokenizer.from_pretrained(folder)", "",
    messages,
    "inputs = tokenizer.apply_chat_template(" +
      `messages, add_generation_prompt=True, return_tensors="pt", return_dict=True)`,
    "answer = model.generate(**inputs, max_new_tokens=512)",
    `print(tokenizer.decode(answer[0, inputs["input_ids"].shape[1]:], skip_special_tokens=True))`,
  ];
}

/** vLLM keeps room for rank 16 unless told otherwise. @param {number} rank */
const rankOption = (rank) => (rank > VLLM_RANK ? ` --max-lora-rank ${2 ** Math.ceil(Math.log2(rank))}` : "");

/** "GGUF Q4_K_M, model-q4_k_m.gguf". @param {ListedFile} file */
export function labelOf(file) {
  const name = file.kind === "gguf" ? nameOf(file.target) : file.title;
  return `${name} · ${file.is_folder ? `${file.file}/` : file.file}`;
}
