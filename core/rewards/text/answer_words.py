"""Words that a short answer may have in many languages without being another answer, and those that make it one."""

from __future__ import annotations

from typing import TypeVar

Value = TypeVar("Value")


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


def _all(text: str, value: Value) -> dict[str, Value]:
    return dict.fromkeys(text.split(), value)


ARTICLES = _words(
    "a an the der die das den dem des ein eine einen einem einer eines le la les un une du el los las unos unas "
    "lo il gli o os as um uma uns umas de het een ett l d dell all nell"
)
"""English, German, French, Spanish, Italian, Portuguese, Dutch, Swedish; Arabic writes its own in front of a word. The
"o" of Portuguese is one at the start and after "is"; elsewhere it is the "or" of Spanish and Italian."""

HEDGES = _words("or oder ou o ili lub czy eller veya yahut или либо أو या either")
"""Words between two answers of which one may be right; in Chinese, Japanese and Korean CHARACTER_HEDGES."""
CONTRASTS = _words("but aber sondern mais pero sino mas но")
"""Words after which a clause says another thing."""
DOUBTS = _words("maybe perhaps possibly vielleicht quizás forse talvez misschien может")
"""One of them is a doubt, two are two answers."""
CHARACTER_HEDGES = ("或者", "或", "还是", "還是", "または", "もしくは", "あるいは", "또는", "아니면")

NEGATIONS = _words(
    "not no never none neither nor without nicht kein keine keinen keiner nie niemals nein pas jamais non ne "
    "nunca jamás não nem niet geen nooit inte ingen ikke nej не нет никогда nie nigdy değil hayır yok không bukan "
    "tidak لا ليس ليست لم لن नहीं मत"
)
CHARACTER_NEGATIONS = ("不", "没", "沒", "ない", "ません", "なかった", "아니", "않")

VERDICTS = {
    **_all("yes ja oui sí si sì sim да tak evet hai نعم हाँ 是 是的 はい 네 true", True),
    **_all("no nein non não nee nej нет nie hayır لا नहीं 否 不是 いいえ 아니요 false", False),
}
"""Yes and no: an answer that says one of them first and explains it is right, one that says both is not."""

REASONS = _words("because due weil denn parce porque perché car omdat потому ponieważ çünkü لأن क्योंकि")
"""What follows such a word explains the answer and is no part of it."""

COPULAS = _words(
    "is was are were be ist sind heißt lautet est sont était es está fue è sono é são foi zijn är jest это "
    "является هو هي = equals named called namens genannt"
)
"""The answer follows the last of them ("The capital of France is Paris")."""

PREPOSITIONS = _words("of in at on by from to for near von im am vom in à en dans di a da em na no van в на из w we")
"""Words that may stand between "is" and the answer ("is the city of Paris")."""

PRONOUNS = _words("it he she they this that we i you there sir es er sie das c ce il elle ele ela het 的")
"""Words that may follow yes and no without a comma ("Yes it is")."""

ANDS = _words("and und et y e и och og en ve و और & plus")

NOT_AN_END = _words("mr mrs ms dr st prof jr sr vs mt ft no")
"""Their full stop ends no sentence."""

MEASURES = {
    **_all("$ usd dollar dollars", "$"),
    **_all("€ eur euro euros", "€"),
    **_all("£ gbp pound pounds", "£"),
    **_all("¥ jpy yen", "¥"),
    **_all("₹ inr rupee rupees", "₹"),
    **_all("% percent prozent procent", "%"),
    **_all("° degree degrees", "°"),
    **_all("celsius", "c"),
    **_all("fahrenheit", "f"),
    **_all("km kilometer kilometers kilometre kilometres", "km"),
    **_all("m meter meters metre metres", "m"),
    **_all("cm centimeter centimeters centimetre centimetres", "cm"),
    **_all("kg kilogram kilograms kilo kilos", "kg"),
    **_all("g gram grams gramme grammes", "g"),
}
"""A unit in words or as a sign -> one form of it."""

