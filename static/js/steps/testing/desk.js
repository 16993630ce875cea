// @ts-check
/** What the parts of the test step share: their slice of the store, what of it outlives a reload, and its fetching. */

import { explain, getMachine, getSchema, listPrompts, listRewards, listTestable, listTests } from "../../lib/api.js";
import { keepValue, keptValue } from "../../lib/kept.js";
import { createLatest } from "../../lib/latest.js";
import { brokenIn } from "../../state/broken.js";
import { inList, noted } from "../../state/chat.js";
import { chosenModel, evaluationSampling, templateOf } from "../../state/testing.js";
import { later, shownTest, testsOf } from "../../state/testing_runs.js";
import { sessionOf } from "../../state/sessions.js";
import { throttled } from "../../lib/dom.js";

/** A reward that can score without further columns. @typedef {{name: string, reward: RewardDraft}} RewardChoice */

/** `sampling` holds what differs from the defaults, by purpose; `systems` the user's system prompts by run.
 * @typedef {{
 *   models: TestableModel[] | null, machine: LoadedState | null, fields: ShownField[],
 *   templates: ListedTemplate[], rewards: RewardChoice[], model: string, usesAdapter: boolean, device: string,
 *   usesTemplate: boolean, systems: Record<string, string>, reward: string,
 *   sampling: {chat: Section, evaluate: Section}, problems: Record<string, string>,
 *   chat: {isConversation: boolean, exchanges: Exchange[]},
 *   versus: {columns: Choice[] | null, exchange: Exchange | null},
 *   measure: {rows: string, samples: string}, tests: Record<string, EvaluationRecord>,
 * }} Slice */

/** @type {Slice} */
const BLANK = {
  models: null, machine: null, fields: [], templates: [], rewards: [],
  model: "", usesAdapter: true, device: "auto", usesTemplate: true,
  systems: {}, reward: "", sampling: { chat: {}, evaluate: {} }, problems: {},
  chat: { isConversation: false, exchanges: [] }, versus: { columns: null, exchange: null },
  measure: { rows: "100", samples: "1" }, tests: {},
};
const KEPT_NAMES = /** @type {const} */ ([
  "model", "usesAdapter", "device", "usesTemplate", "systems", "reward", "sampling", "chat", "versus", "measure",
]);
const KEPT = "lora-craft-testing";
const KEEP_MS = 500;

/** @param {Context} context */
export function createDesk(context) {
  const { store } = context;
  context.patch({ testing: { ...BLANK, ...keptValue(KEPT, "sessionStorage") } });
  const keepSoon = throttled(() => keep(get()), KEEP_MS);
  addEventListener("pagehide", () => keep(get()));

  const get = () => /** @type {Slice} */ (store.get().testing);

  /** @param {Partial<Slice>} patch */
  function put(patch) {
    context.patch({ testing: { ...get(), ...patch } });
    if (KEPT_NAMES.some((name) => name in patch)) keepSoon();
  }

  /** The run that the address names; undefined without one. */
  const session = () => sessionOf(store.get(), store.get().route.session);
  /** Its id, or null. */
  const run = () => session()?.session_id ?? null;
  const model = () => chosenModel(get().models ?? [], run(), get().model);

  return {
    context, get, put, session, run, model,
    isOffline: () => store.get().connection === "offline",
    /** The test that a tab shows. @param {EvaluationRecord["kind"]} kind */
    shown: (kind) => shownTest(testsOf(get().tests, run()), kind, store.get().route.params.test),
    /** Take what an answer says of a test. @param {EvaluationRecord} test */
    putTest(test) {
      const { tests } = get();
      put({ tests: { ...tests, [test.test_id]: later(tests[test.test_id], test) } });
    },
    /** The system prompt and markers of a run, null without one. @param {string | null} id */
    template: (id) => (id && id === run() ? templateOf(session()?.config, get().templates) : null),
    /** The sampling values in force for a purpose. @param {"chat" | "evaluate"} purpose */
    sampling(purpose) {
      const { sampling, measure } = get();
      if (purpose === "chat") return sampling.chat;
      return evaluationSampling(session()?.config, sampling.evaluate, Number(measure.samples));
    },
    /** Change a question wherever it is shown. @param {string} id @param {(exchange: Exchange) => Exchange} change */
    change(id, change) {
      const { chat, versus } = get();
      const exchanges = inList(id, change)(chat.exchanges);
      const exchange = versus.exchange && versus.exchange.id === id ? change(versus.exchange) : versus.exchange;
      if (exchanges !== chat.exchanges) put({ chat: { ...chat, exchanges } });
      if (exchange !== versus.exchange) put({ versus: { ...versus, exchange } });
    },
    /** A question by its id. @param {string} id */
    exchange(id) {
      const { versus, chat } = get();
      return [versus.exchange, ...chat.exchanges].find((exchange) => exchange?.id === id);
    },
  };
}

