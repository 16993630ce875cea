"""Rows of our own in the shapes of well-known public data sets, and what Quick Start must make of them.

Each shape is (row of a number, texts that the question holds in this order, the reference, the reward). The texts and
the reference are functions of the number, too. A reward of None is any that needs no reference.
"""

from __future__ import annotations

import json

TOWNS = ("Rome", "Oslo", "Lima", "Cairo", "Quito", "Paris", "Tokyo", "Delhi", "Accra", "Bonn", "Turin", "Kyoto")
LETTERS = "ABCD"


def town(n):
    return TOWNS[n % len(TOWNS)]


def towns(n, count=4):
    return [town(n + place) for place in range(count)]


def story(n):
    return f"The river of {town(n)} has {n} bridges. People cross them every day, and boats pass below. " * 4


def chat(*turns, keys=("role", "content"), names=("user", "assistant")):
    return [{keys[0]: names[place % 2], keys[1]: text} for place, text in enumerate(turns)]


SHAPES = {
    "GSM8K": (
        lambda n: {"question": f"Ann has {n} pens and buys {n + 3}.", "answer": f"{n}+{n + 3}\n#### {2 * n + 3}"},
        lambda n: [f"Ann has {n} pens"], lambda n: str(2 * n + 3), "math-science",
    ),
    "MATH": (
        lambda n: {"problem": f"Find ${n}^2$.", "level": "Level 1", "type": "Algebra",
                   "solution": f"We have ${n}\\cdot{n}=\\boxed{{{n * n}}}$."},
        lambda n: [f"Find ${n}^2$."], lambda n: str(n * n), "math-science",
    ),
    "MATH-500": (
        lambda n: {"problem": f"Find ${n}^2$.", "solution": f"It is $\\boxed{{{n * n}}}$.", "answer": str(n * n),
                   "subject": "Algebra", "level": 2, "unique_id": f"test/algebra/{n}.json"},
        lambda n: [f"Find ${n}^2$."], lambda n: str(n * n), "math-science",
    ),
    "OpenR1-Math": (
        lambda n: {"problem": f"Find {n}*{n}.", "solution": f"{n} times {n} is {n * n}.", "answer": str(n * n),
                   "problem_type": "Algebra", "question_type": "math-word-problem", "source": "olympiads",
                   "uuid": f"u{n}", "is_reasoning_complete": [True, True], "generations": [f"<think>{n}</think> 1",
                   "x"],
                   "messages": chat(f"Find {n}*{n}.", f"<think>hm</think> {n * n}")},
        lambda n: [f"Find {n}*{n}."], lambda n: str(n * n), "math-science",
    ),
    "AQuA": (
        lambda n: {"question": f"What is {n}+1?", "options": [f"A){n}", f"B){n + 1}", f"C){n + 2}"],
                   "rationale": f"Count one on from {n}.", "correct": "B"},
        lambda n: [f"What is {n}+1?", f"A) {n}\nB) {n + 1}"], lambda n: "B", "multiple-choice",
    ),
    "ARC": (
        lambda n: {"id": f"ARC_{n}", "question": f"Which town is number {n}?", "answerKey": LETTERS[n % 4],
                   "choices": {"text": towns(n), "label": list(LETTERS)}},
        lambda n: [f"number {n}?", f"A) {town(n)}", "D) "], lambda n: LETTERS[n % 4], "multiple-choice",
    ),
    "HellaSwag": (
        lambda n: {"ind": n, "activity_label": "Cooking", "ctx_a": f"A cook takes {n} eggs.", "ctx_b": "he",
                   "ctx": f"A cook takes {n} eggs. he", "endings": [f"{w} them." for w in ("eats", "sells", "rolls",
                   "cuts")],
                   "source_id": f"s{n}", "split": "train", "split_type": "indomain", "label": str(n % 4)},
        lambda n: [f"takes {n} eggs", "A) eats them."], lambda n: str(n % 4), "multiple-choice",
    ),
    "SQuAD": (
        lambda n: {"id": f"{n:x}", "title": "Rivers", "context": story(n),
                   "question": f"How many bridges has {town(n)}, {n}?",
                   "answers": {"text": [str(n), f"{n} bridges"], "answer_start": [24, 24]}},
        lambda n: [f"How many bridges has {town(n)}, {n}?", "The river of"], str, None,
    ),
    "BoolQ": (
        lambda n: {"question": f"is {n} even", "answer": n % 2 == 0, "passage": story(n)},
        lambda n: [f"is {n} even", "The river of"], lambda n: str(n % 2 == 0), "exact-match",
    ),
    "MNLI": (
        lambda n: {"premise": f"Ann has {n} cats.", "hypothesis": f"Ann has {n % 3} dogs, {n}.", "label": n % 3,
                   "idx": n},
        lambda n: [f"Ann has {n} cats.", "dogs"], lambda n: str(n % 3), "exact-match",
    ),
    "CoLA": (
        lambda n: {"sentence": f"The {n} cats sleeps.", "label": n % 2, "idx": n},
        lambda n: [f"The {n} cats"], lambda n: str(n % 2), "exact-match",
    ),
    "AG News": (
        lambda n: {"text": f"Shares of firm {n} fell.", "label": n % 4},
        lambda n: [f"firm {n}"], lambda n: str(n % 4), "exact-match",
    ),
    "TriviaQA": (
        lambda n: {"question": f"Which town is number {n}?", "question_id": f"tc_{n}", "question_source": "http://x",
                   "entity_pages": {"doc_source": [], "filename": []}, "search_results": {"title": ["t"], "rank": [1]},
                   "answer": {"aliases": [town(n), town(n).upper()], "normalized_aliases": [town(n).lower()],
                              "matched_wiki_entity_name": "", "type": "WikipediaEntity", "value": town(n)}},
        lambda n: [f"number {n}?"], town, "question-answering",
    ),
    "MBPP": (
        lambda n: {"task_id": n, "text": f"Write a function add{n} that adds {n}.",
                   "code": f"def add{n}(a):\r\n  return a+{n}",
                   "test_list": [f"assert add{n}(1) == {n + 1}", f"assert add{n}(0) == {n}"], "test_setup_code": "",
                   "challenge_test_list": []},
        lambda n: [f"add{n}"], lambda n: f"def add{n}(a):\r\n  return a+{n}", "programming",
    ),
    "HumanEval": (
        lambda n: {"task_id": f"HumanEval/{n}", "prompt": f"def add(a):\n    \"\"\"Add {n} to a.\"\"\"\n",
                   "canonical_solution": f"    return a + {n}\n", "entry_point": "add",
                   "test": f"def check(candidate):\n    assert candidate(1) == {n + 1}\n"},
        lambda n: [f"Add {n} to a."], lambda n: f"return a + {n}", "programming",
    ),
    "APPS": (
        lambda n: {"problem_id": n, "question": f"Read a number and print it plus {n}.", "difficulty": "interview",
                   "solutions": json.dumps([f"def main():\n    print(int(input()) + {n})\nmain()", "x = 1"]),
                   "input_output": json.dumps({"inputs": ["1\n"], "outputs": [f"{n + 1}\n"]}), "url": "http://x",
                   "starter_code": ""},
        lambda n: [f"plus {n}."], lambda n: f"def main():\n    print(int(input()) + {n})\nmain()", "code-generation",
    ),
    "Spider": (
        lambda n: {"db_id": "shop", "question": f"How many orders are above {n}?", "query_toks": ["SELECT", "count"],
                   "query": f"SELECT count(*) FROM orders WHERE total > {n}", "question_toks": ["How", "many"],
                   "query_toks_no_value": ["select"]},
        lambda n: [f"above {n}?"], lambda n: f"SELECT count(*) FROM orders WHERE total > {n}", "exact-match",
    ),
    "xlam tool calls": (
        lambda n: {"id": n, "query": f"Weather in {town(n)}, day {n}?", "tools": json.dumps([{"name": "weather"}]),
                   "answers": json.dumps([{"name": "weather", "arguments": {"town": town(n), "day": n}}])},
        lambda n: [f"day {n}?", "weather"],
        lambda n: json.dumps([{"name": "weather", "arguments": {"town": town(n), "day": n}}]), "json-output",
    ),
    "HH-RLHF": (
        lambda n: {key: f"\n\nHuman: Is {n} even?\n\nAssistant: Think of it.\n\nHuman: And?\n\nAssistant: {reply}"
                   for key, reply in (("chosen", f"It is so, {n}."), ("rejected", "Who knows."))},
        lambda n: [f"Is {n} even?", "Think of it.", "And?"], lambda n: f"It is so, {n}.", None,
    ),
    "UltraFeedback": (
        lambda n: {"prompt": f"Name {n} towns.", "prompt_id": f"p{n}", "messages": chat(f"Name {n} towns.", town(n)),
                   "chosen": chat(f"Name {n} towns.", f"They are {town(n)} and others, {n}."),
                   "rejected": chat(f"Name {n} towns.", "No."), "score_chosen": 9.0, "score_rejected": 2.0},
        lambda n: [f"Name {n} towns."], lambda n: f"They are {town(n)} and others, {n}.", None,
    ),
    "DPO pairs": (
        lambda n: {"system": "You are brief.", "question": f"Name {n} towns.", "chosen": f"{town(n)}, the {n}th.",
                   "rejected": "No, thanks."},
        lambda n: ["You are brief.", f"Name {n} towns."], lambda n: f"{town(n)}, the {n}th.", None,
    ),
    "Dolly": (
        lambda n: {"instruction": f"Who crosses bridge {n}?", "context": story(n) if n % 3 == 0 else "",
                   "response": f"People cross it every day, and {n} boats pass below it at noon.",
                   "category": "closed_qa"},
        lambda n: [f"bridge {n}?"], lambda n: f"People cross it every day, and {n} boats pass below it at noon.", None,
    ),
    "Alpaca": (
        lambda n: {"instruction": f"Say it {n} times.", "input": "hello" if n % 2 else "", "output": "hello " * (n + 8),
                   "text": f"Below is an instruction. Say it {n} times. ### Response: hello"},
        lambda n: [f"Say it {n} times."], lambda n: ("hello " * (n + 8)).strip(), None,
    ),
    "ShareGPT": (
        lambda n: {"id": f"s{n}", "conversations": (
            ([{"from": "system", "value": "Be kind."}] if n % 4 == 1 else [])
            + chat(f"Tell me of {n}.", f"Of {n} there is much to tell, and all of it is good to know.", "More.", "No.",
                   keys=("from", "value"), names=("human", "gpt")))},
        lambda n: [f"Tell me of {n}."], lambda n: f"Of {n} there is much to tell, and all of it is good to know.", None,
    ),
    "OASST, flat": (
        lambda n: {"message_id": f"m{n}", "parent_id": None, "text": f"Tell me of {town(n)}, {n}.", "role": "prompter",
                   "lang": "en", "review_count": 3, "labels": {"name": ["spam", "quality"], "value": [0.0, 0.7]}},
        lambda n: [f"Tell me of {town(n)}, {n}."], lambda n: "", None,
    ),
    "Guanaco": (
        lambda n: {"text": f"### Human: Tell me of {n}.### Assistant: Of {n} there is much to tell, and all is good."},
        lambda n: [f"Tell me of {n}."], lambda n: f"Of {n} there is much to tell, and all is good.", None,
    ),
    "CNN/DailyMail": (
        lambda n: {"article": story(n), "highlights": f"Town has {n} bridges, which people cross and boats pass.",
                   "id": f"{n:x}"},
        lambda n: [f"has {n} bridges"], lambda n: f"Town has {n} bridges, which people cross and boats pass.",
        "concise-summarization",
    ),
    "XSum": (
        lambda n: {"document": story(n), "summary": f"A town has {n} bridges that people cross.", "id": str(n)},
        lambda n: [f"has {n} bridges"], lambda n: f"A town has {n} bridges that people cross.", "concise-summarization",
    ),
    "WMT pairs": (
        lambda n: {"translation": {"de": f"Die Stadt hat heute {n} Brücken.",
                   "en": f"The town has {n} bridges today."}},
        lambda n: [f"Die Stadt hat heute {n} Brücken."], lambda n: f"The town has {n} bridges today.",
        "question-answering",
    ),
    "CommonsenseQA": (
        lambda n: {"id": f"c{n}", "question": f"Where are {n} bridges?", "question_concept": "bridge",
                   "choices": {"label": list("ABCDE"), "text": towns(n, 5)}, "answerKey": "ABCDE"[n % 5]},
        lambda n: [f"Where are {n} bridges?", f"A) {town(n)}"], lambda n: "ABCDE"[n % 5], "multiple-choice",
    ),
    "DROP": (
        lambda n: {"section_id": f"nfl_{n}", "query_id": f"q{n}", "passage": story(n),
                   "question": f"How many bridges, {n}?",
                   "answers_spans": {"spans": [str(n)], "types": ["number"]}},
        lambda n: [f"How many bridges, {n}?", "The river of"], str, None,
    ),
    "SVAMP": (
        lambda n: {"ID": f"chal-{n}", "Body": f"Ann has {n} pens and buys {n + 2}.",
                   "Question": "How many pens has she?",
                   "Equation": f"( {n} + {n + 2} )", "Answer": float(2 * n + 2), "Type": "Addition"},
        lambda n: [f"Ann has {n} pens", "How many pens"], lambda n: str(float(2 * n + 2)), "math-science",
    ),
    "ASDiv": (
        lambda n: {"body": f"Ann has {n} apples and buys {n + 2}.", "question": "How many apples has she?",
                   "solution_type": "Addition", "answer": f"{2 * n + 2} (apples)",
                   "formula": f"{n}+{n + 2}={2 * n + 2}"},
        lambda n: [f"Ann has {n} apples", "How many apples"], lambda n: f"{2 * n + 2} (apples)", "math-science",
    ),
    "MultiArith": (
        lambda n: {"question": f"Ann has {n} pens and loses 1. How many?", "final_ans": str(n - 1)},
        lambda n: [f"Ann has {n} pens"], lambda n: str(n - 1), "math-science",
    ),
    "Countdown, verl": (
        lambda n: {"target": 2 * n, "nums": [n, n], "data_source": "countdown", "ability": "math",
                   "prompt": [{"content": f"Make {2 * n} of [{n}, {n}].", "role": "user"}],
                   "reward_model": {"style": "rule", "ground_truth": {"numbers": [n, n], "target": 2 * n}},
                   "extra_info": {"split": "train", "index": n}},
        lambda n: [f"Make {2 * n} of"], lambda n: str(2 * n), "math-science",
    ),
    "BIG-bench Hard": (
        lambda n: {"input": f"not ( True ) and {n} is", "target": str(n % 2 == 0)},
        lambda n: [f"and {n} is"], lambda n: str(n % 2 == 0), "exact-match",
    ),
    "PIQA": (
        lambda n: {"goal": f"Cross bridge {n}.", "sol1": f"Walk {n} steps.", "sol2": f"Swim {n} miles.",
                   "label": n % 2},
        lambda n: [f"Cross bridge {n}.", f"A) Walk {n}", f"B) Swim {n}"], lambda n: str(n % 2), "multiple-choice",
    ),
    "WinoGrande": (
        lambda n: {"sentence": f"Ann gave Eve {n} pens since _ had many.", "option1": f"Ann{n}", "option2": f"Eve{n}",
                   "answer": str(n % 2 + 1)},
        lambda n: [f"gave Eve {n} pens", f"A) Ann{n}", f"B) Eve{n}"], lambda n: str(n % 2 + 1), "multiple-choice",
    ),
    "MedMCQA": (
        lambda n: {"id": f"u{n}", "question": f"Which town treats {n}?", "opa": town(n), "opb": town(n + 1),
                   "opc": town(n + 2), "opd": town(n + 3), "cop": n % 4, "choice_type": "single",
                   "exp": f"It is known that town {n} does, and no other town in the land.", "subject_name": "Surgery",
                   "topic_name": None},
        lambda n: [f"treats {n}?", f"A) {town(n)}"], lambda n: str(n % 4), "multiple-choice",
    ),
    "RACE": (
        lambda n: {"example_id": f"high{n}.txt", "article": story(n), "answer": LETTERS[n % 4],
                   "question": f"What has {n} bridges?", "options": towns(n)},
        lambda n: [f"What has {n} bridges?", "The river of", f"A) {town(n)}"], lambda n: LETTERS[n % 4],
        "multiple-choice",
    ),
    "CosmosQA": (
        lambda n: {"id": f"c{n}", "context": story(n), "question": f"Why cross bridge {n}?",
                   "answer0": f"For {town(n)}.", "answer1": "None.",
                   "answer2": f"To see {n} boats.", "answer3": "For bread.", "label": n % 4},
        lambda n: [f"bridge {n}?", "The river of", f"A) For {town(n)}."], lambda n: str(n % 4), "multiple-choice",
    ),
    "SocialIQA": (
        lambda n: {"context": f"Ann crossed {n} bridges.", "question": f"What will Ann do next, {n}?", "answerA": "eat",
                   "answerB": f"count {n}", "answerC": "sleep", "label": str(n % 3 + 1)},
        lambda n: [f"next, {n}?", "Ann crossed", "A) eat", f"B) count {n}"], lambda n: str(n % 3 + 1),
        "multiple-choice",
    ),
    "SciQ": (
        lambda n: {"question": f"What holds {n} cells together?", "distractor3": "water", "distractor1": "iron",
                   "distractor2": "air", "correct_answer": f"glue {n}", "support": f"Cells hold by glue {n}. " * 5},
        lambda n: [f"holds {n} cells", "Cells hold"], lambda n: f"glue {n}", "question-answering",
    ),
    "MMLU": (
        lambda n: {"question": f"Which is town {n}?", "subject": "geography", "choices": towns(n), "answer": n % 4},
        lambda n: [f"town {n}?", f"A) {town(n)}"], lambda n: str(n % 4), "multiple-choice",
    ),
    "OpenBookQA": (
        lambda n: {"id": f"7-{n}", "question_stem": f"Which is town {n}?", "answerKey": LETTERS[n % 4],
                   "choices": {"text": towns(n), "label": list(LETTERS)}},
        lambda n: [f"town {n}?", f"A) {town(n)}"], lambda n: LETTERS[n % 4], "multiple-choice",
    ),
    "Natural Questions, open": (
        lambda n: {"question": f"which town is number {n}", "answer": [town(n), f"{town(n)} {n}"]},
        lambda n: [f"number {n}"], town, "question-answering",
    ),
    "OpenOrca": (
        lambda n: {"id": f"flan.{n}", "system_prompt": "You are helpful.", "question": f"Tell me of {n}.",
                   "response": f"Of {n} there is much to tell, and all of it is good to know."},
        lambda n: ["You are helpful.", f"Tell me of {n}."],
        lambda n: f"Of {n} there is much to tell, and all of it is good to know.", None,
    ),
    "LIMA": (
        lambda n: {"conversations": [f"Tell me of {n}.", f"Of {n} there is much to tell, and all is good."],
                   "source": "x"},
        lambda n: [f"Tell me of {n}."], lambda n: f"Of {n} there is much to tell, and all is good.", None,
    ),
    "QQP": (
        lambda n: {"question1": f"What is {n}?", "question2": f"Who is {n}?", "label": n % 2, "idx": n},
        lambda n: [f"What is {n}?", f"Who is {n}?"], lambda n: str(n % 2), "exact-match",
    ),
    "DAPO-Math, verl": (
        lambda n: {"data_source": "math_dapo", "prompt": chat(f"Find {n}+{n}."), "ability": "MATH",
                   "reward_model": {"ground_truth": str(2 * n), "style": "rule-lighteval/MATH_v2"},
                   "extra_info": {"index": f"x{n}"}},
        lambda n: [f"Find {n}+{n}."], lambda n: str(2 * n), "math-science",
    ),
    "OpenMathReasoning": (
        lambda n: {"problem": f"Find {n}+{n}.", "generated_solution": f"<think>hm {n}</think> so {2 * n}",
                   "expected_answer": str(2 * n), "problem_type": "has_answer_extracted", "pass_rate_72b_tir": "0.5"},
        lambda n: [f"Find {n}+{n}."], lambda n: str(2 * n), "math-science",
    ),
    "options in an object": (
        lambda n: {"question": f"Which is town {n}?", "options": dict(zip(LETTERS, towns(n), strict=True)),
                   "answer": LETTERS[n % 4]},
        lambda n: [f"town {n}?", f"A) {town(n)}", "D) "], lambda n: LETTERS[n % 4], "multiple-choice",
    ),
    "MedQA": (
        lambda n: {"question": f"Which town treats {n}?", "answer": town(n + 1), "meta_info": "step1",
                   "options": dict(zip(LETTERS, towns(n), strict=True)), "answer_idx": "B"},
        lambda n: [f"treats {n}?", f"A) {town(n)}", "D) "], lambda n: town(n + 1), "multiple-choice",
    ),
    "options as a list of objects, and the place of the right one": (
        lambda n: {"question": f"Which is town {n}?", "correct_index": n % 4,
                   "choices": [{"label": label, "text": text} for label, text in zip(LETTERS, towns(n), strict=True)]},
        lambda n: [f"town {n}?", f"A) {town(n)}", "D) "], lambda n: str(n % 4), "multiple-choice",
    ),
    "TruthfulQA, in any order": (
        lambda n: {"question": f"Which is town {n}?",
                   "mc1_targets": {"choices": towns(n), "labels": [int(n % 4 == place) for place in range(4)]},
                   "mc2_targets": {"choices": towns(n, 5), "labels": [1, 1, 0, 0, n % 2]}},
        lambda n: [f"town {n}?", f"A) {town(n)}", "D) "], lambda n: str(n % 4), "multiple-choice",
    ),
    "COPA": (
        lambda n: {"premise": f"Ann crossed {n} bridges.", "choice1": f"Boats, {n}.", "choice2": f"Bread, {n}.",
                   "question": ("cause", "effect")[n % 2], "idx": n, "label": n % 2},
        lambda n: ["effect", f"Ann crossed {n}", "A) Boats", "B) Bread"], lambda n: str(n % 2), "multiple-choice",
    ),
    "STS-B": (
        lambda n: {"split": "train", "genre": "news", "sentence1": f"A man plays {n}.", "sentence2": f"He sings {n}.",
                   "score": n / 8},
        lambda n: [f"A man plays {n}.", "He sings"], lambda n: str(n / 8), "math-science",
    ),
    "essays": (
        lambda n: {"essay_id": n, "prompt": "Write of bridges.", "essay": story(n), "score": n % 6},
        lambda n: [f"has {n} bridges", "Write of"], lambda n: str(n % 6), None,
    ),
    "KTO": (
        lambda n: {"prompt": f"Name {n} towns.", "completion": f"{town(n)}, {n}.", "label": n % 2 == 0},
        lambda n: [f"Name {n} towns."], lambda n: "", None,
    ),
    "two answers and a winner": (
        lambda n: {"prompt": f"Name {n} towns.", "response_a": f"{town(n)}, {n}.", "response_b": f"No, {n}.",
                   "winner": ("model_a", "model_b", "tie")[n % 3]},
        lambda n: [f"Name {n} towns."], lambda n: "", None,
    ),
    "arena": (
        lambda n: {"winner": ("model_a", "model_b")[n % 2], "conversation_a": chat(f"Name {n} towns.", town(n)),
                   "conversation_b": chat(f"Name {n} towns.", "No.")},
        lambda n: [f"Name {n} towns."], lambda n: "", None,
    ),
    "Amazon reviews": (
        lambda n: {"marketplace": "US", "review_id": f"R{n}", "star_rating": n % 5 + 1, "review_headline": f"So {n}",
                   "review_body": story(n), "product_category": "Books"},
        lambda n: [f"has {n} bridges"], lambda n: str(n % 5 + 1), "exact-match",
    ),
    "HotpotQA": (
        lambda n: {"id": f"{n:x}", "question": f"Who has {n} bridges?", "answer": town(n), "type": "bridge",
                   "supporting_facts": {"title": ["a"], "sent_id": [0]},
                   "context": {"title": ["a", "b"], "sentences": [[story(n)], ["Boats.", f"Bread, {n}."]]}},
        lambda n: [f"Who has {n}", "The river of", f"Boats. Bread, {n}."], town, None,
    ),
    "language identification": (
        lambda n: {"text": f"Town {n} has bridges.", "language": ("en", "de", "fr")[n % 3]},
        lambda n: [f"Town {n}"], lambda n: ("en", "de", "fr")[n % 3], "exact-match",
    ),
    "a chat in a cell": (
        lambda n: {"messages": json.dumps(chat(f"Tell me of {n}.", f"Of {n} there is much to tell."))},
        lambda n: [f"Tell me of {n}."], lambda n: f"Of {n} there is much to tell.", None,
    ),
    "a chat in a cell as Python writes it": (
        lambda n: {"conversations": str(chat(f"Tell me of {n}.", f"Of {n} there's \"much\" to tell."))},
        lambda n: [f"Tell me of {n}."], lambda n: f"Of {n} there's \"much\" to tell.", None,
    ),
    "calls of tools": (
        lambda n: {"messages": [{"role": "user", "content": f"What is {n}+{n}?"},
                                {"role": "assistant", "content": None, "tool_calls": [{"function": {"name": "add"}}]},
                                {"role": "tool", "content": str(2 * n)},
                                {"role": "assistant", "content": f"It is {2 * n}."}]},
        lambda n: [f"What is {n}+{n}?"], lambda n: f"It is {2 * n}.", None,
    ),
}  # fmt: skip


def rows_of(name: str, count: int = 24) -> list[dict]:
    """Rows of a shape."""
    make = SHAPES[name][0]
    return [make(n) for n in range(1, count + 1)]
