"""Answers of transformers models in this process: where they end, what they cost, which adapter gives them."""

import shutil
from collections.abc import Callable

import pytest

torch = pytest.importorskip("torch")

from core.errors import InvalidInput, NotFound  # noqa: E402 - after torch is known to be there
from core.generation.sampling import Sampling  # noqa: E402
from core.workers import reading_weights  # noqa: E402
from core.workers.generate.asked import Asked  # noqa: E402
from core.workers.generate.torch_model import MOST_ADAPTERS, AdapterView, TorchModel  # noqa: E402
from core.workers.loading import prepare_tokenizer  # noqa: E402
from tests.support.chat_templates import OPENS_THINKING, REFUSES_SYSTEM  # noqa: E402
from tests.support.tiny_model import write_tiny_model  # noqa: E402
from tests.support.trained_run import write_adapter  # noqa: E402

pytestmark = pytest.mark.real


@pytest.fixture(scope="module")
def base(tmp_path_factory):
    return write_tiny_model(tmp_path_factory.mktemp("models") / "tiny-model")


@pytest.fixture
def model(base):
    """Weights wilder than a fresh model's, so that its answers are no repetition of one token."""
    held = TorchModel(str(base), "none")
    torch.manual_seed(0)
    with torch.no_grad():
        for weights in held.model.model.layers.parameters():
            weights.normal_(0, 0.3) if weights.dim() > 1 else None
        held.model.lm_head.weight.normal_(0, 1)
    return held


def user(text):
    return [{"role": "user", "content": text}]


def answers_of(view, *chats, on_text: Callable | None = None, **sampling):
    answers = {}
    drawn = Sampling(**{"temperature": 0, "max_tokens": 24, **sampling})
    view.answer(Asked(list(chats), drawn, True, answers.__setitem__, on_text, lambda: False))
    return [answers[place] for place in range(len(chats))]


def test_a_row_that_ends_at_a_stop_text_counts_its_own_tokens_and_seconds_only(model):
    model.tokenizer.pad_token = "<|im_start|>"  # no end token, as with Qwen's base models
    view, chats = AdapterView(model, None), [user("1 + 1?"), user("9")]
    stop = answers_of(view, chats[0])[0]["text"][5:8]  # lies across two tokens
    alone = [answers_of(view, chat, stop=(stop,))[0] for chat in chats]
    together = answers_of(view, *chats, stop=(stop,))
    told = ("text", "tokens", "finish_reason")
    assert [[one[key] for key in told] for one in together] == [[one[key] for key in told] for one in alone]
    assert together[0]["tokens"] < together[1]["tokens"] and together[0]["finish_reason"] == "stop"
    assert together[0]["seconds"] < together[1]["seconds"]


def test_a_stop_text_is_found_without_reading_the_vocabulary(model, monkeypatch):
    from transformers.generation import stopping_criteria

    def read(*arguments, **named):
        raise AssertionError("the vocabulary was read")

    monkeypatch.setattr(stopping_criteria.StopStringCriteria, "__init__", read)
    whole, pieces = answers_of(AdapterView(model, None), user("1"))[0]["text"], []
    stop = whole[5:8]
    view = AdapterView(model, None)
    [cut] = answers_of(view, user("1"), stop=(stop,), on_text=lambda place, text, tokens: pieces.append(text))
    assert cut["text"] == whole[: whole.index(stop)] == "".join(pieces)


def test_the_text_of_a_special_token_ends_an_answer_too(model):
    special = model.tokenizer.convert_ids_to_tokens(0)
    model.model.generation_config.eos_token_id = None
    with torch.no_grad():
        model.model.lm_head.weight.zero_()  # every token is as likely, so the first one is taken: the special one
    [answer] = answers_of(AdapterView(model, None), user("1"), stop=(special,))
    assert (answer["tokens"], answer["text"], answer["finish_reason"]) == (1, "", "stop")