/** Keep the slice in step with the server: snapshots on arrival and after each reconnect, changes from the socket.
 * @param {TestDesk} desk */
export function follow(desk) {
  const { context, get, put } = desk;
  context.live.on("generation_update", (message) => desk.change(message.request_id, noted(message)));
  const [models, machines, tests, fixed] = [createLatest(), createLatest(), createLatest(), createLatest()];
  context.live.on("model_update", (machine) => {
    machines.drop();
    put({ machine });
  });
  /** Tests that were told of since a list was shown: one that is on its way may be older than they are. */
  const told = /** @type {Set<string>} */ (new Set());
  context.live.on("batch_update", (test) => {
    told.add(test.test_id);
    put({ tests: { ...get().tests, [test.test_id]: test } });
  });
  const refresh = () => Promise.all([fetchModels(), fetchMachine(), fetchTests()]);
  context.live.on("connect", refresh);

  const refused = (/** @type {import("../../lib/api.js").ApiError} */ error) =>
    error.code !== "offline" && context.say(explain(error), "error");
  const fetchModels = () => models.ask(listTestable, { answered: (answer) => put({ models: answer.models }), refused });
  const fetchMachine = () => machines.ask(getMachine, { answered: (machine) => put({ machine }), refused });
  /** The batches and evaluations of all runs, and of models without one. */
  const fetchTests = () => tests.ask(() => listTests(null), {
    answered(answer) {
      context.store.update(brokenIn("tests", answer.broken));
      const mine = get().tests;
      const kept = Object.values(mine).filter(({ test_id: id }) => told.has(id));
      const known = answer.tests.map((test) => later(mine[test.test_id], test));
      put({ tests: Object.fromEntries([...kept, ...known].map((test) => [test.test_id, test])) });
      told.clear();
    },
    refused,
  });

  return {
    fetchModels,
    /** What does not change while the page is open. */
    fetchOnce: () => fixed.ask(() => Promise.all([getSchema(), listPrompts(), listRewards()]), {
      answered: ([{ sampling }, { prompts }, { rewards, custom }]) => put({
        fields: sampling,
        templates: prompts,
        rewards: [...rewards.filter(needsNoColumn).map(presetChoice), ...custom.map(customChoice)],
      }),
      refused,
    }),
    refresh,
    /** A test has been deleted: no list that was asked for before may bring it back. @param {string} id */
    forget(id) {
      const { [id]: _, ...others } = get().tests;
      told.delete(id);
      tests.drop();
      put({ tests: others });
      fetchTests();
    },
  };
}

/** Whether a question and its expected answer are all that a preset looks at. @param {ShownPreset} preset */
const needsNoColumn = (preset) => preset.fields.every((field) => ["reference", "instruction"].includes(field));
/** @param {ShownPreset} preset @returns {RewardChoice} */
const presetChoice = ({ title, name }) => ({ name: title, reward: { type: "preset", preset_name: name } });
/** @param {ShownReward} custom @returns {RewardChoice} */
const customChoice = ({ name }) => ({ name: `${name} (your own)`, reward: { type: "custom", custom_name: name } });

/** @param {Slice} slice */
const keep = (slice) =>
  keepValue(KEPT, Object.fromEntries(KEPT_NAMES.map((name) => [name, slice[name]])), "sessionStorage");
