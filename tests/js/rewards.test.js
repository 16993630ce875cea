import assert from "node:assert/strict";
import { test } from "node:test";

import { isPaid, reportsOf, shouldEarn, tilesOf } from "../../static/js/state/bench.js";
import { changed, emptyDraft, valueAt } from "../../static/js/state/draft.js";
import * as recipes from "../../static/js/state/recipes.js";
import * as rewards from "../../static/js/state/rewards.js";
import { placeOn, scaleOf, summaryText, totalText } from "../../static/js/state/rewards_text.js";

const DEFAULTS = {
  "reward.type": "preset", "reward.preset_name": null, "reward.parameters": {}, "reward.custom_name": null,
  "reward.custom": null, "reward.components": [], "reward.fields": {},
  "prompt.template": "grpo-default", "prompt.system_prompt": null, "prompt.instruction_template": null,
  "prompt.reasoning_start": null, "prompt.reasoning_end": null,
  "prompt.solution_start": null, "prompt.solution_end": null,
  "dataset.source": "arithmetic", "dataset.instruction_field": "instruction",
  "grpo.algorithm": "grpo", "grpo.num_iterations": 1, "grpo.steps_per_generation": null, "grpo.mask_truncated": null,
  "grpo.scale_rewards": null,
  "grpo.loss_type": null, "training.gradient_accumulation_steps": 4,
};
const preset = (name, more = {}) => ({
  name, title: name.toUpperCase(), aliases: [], category: "form", level: "beginner", tags: [], summary: "", fields: [],
  optional: {}, parameters: [], ...more,
});
const CATALOGUE = [
  preset("math-science", {
    title: "Math & Science", aliases: ["math"], category: "math", fields: ["reference"], tags: ["latex"],
  }),
  preset("programming", {
    category: "code", fields: ["tests"], optional: { entry_point: "The function." },
    summary: "The code passes its tests.",
  }),
  preset("length"),
];

const getter = (config) => (name) => valueAt(config, name) ?? DEFAULTS[name];
const put = (config, changes) => changed(changes, DEFAULTS)({ ...emptyDraft, config }).config;

test("a draft without a reward has the default preset as its one part", () => {
  assert.deepEqual(rewards.partsOf(getter({})), [{ preset_name: "math-science" }]);
});

test("parts written out by the server are read without what says nothing", () => {
  const written = {
    name: null, preset_name: "length", custom_name: null, custom: null, judge: null, parameters: {}, weight: 1,
  };
  assert.deepEqual(
    rewards.partsOf(getter({ reward: { type: "composite", components: [written] } })),
    [{ preset_name: "length" }],
  );
});

test("one preset or one reward of the user's needs no sum, a judge and several parts do", () => {
  const section = (parts) =>
    put({ reward: { type: "composite", components: [{ preset_name: "x" }] } }, rewards.changesFor(parts)).reward;
  assert.deepEqual(section([{ preset_name: "length", weight: 0.5, parameters: { max_words: 9 } }]), {
    preset_name: "length", parameters: { max_words: 9 },
  });
  assert.deepEqual(section([{ custom_name: "mine" }]), { type: "custom", custom_name: "mine" });
  assert.deepEqual(section([{ judge: {} }]), { type: "composite", components: [{ judge: {} }] });
  assert.equal(section([{ preset_name: "length" }, { custom_name: "mine" }]).type, "composite");
});

test("what is put into the draft is read back as the same parts", () => {
  const parts = [
    { preset_name: "length", weight: 0.1, name: "short" }, { custom_name: "mine" }, { judge: { model: "m" } },
  ];
  assert.deepEqual(rewards.partsOf(getter(put({}, rewards.changesFor(parts)))), parts);
});

test("a part whose name is taken gets another, by alias too", () => {
  const twice = rewards.withPart(
    [{ preset_name: "math" }, { preset_name: "length", name: "math-science 2" }],
    { preset_name: "math-science" },
    CATALOGUE,
  );
  assert.equal(twice[2].name, "math-science 3");
  assert.equal(rewards.withPart(twice, { preset_name: "length" }, CATALOGUE)[3].name, undefined);
});

