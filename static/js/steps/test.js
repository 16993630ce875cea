// @ts-check
/** Step 7: talking to what was trained, comparing it with what it came from, and measuring the difference. */

import { mountTabs } from "../ui/tabs.js";
import { createAsking } from "./testing/asking.js";
import { mountBar } from "./testing/bar.js";
import { mountBatch } from "./testing/batch.js";
import { mountChat } from "./testing/chat.js";
import { createDesk, follow } from "./testing/desk.js";
import { mountEvaluate } from "./testing/evaluate.js";
import { mountHeldOut } from "./testing/held_out.js";
import { mountHistory } from "./testing/history.js";
import { listenToReward } from "./testing/inputs.js";
import { mountScoreForm } from "./testing/score_form.js";
import { mountSettings } from "./testing/settings.js";
import { mountVersus } from "./testing/versus.js";
import { find } from "../lib/dom.js";

/** @param {HTMLElement} root @param {Context} context */
export function mount(root, context) {
  const desk = createDesk(context);
  const server = follow(desk);
  const asking = createAsking(desk);
  const tabs = mountTabs(find("test-tabs", root), (tab) => context.putParams(tab === "chat" ? {} : { tab }));
  const [bar, settings] = [mountBar(root, desk), mountSettings(root, desk)];
  const [chat, versus] = [mountChat(root, desk, asking), mountVersus(root, desk, asking)];
  const [batch, evaluate] = [mountBatch(root, desk), mountEvaluate(root, desk)];
  const history = mountHistory(root, desk, server.forget);
  const [heldOut, scoreForm] = [mountHeldOut(root, desk), mountScoreForm(root, desk)];
  /** @type {Record<string, {render: () => void}[]>} */
  const parts = {
    chat: [chat], versus: [versus], batch: [batch], evaluate: [evaluate, heldOut, scoreForm], history: [history],
  };
  for (const name of ["chat-reward", "versus-reward", "score-reward"]) listenToReward(find(name, root, "select"), desk);
  server.fetchOnce();
  asking.resume();

  return {
    /** @param {State} state */
    render(state) {
      const tab = tabs.selected();
      root.dataset.tab = tab;
      bar.render(state, tab);
      settings.render(tab);
      for (const part of parts[tab] ?? []) part.render();
    },
    /** @param {Route} route */
    enter(route) {
      tabs.put(route.params.tab ?? "chat");
      if (route.params.model) desk.put({ model: route.params.model });
      for (const part of [bar, chat, evaluate]) part.enter();
      scoreForm.clear();
      server.refresh();
    },
  };
}
