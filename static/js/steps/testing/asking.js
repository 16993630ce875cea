// @ts-check
/** Asking models: sends a question, takes up those that a reload left under way, stops them, and has answers scored. */

import { ApiError, askModel, askModels, explain, getAnswer, stopAnswer, testReward } from "../../lib/api.js";
import * as chat from "../../state/chat.js";
import { labelOf, modelAt, samplingBody } from "../../state/testing.js";
import { pause } from "../../lib/latest.js";

const LOOK_MS = 400;
const STOP_TRIES = 10;
const GONE = {
  message: "The server knows nothing of this question any more.",
  hint: "It was started anew meanwhile; ask again.",
  fields: {},
};

/** @param {TestDesk} desk */
export function createAsking(desk) {
  const { get, put, change } = desk;

  /** Wait for a question whose request this page does not hold. @param {string} id */
  async function takeUp(id) {
    for (;;) {
      try {
        const known = await getAnswer(id);
        const { reply } = known;
        const answers = reply && ("answers" in reply ? reply.answers : [reply]);
        if (answers) return await settle(id, answers, rewardConfig(desk));
        change(id, chat.resumed(known));
        if (known.error) return undefined;
      } catch (error) {
        if (!(error instanceof ApiError)) throw error;
        if (error.code !== "offline") return change(id, chat.refused(GONE));
      }
      await pause(LOOK_MS);
      if (!desk.exchange(id)?.isPending) return undefined;
    }
  }

  /** The answers are there: score those that the server did not, and show them.
   * @param {string} id @param {ChatAnswer[]} answers
   * @param {object | null} config with the reward that scores; null for none */
  async function settle(id, answers, config) {
    const exchange = desk.exchange(id);
    if (exchange) change(id, chat.answered(await withScores(desk, exchange, answers, config)));
  }

  return {
    /** Ask, and return once the answer is there. @param {Exchange} exchange */
    async send({ id, body }) {
      put({ problems: {} });
      const config = rewardConfig(desk);
      try {
        const answers = "model_path" in body ? [await askModel(body)] : (await askModels(body)).answers;
        await settle(id, answers, config);
      } catch (error) {
        if (!(error instanceof ApiError)) throw error;
        if (error.code === "offline") return takeUp(id);
        const { message, hint, fields } = error;
        put({ problems: fields });
        change(id, chat.refused({ message, hint, fields }));
      }
      return undefined;
    },
    stop: (/** @type {string} */ id) => stopUntilHeard(desk, id),
    /** Take up what was under way when the page was left. */
    resume() {
      const { chat: { exchanges }, versus } = get();
      for (const exchange of [...exchanges, versus.exchange]) if (exchange?.isPending) takeUp(exchange.id);
    },
  };
}

/** End a question early. It may be on its way to the server, or between two models, and is then asked to stop again.
 * @param {TestDesk} desk @param {string} id */
async function stopUntilHeard(desk, id) {
  try {
    for (let tries = 0; tries < STOP_TRIES && desk.exchange(id)?.isPending; tries += 1) {
      if ((await stopAnswer(id)).stopped) return;
      await pause(LOOK_MS);
    }
  } catch (error) {
    desk.context.say(explain(error), "error");
  }
}

/** A question of one or several models, as the settings beside it say.
 * @param {TestDesk} desk @param {Choice[]} choices
 * @param {{prompt: string, reference: string, history?: ChatMessage[] | null}} what @returns {Exchange} */
export function questionOf(desk, choices, { prompt, reference, history = null }) {
  const { device, usesTemplate, reward, sampling } = desk.get();
  const models = desk.get().models ?? [];
  const system = systemOf(desk);
  const id = `${Date.now().toString(36)}-${Math.random().toString(36).slice(2, 12)}`;
  const body = {
    request_id: id, device, use_template: usesTemplate,
    ...(history ? { messages: [...history, { role: "user", content: prompt }] } : { prompt }),
    ...(system === undefined ? {} : { system }),
    ...(reference && !reward ? { reference } : {}),
    ...(choices.length > 1 ? { models: choices } : choices[0]),
    ...samplingBody(sampling.chat),
  };
  const columns = choices.map((choice) => {
    const run = modelAt(models, choice.model_path)?.session_id ?? null;
    return chat.newColumn(labelOf(models, choice), desk.template(run));
  });
  return chat.asked({ id, prompt, reference, isTurn: history !== null, body, columns });
}

/** The user's own system prompt for the run that is shown; undefined for the training's. @param {TestDesk} desk */
export const systemOf = (desk) => desk.get().systems[desk.run() ?? ""];

/** The answers with a score each, where one is expected: by the reward that was chosen, and by the training's where a
 * model has no run of its own.
 * @param {TestDesk} desk @param {Exchange} exchange @param {ChatAnswer[]} answers @param {object | null} config
 * @returns {Promise<ChatAnswer[]>} */
async function withScores(desk, { prompt, reference }, answers, config) {
  const isWanted = (/** @type {ChatAnswer} */ answer) => !answer.score && answer.finish_reason !== "cancelled";
  if (!reference || !config || !answers.some(isWanted)) return answers;
  const rows = answers.map(({ response }) => ({ instruction: prompt, reference, response }));
  try {
    const { results, least, most } = await testReward({ config, rows });
    return answers.map((answer, index) => {
      if (!isWanted(answer)) return answer;
      const { total, scores, parsed } = results[index];
      return { ...answer, score: { total, least, most, scores }, parsed: answer.parsed ?? parsed };
    });
  } catch (error) {
    desk.context.say(`Not scored. ${explain(error)}`, "error");
    return answers;
  }
}

/** The run's configuration with the reward that is chosen to score; null without a run. @param {TestDesk} desk */
export function rewardConfig(desk) {
  const config = desk.session()?.config;
  if (!config) return null;
  const chosen = desk.get().rewards.find((reward) => reward.name === desk.get().reward);
  return chosen ? { ...config, reward: chosen.reward } : config;
}