test("presets are found by name, title and alias, however they are written", () => {
  for (const name of ["math", "Math & Science", "math_science", "MATH-SCIENCE"]) {
    assert.equal(rewards.presetOf(CATALOGUE, name)?.name, "math-science");
  }
  assert.equal(rewards.presetOf(CATALOGUE, "nothing"), undefined);
});

test("shares are of all weights, and a weight that can't be read counts nothing", () => {
  assert.equal(rewards.shareOf([{ weight: 3 }, {}], 0), 0.75);
  assert.equal(rewards.shareOf([{ weight: "x" }, {}], 1), 1);
  assert.equal(rewards.shareOf([{ weight: 0 }], 0), 0);
});

test("a column is asked for when a preset can't do without it, may have it, or the user named it", () => {
  const parts = [{ preset_name: "programming" }, { custom_name: "mine" }];
  const wanted = rewards.wantedColumns(parts, CATALOGUE, { unit: "u" });
  assert.deepEqual(wanted.map((column) => [column.name, column.isNeeded]), [
    ["tests", true], ["entry_point", false], ["unit", false],
  ]);
});

test("a reward of the user's own asks for the columns that it names, and says what stands in for them", () => {
  const saved = [{ name: "mine", columns: { nums: true, target: false, question: false, unit: false } }];
  const wanted = rewards.wantedColumns([{ custom_name: "mine" }], CATALOGUE, {}, saved);
  assert.deepEqual(wanted.map((column) => [column.name, column.isNeeded, column.by]), [
    ["nums", true, "mine"], ["target", false, "mine"], ["question", false, "mine"], ["unit", false, "mine"],
  ]);
  assert.match(wanted[1].help, /the expected answer/);
  assert.match(wanted[2].help, /the question/);
  assert.match(wanted[3].help, /does without/);
});

test("a weight below 0 has a share, and takes away", () => {
  assert.equal(rewards.shareOf([{ weight: -1 }, { weight: 3 }], 0), 0.25);
});

test("the range of a part is that of its definition", () => {
  const saved = (definition) => [{ name: "mine", definition }];
  const part = { custom_name: "mine" };
  assert.equal(rewards.rangeOfPart({ preset_name: "length" }, []), "0 to 1");
  assert.equal(rewards.rangeOfPart(part, saved({ kind: "python", range: [-2, 3] })), "-2 to 3");
  assert.equal(rewards.rangeOfPart(part, saved({ kind: "python", range: null })), "any number");
  assert.equal(rewards.rangeOfPart(part, saved({ kind: "recipe" })), "0 to 1");
});

test("a column goes with the last part that reads it; the user's own stay", () => {
  const fields = { tests: "asserts", unit: "u" };
  assert.deepEqual(
    rewards.keptFields(fields, [{ preset_name: "programming" }], [{ preset_name: "length" }], CATALOGUE),
    { unit: "u" },
  );
});

test("the catalogue is filtered by category and by every word", () => {
  const names = (...how) => rewards.found(CATALOGUE, ...how).map(({ name }) => name);
  assert.deepEqual(names("math", ""), ["math-science"]);
  assert.deepEqual(names("", "passes TESTS"), ["programming"]);
  assert.deepEqual(names("form", "latex"), []);
});

test("parameters and schema properties are drawn as settings of their kind and bounds", () => {
  const plain = { name: "p", summary: "S", minimum: null, maximum: null, choices: [], unit: "" };
  const made = (value, more = {}) => rewards.parameterField({ ...plain, default: value, ...more }, "reward.parameters");
  assert.deepEqual(
    [made(true).kind, made(3).kind, made("").kind, made("a", { choices: ["a", "b"] }).kind],
    ["boolean", "number", "text", "choice"],
  );
  assert.equal(made(3).name, "reward.parameters.p");
  const weight = rewards.schemaField("w", {
    type: "number", exclusiveMinimum: 0, maximum: 100, default: 1, description: "D",
  });
  assert.deepEqual(
    [weight.kind, weight.minimum, weight.exclusive_minimum, weight.maximum, weight.help],
    ["number", 0, true, 100, "D"],
  );
  assert.equal(rewards.schemaField("n", { anyOf: [{ type: "string" }, { type: "null" }] }).nullable, true);
});

