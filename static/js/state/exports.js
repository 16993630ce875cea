// @ts-check
/** Exports in words: types with their expected size, proofs, and the commands that run a file; pure. */

import { bytes, number } from "../lib/format.js";

/** @typedef {{name: string, title: string, text: string, bits: number}} Quantization */

/** What the server offers today. Bits per weight: llama.cpp's own figures. @type {Quantization[]} */
export const QUANTIZATIONS = [
  { name: "q4_k_m", title: "Q4_K_M", text: "Four-bit weights: small and quick, and what most people run.", bits: 4.85 },
  { name: "f16", title: "F16", text: "Sixteen-bit weights: nothing is lost, and four times as large.", bits: 16 },
];

/** The expected size of a file; quantised ones get larger where layers do not divide into blocks.
 * @param {Quantization} kind @param {number | null} parameters of the base model */
export function sizeText(kind, parameters) {
  if (!parameters) return "size as the model’s";
  return `${kind.bits === 16 ? "about" : "from"} ${bytes((parameters * kind.bits) / 8)}`;
}

/** A proof as name and value pairs. @param {any} file @returns {[string, string][]} */
export function proofFacts(file) {
  return [
    ["Size", bytes(file.size_bytes)],
    ["Token ids of the probe prompts", file.same_token_ids ? "the same" : "differ"],
    ["Difference from the adapter", `${number(file.difference)} nats of ${number(file.bound)} allowed, over ${file.probes} probes`],
    ["Difference from the base model", `${number(file.base_difference)} nats`],
    ...(file.fallback_tensors ? /** @type {[string, string][]} */ ([["Tensors kept at higher precision", String(file.fallback_tensors)]]) : []),
  ];
}

/** A text as one shell word. @param {string} text */
const quoted = (text) => `'${text.replaceAll("'", "'\\''")}'`;

/** Commands that run a file, by program.
 * @param {string} session @param {any} file @returns {Record<string, {note: string, text: string}>} */
export function commandsFor(session, file) {
  const path = `exports/${session}/${file.file}`;
  const name = session.toLowerCase().replaceAll(/[^a-z0-9._-]/g, "-");
  return {
    llama: { note: "From the folder of LoRA Craft; the chat template is in the file.", text: `llama-cli -m ${path} -p ${quoted(file.question)}\n` },
    ollama: { note: "The Modelfile names the file; the chat template is read from it.", text: `printf 'FROM ./%s\\n' ${path} > Modelfile\nollama create ${name} -f Modelfile\nollama run ${name} ${quoted(file.question)}\n` },
    lmstudio: { note: "Or drop the file on My Models in the program.", text: `lms import ${path}\n` },
  };
}
