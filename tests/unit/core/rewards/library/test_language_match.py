"""The Language preset and the language table behind it."""

import random

import pytest

from core.rewards.base import Example
from core.rewards.library.language_match import language_match
from core.rewards.text.languages import LANGUAGES, purity
from core.rewards.text.words import words

SALT = {
    "ar": (
        "البحر مالح لأن المطر يغسل المعادن من الصخور، ثم تحملها الأنهار إلى المحيط. الشمس تأخذ الماء فقط "
        "ويبقى الملح في البحر."
    ),
    "de": (
        "Das Meer ist salzig, weil der Regen Mineralien aus den Felsen löst. Die Sonne nimmt nur das Wasser wieder mit."
    ),
    "en": "The sea is salty because rain washes minerals out of the rocks. The sun takes only the water away again.",
    "es": "El mar es salado porque la lluvia arrastra minerales de las rocas. El sol solo se lleva el agua.",
    "fr": "La mer est salée parce que la pluie arrache des minéraux aux roches. Le soleil ne reprend que l'eau.",
    "hi": "समुद्र खारा है क्योंकि बारिश चट्टानों से खनिज बहाकर ले जाती है। सूरज केवल पानी को वापस ले जाता है।",
    "id": (
        "Laut itu asin karena hujan membawa mineral dari batu ke sungai. Matahari hanya mengambil airnya dan garam itu "
        "tetap ada di laut."
    ),
    "it": "Il mare è salato perché la pioggia porta via i minerali dalle rocce. Il sole si riprende soltanto l'acqua.",
    "ja": "海がしょっぱいのは、雨が岩からミネラルを溶かして川に運ぶからです。太陽は水だけを空に戻します。",
    "ko": (
        "바다가 짠 이유는 비가 바위에서 광물을 씻어 내기 때문이다. 강은 그것을 바다로 나르고 해는 물만 다시 가져간다."
    ),
    "nl": "De zee is zout omdat de regen mineralen uit de rotsen spoelt. De zon neemt alleen het water weer mee.",
    "pl": (
        "Morze jest słone, ponieważ deszcz wypłukuje minerały ze skał, a rzeki niosą je do oceanu. Słońce "
        "zabiera tylko wodę."
    ),
    "pt": "O mar é salgado porque a chuva leva os minerais das rochas. O sol só leva de volta a água.",
    "ru": (
        "Море солёное, потому что дождь вымывает минералы из скал, а реки несут их в океан. Солнце забирает "
        "только воду."
    ),
    "sv": "Havet är salt eftersom regnet sköljer mineraler ur klipporna. Solen tar bara med sig vattnet tillbaka.",
    "tr": (
        "Deniz tuzludur, çünkü yağmur kayalardan mineralleri alır ve nehirler onları taşır. Güneş ise bu "
        "suyu geri alır ama tuz kalır."
    ),
    "uk": "Море солоне, тому що дощ вимиває мінерали зі скель, а річки несуть їх до океану. Сонце забирає лише воду.",
    "zh": "海水是咸的，因为雨水把岩石里的矿物质带到了河里。太阳只把水带走，盐就留在了海里。",
}
each_language = pytest.mark.parametrize("code", LANGUAGES)


@each_language
def test_a_short_paragraph_counts_in_its_own_language_only(code):
    values = {wanted: language_match(SALT[code], "", Example(), language=wanted).value for wanted in LANGUAGES}
    assert values.pop(code) == 1.0
    assert set(values.values()) == {0.0}


@each_language
def test_a_list_of_content_words_is_no_language(code):
    grammar = LANGUAGES[code].function_words
    nouns = sorted({word for word in words(SALT[code]) if word not in grammar and word[-1] not in grammar}) * 2
    random.Random(1).shuffle(nouns)
    assert language_match(" ".join(nouns).capitalize() + ".", "", Example(), language=code).value == 0.0


def test_a_mixture_earns_less_with_every_foreign_sentence():
    english, french = SALT["en"], SALT["fr"]
    longer = f"{english} It is not so in every lake, and it was not so when the world was young. {french}"
    assert language_match(f"{english} {french}", "", Example()).value == 0.0
    assert 0 < language_match(longer, "", Example()).value < 1


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        (SALT["es"], "reads as Spanish, not as English"),
        ("It is the sea.", "4 words are too few to tell the language"),
        (SALT["en"], "100% of the grammar is English"),
    ],
)
def test_the_reason_names_the_language(text, reason):
    assert language_match(text, "", Example()).reason == reason


def test_purity_weighs_words_that_only_another_language_has():
    assert purity(["the", "of", "stone"], "en") == 1.0
    assert purity(["the", "und"], "en") == 0.5
    assert purity(["stone"], "en") == 0.0


@each_language
def test_a_clash_is_made_of_words_that_the_language_has(code):
    language = LANGUAGES[code]
    assert all(never for never in language.clashes.values())
    assert language.links <= language.function_words