test("problems go to the part, the parameter, or the whole section", () => {
  const errors = {
    "reward.components.0": "min_words of length is at least 8, not 3", "reward.components.1.judge.url": "bad",
    reward: "two are called x", "dataset.source": "no",
  };
  assert.deepEqual(rewards.problemsOfPart(errors, 1, true), { "judge.url": "bad" });
  assert.equal(
    rewards.problemOfParameter(rewards.problemsOfPart(errors, 0, true), "min_words"),
    errors["reward.components.0"],
  );
  assert.equal(rewards.problemOfParameter(rewards.problemsOfPart(errors, 0, true), "max_words"), "");
  assert.deepEqual(rewards.problemsOfAll(errors), ["two are called x"]);
});

test("a grade belongs to reward, prompt, mapping and version, not to the learning rate or the order of keys", () => {
  const mark = (config, saved = [], parts = []) => rewards.fingerprint(config, saved, parts);
  const config = { reward: { preset_name: "length", type: "preset" }, dataset: { source: "logic", max_samples: 5 } };
  const reward = { type: "preset", preset_name: "length" };
  assert.equal(mark(config), mark({ dataset: { source: "logic" }, reward, training: { learning_rate: 1 } }));
  assert.notEqual(mark(config), mark({ ...config, prompt: { template: "plain" } }));
  const own = [{ custom_name: "mine" }];
  assert.notEqual(mark({}, [{ name: "mine", version: 1 }], own), mark({}, [{ name: "mine", version: 2 }], own));
});

const SUGGESTION = {
  dataset: { source: "logic", instruction_field: "instruction" }, prompt: { template: "solution-only" },
  reward: {
    type: "composite", components: [{ preset_name: "math-science" }, { preset_name: "length", weight: 0.1 }],
    fields: { tests: "t" },
  },
  pre_training: {}, reasons: [],
};

test("a proposal is in place once it is used, and a new template takes its own markers along", () => {
  const before = { prompt: { system_prompt: "mine" }, reward: { type: "custom", custom_name: "x" } };
  assert.equal(rewards.hasOwnPrompt(getter(before)), true);
  const after = put(before, rewards.changesOfSuggestion(SUGGESTION, getter(before)));
  assert.deepEqual(after.prompt, { template: "solution-only" });
  assert.deepEqual(after.reward.fields, { tests: "t" });
  const isUsed = (config) =>
    rewards.isInPlace(rewards.changesOfSuggestion(SUGGESTION, getter(config)), getter(config), DEFAULTS);
  assert.deepEqual([isUsed(before), isUsed(after)], [false, true]);
});

test("a prompt of the user's stays where the proposed template is the present one", () => {
  const own = { prompt: { template: "solution-only", system_prompt: "mine" } };
  assert.equal(put(own, rewards.changesOfSuggestion(SUGGESTION, getter(own))).prompt.system_prompt, "mine");
});

test("a check keeps what it shares with its new kind, and nothing else", () => {
  const check = { ...recipes.newCheck("contains"), text: "abc", weight: 2, required: true };
  const next = recipes.withKind(check, "starts_with");
  assert.deepEqual([next.text, next.weight, next.required], ["abc", 2, true]);
  assert.deepEqual(Object.keys(recipes.withKind(check, "markers_present")).sort(), [
    "kind", "label", "look_at", "required", "weight",
  ]);
  assert.equal(recipes.withKind(check, "markers_present").look_at, "response");
});

test("a recipe is sent with its numbers read and empty inputs left out", () => {
  const checks = [{ ...recipes.newCheck("length"), minimum: "", maximum: "4x", weight: "0,5" }];
  const [sent] = recipes.bodyOf({ ...recipes.newEditing("recipe"), checks }).recipe.checks;
  assert.deepEqual(sent, {
    kind: "length", look_at: "solution", weight: 0.5, required: false, maximum: "4x", unit: "words",
  });
});

