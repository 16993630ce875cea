// @ts-check
/** Prompt templates and what the draft replaces in them; pure. */

export const MARKERS = /** @type {const} */ (["reasoning_start", "reasoning_end", "solution_start", "solution_end"]);
export const TEXTS = /** @type {const} */ (["system_prompt", "instruction_template", ...MARKERS]);

/** The template that the draft names; undefined where there is none.
 * @param {ListedTemplate[]} templates @param {string} name */
export const templateNamed = (templates, name) => templates.find((template) => template.name === name);

/** What is in force: the draft's own text, else the template's.
 * @param {PromptTexts | undefined} template @param {Get} get */
export function inForce(template, get) {
  const texts = TEXTS.map((name) => [name, get(`prompt.${name}`) ?? template?.[name] ?? ""]);
  return /** @type {PromptTexts} */ (Object.fromEntries(texts));
}

/** Texts of the template that the draft replaces. @param {Get} get */
export const replaced = (get) => TEXTS.filter((name) => get(`prompt.${name}`) !== null);

/** The changes that take everything from the template again. */
export const unreplaced = () => Object.fromEntries(TEXTS.map((name) => [`prompt.${name}`, undefined]));

/** The change that sets a text; one that is the template's own is not kept in the draft.
 * @param {keyof PromptTexts} name @param {string} text @param {PromptTexts | undefined} template */
export const replacing = (name, text, template) =>
  ({ [`prompt.${name}`]: text === template?.[name] ? undefined : text });

/** The markers that the prompt never mentions, so that a model can't know them. @param {PromptTexts} texts */
export function unmentioned(texts) {
  const told = texts.system_prompt + texts.instruction_template;
  return MARKERS.map((name) => texts[name]).filter((marker) => marker && !told.includes(marker));
}

/** "a", "a and b", "a, b and c". @param {string[]} items */
export const listed = (items) =>
  (items.length < 2 ? items.join("") : `${items.slice(0, -1).join(", ")} and ${items.at(-1)}`);