MONTHS = (
    "january jan januar janvier enero gennaio janeiro januari января январь stycznia ocak يناير जनवरी",
    "february feb februar février febrero febbraio fevereiro februari февраля февраль lutego şubat فبراير फ़रवरी",
    "march mar märz mars marzo março maart марта март marca mart مارس मार्च",
    "april apr avril abril aprile апреля апрель kwietnia nisan أبريل अप्रैल",
    "may mai mayo maggio maio mei maj мая май maja mayıs مايو मई",
    "june jun juni juin junio giugno junho июня июнь czerwca haziran يونيو जून",
    "july jul juli juillet julio luglio julho июля июль lipca temmuz يوليو जुलाई",
    "august aug août agosto augustus augusti августа август sierpnia ağustos أغسطس अगस्त",
    "september sep sept septembre septiembre settembre setembro сентября сентябрь września eylül سبتمبر सितंबर",
    "october oct oktober octobre octubre ottobre outubro октября октябрь października ekim أكتوبر अक्टूबर",
    "november nov novembre noviembre novembro ноября ноябрь listopada kasım نوفمبر नवंबर",
    "december dec dezember décembre diciembre dicembre dezembro декабря декабрь grudnia aralık ديسمبر दिसंबर",
)
"""The twelve months in English, German, French, Spanish, Italian, Portuguese, Dutch, Swedish, Russian, Polish, Turkish,
Arabic and Hindi, as dates have them."""

COUNTED = (
    "zero null zéro cero nul noll ноль sıfır صفر शून्य",
    "one eins uno ett один jeden bir واحد एक",
    "two zwei deux dos dois twee två два dwa iki اثنان दो",
    "three drei trois tres tre três drie три trzy üç ثلاثة तीन",
    "four vier quatre cuatro quattro quatro fyra четыре cztery dört أربعة चार",
    "five fünf cinq cinco cinque vijf fem пять pięć beş خمسة पाँच",
    "six sechs seis zes шесть sześć altı ستة छह",
    "seven sieben sept siete sette sete zeven sju семь siedem yedi سبعة सात",
    "eight acht huit ocho otto oito åtta восемь osiem sekiz ثمانية आठ",
    "nine neun neuf nueve nove negen nio девять dziewięć dokuz تسعة नौ",
    "ten zehn dix diez dieci dez tien tio десять dziesięć عشرة दस",
    "eleven elf onze undici elva одиннадцать",
    "twelve zwölf douze doce dodici doze twaalf tolv двенадцать",
    "thirteen dreizehn treize trece tredici",
    "fourteen vierzehn quatorze catorce quattordici",
    "fifteen fünfzehn quinze quince quindici",
    "sixteen sechzehn seize dieciséis sedici",
    "seventeen siebzehn",
    "eighteen achtzehn",
    "nineteen neunzehn",
)
"""0 to 19; a word that means something else in another language is compared as a number on both sides alike."""

TENS = ("twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety")
SCALES = {"hundred": 100, "thousand": 1000, "million": 10**6, "billion": 10**9, "trillion": 10**12}
SCALES |= {"millones": 10**6, "millionen": 10**6, "millions": 10**6, "milliarden": 10**9, "billions": 10**9}
ORDINALS = "first second third fourth fifth sixth seventh eighth ninth tenth eleventh twelfth"

SAYS_NO_ANSWER = frozenset(
    (
        "unanswerable", "no answer", "not answerable", "cannot be answered", "can not be answered",
        "not possible to answer", "impossible to answer", "no answer given", "no answer is given",
        "no answer possible", "answer is not given", "not given", "not stated", "not mentioned", "not specified",
        "not provided", "not known", "unknown", "n/a", "none", "not enough information", "insufficient information",
        "not enough context", "cannot be determined", "can not be determined", "cannot tell", "can not tell",
        "i do not know", "i don't know", "do not know", "not in context", "not in text", "not in passage",
        "answer is not in context", "answer is not in text", "unbeantwortbar", "nicht beantwortbar",
        "keine antwort", "nicht bekannt", "sans réponse", "pas de réponse", "aucune réponse", "sin respuesta",
        "no hay respuesta", "no se puede responder", "senza risposta", "nessuna risposta", "sem resposta",
        "geen antwoord", "inget svar", "нет ответа", "brak odpowiedzi", "cevap yok", "لا توجد إجابة",
        "لا يوجد جواب", "कोई उत्तर नहीं", "无法回答", "無法回答", "没有答案", "回答不能", "答えなし", "答えはない",
        "답할 수 없음", "답 없음",
    )
)  # fmt: skip
"""What an answer to a question without one may say, after its lead-in ("the question is ...")."""