test("a saved reward opened and sent again is the same work, and an edited one is not", () => {
  const definition = {
    kind: "recipe", description: "", source: "", recipe: { checks: [recipes.newCheck("one_line")] },
  };
  const work = recipes.editingOf({ name: "mine", definition });
  assert.equal(recipes.isSameWork(work, recipes.editingOf({ name: "mine", definition })), true);
  assert.equal(recipes.isSameWork(work, { ...work, description: "new" }), false);
});

test("checks move by one place and stay within the list", () => {
  assert.deepEqual(recipes.moved(["a", "b", "c"], 0, 1), ["b", "a", "c"]);
  assert.deepEqual(recipes.moved(["a", "b"], 0, -1), ["a", "b"]);
});

test("a problem of the source is placed at its line, one of a check at its input", () => {
  assert.deepEqual(recipes.lineOf("line 12: NameError: name 'x' is not defined"), {
    line: 12, message: "NameError: name 'x' is not defined",
  });
  assert.equal(recipes.lineOf("returned 3").line, null);
  assert.deepEqual(
    recipes.problemsOfCheck({ "recipe.checks.1.pattern": "bad", "recipe.checks.10": "other" }, 1),
    { pattern: "bad" },
  );
});

test("the whole reward's report comes before those of its parts", () => {
  const result = { rewards: { "math-science": 1, length: 2, together: 3 } };
  assert.deepEqual(reportsOf(result, (name) => name).map(({ title }) => title), ["Together", "math-science", "length"]);
});

test("an attack is paid too much by what its kind should earn", () => {
  assert.equal(isPaid({ kind: "blank", paid: 1 }, false), true);
  assert.equal(isPaid({ kind: "senseless", paid: 1, level: 0 }, false), false);
  assert.equal(isPaid({ kind: "senseless", paid: 1, level: 0 }, true), true);
  assert.equal(isPaid({ kind: "telling", paid: 9, level: 9, preferred: 9 }, true), false);
  assert.equal(shouldEarn("hedge", true), "less than right");
});

test("completions without a score are counted apart from zeros", () => {
  const report = {
    right: { mean: 1 }, wrong: { mean: 0 }, compared: 4, violations: [1], failed: { boom: 2 },
    not_run: { "no tests": 1 }, completions: 30, distinct_scores: 2, mean_ms: 1,
  };
  const tiles = Object.fromEntries(tilesOf(report).map((tile) => [tile.name, tile.value]));
  assert.equal(tiles["Without a score"], "10 %");
  assert.equal(tiles["Right beats wrong"], "3 of 4 rows");
});

test("completions without a score count apart and not as 0", () => {
  const scored = (total) => ({ total, scores: { math: { value: total }, form: { value: 1 } } });
  const answer = { results: [scored(1), scored(0), scored(null)], most: 1, ms_per_completion: { math: 0.5 } };
  assert.equal(
    summaryText(answer),
    "3 completions, 0.5 of 1 on average, full marks for 50 %, 1 without a score. Time per completion: math 0.5 ms.",
  );
  assert.equal(
    summaryText({ ...answer, results: [scored(null), scored(null)] }),
    "2 completions, 2 without a score. Time per completion: math 0.5 ms.",
  );
  assert.equal(totalText(scored(null), 1), "No total: 1 part without a score");
  assert.equal(totalText(scored(0.5), 1), "0.5 of 1");
});

test("scores of a reward without a known range are told as they are, and have no full marks", () => {
  const results = [-2, 3].map((total) => ({ total, scores: {} }));
  const said = summaryText({ results, least: null, most: null, ms_per_completion: {} });
  assert.match(said, /0\.5 on average/);
  assert.match(said, /from -2 to 3/);
  assert.doesNotMatch(said, /full marks/);
  assert.equal(totalText({ total: -2, scores: {} }, null), "-2");
  assert.equal(totalText({ total: null, scores: { mine: { value: null, kind: "not_applicable" } } }, null),
    "No total: it does not apply");
});

test("a place on a scale never leaves it, and 0 is always on it", () => {
  assert.deepEqual(scaleOf([-2, null, 3]), [-2, 3]);
  assert.deepEqual(scaleOf([0.5], 0, 1), [0, 1]);
  assert.deepEqual([-3, -2, 0.5, 4, null].map((value) => placeOn(value, [-2, 3])), [0, 0, 0.5, 1, 0]);
});