def test_a_system_prompt_is_put_into_the_question_where_the_template_takes_none(model):
    model.tokenizer.chat_template = REFUSES_SYSTEM
    prepare_tokenizer(model.tokenizer)
    chats = [{"role": "system", "content": "Be brief."}, *user("1")], user("Be brief.\n\n1")
    told, folded = (answers_of(AdapterView(model, None), chat)[0] for chat in chats)
    assert (told["text"], told["prompt_tokens"]) == (folded["text"], folded["prompt_tokens"])


def test_a_template_that_refuses_a_chat_says_why(model):
    model.tokenizer.chat_template = "{{ raise_exception('No chats here') }}"
    with pytest.raises(InvalidInput, match="No chats here") as refusal:
        answers_of(AdapterView(model, None), user("1"))
    assert list(refusal.value.fields) == ["messages"]


def test_what_the_template_begins_of_an_answer_is_part_of_it_in_every_form(model):
    pieces = []
    model.tokenizer.chat_template = OPENS_THINKING
    [whole] = answers_of(AdapterView(model, None), user("1"))
    answers_of(AdapterView(model, None), user("1"), on_text=lambda place, text, tokens: pieces.append(text))
    assert whole["text"].startswith("<think>\n") and whole["text"].count("<think>") == 1
    assert "".join(pieces) == whole["text"]
    assert whole["tokens"] == 24


def test_an_answer_ends_where_the_model_has_no_further_places(base, tmp_path):
    from transformers import AutoTokenizer, GPT2Config, GPT2LMHeadModel

    tokenizer = AutoTokenizer.from_pretrained(base)
    sizes = {"n_positions": 32, "n_embd": 32, "n_layer": 1, "n_head": 2, "bos_token_id": 0, "eos_token_id": 1}
    torch.manual_seed(0)
    GPT2LMHeadModel(GPT2Config(vocab_size=len(tokenizer), **sizes)).save_pretrained(tmp_path)
    tokenizer.save_pretrained(tmp_path)
    model = TorchModel(str(tmp_path), "none")
    [answer] = answers_of(AdapterView(model, None), user("1"), max_tokens=500)
    assert answer["prompt_tokens"] + answer["tokens"] == 32
    assert answer["finish_reason"] == "length"


def test_how_much_of_the_weights_is_read_is_reported(base, monkeypatch):
    monkeypatch.setattr(reading_weights, "PERIOD_S", 0)
    fractions = []
    with reading_weights.reporting(fractions.append):
        TorchModel(str(base), "none")
    TorchModel(str(base), "none")
    assert fractions == sorted(fractions) and fractions[-1] == 1
    assert len(fractions) > 10


def test_the_oldest_adapters_are_let_go_and_read_again_when_asked(model, base, tmp_path):
    folders = [tmp_path / f"run-{number}" for number in range(MOST_ADAPTERS + 2)]
    for strength, folder in enumerate(folders, 1):
        write_adapter(base, folder, strength / 5)

    def said(folder):
        return answers_of(AdapterView(model, model.adapter(folder)), user("1"))[0]["text"]

    first = [said(folder) for folder in folders]
    assert len(model.model.peft_config) == MOST_ADAPTERS
    assert [said(folder) for folder in folders] == first
    assert len(set(first)) > 1


def test_an_adapter_that_was_trained_on_is_read_anew(model, base, tmp_path):
    write_adapter(base, tmp_path / "run", 0.1)
    old = model.adapter(tmp_path / "run")
    write_adapter(base, tmp_path / "run", 0.9)
    assert model.adapter(tmp_path / "run") != old
    assert len(model.model.peft_config) == 1


def test_a_held_adapter_answers_after_its_checkpoint_was_removed(model, base, tmp_path):
    write_adapter(base, tmp_path / "checkpoint-1", 0.5)
    before = answers_of(AdapterView(model, model.adapter(tmp_path / "checkpoint-1")), user("1"))
    shutil.rmtree(tmp_path / "checkpoint-1")
    after = answers_of(AdapterView(model, model.adapter(tmp_path / "checkpoint-1")), user("1"))
    assert after[0]["text"] == before[0]["text"]
    with pytest.raises(NotFound, match="no longer there"):
        model.adapter(tmp_path / "checkpoint-2")
