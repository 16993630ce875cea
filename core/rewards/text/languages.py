"""The languages our text rewards can read: function words, words that link sentences, and pairs that never meet."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from core.rewards.text.english import KINDS


@dataclass(frozen=True)
class Language:
    """The features that distinguish text in one language from unconnected words of it.

    Attributes:
        function_words: Words that carry grammar; in Chinese and Japanese characters, in Korean final syllables.
        least_share: Function words per word below which a text is no prose in it.
        letters: Letters that only it has among the languages listed here.
        links: Function words that refer back or join: pronouns and connectives.
        clashes: Word -> words that never stand right after it ("le de"); "." stands for the end of a sentence. English
            has none: `english.order_bits` judges its order better.
    """

    name: str
    function_words: frozenset[str]
    least_share: float
    letters: str
    links: frozenset[str]
    clashes: Mapping[str, frozenset[str]]


def _language(
    name: str, least_share: float, letters: str, links: str, others: str, *clashes: tuple[str, str]
) -> Language:
    table: defaultdict[str, frozenset[str]] = defaultdict(frozenset)
    for openers, never in clashes:
        for opener in openers.split():
            table[opener] |= frozenset(never.split())
    linking = frozenset(links.split())
    return Language(name, linking | frozenset(others.split()), least_share, letters, linking, dict(table))


LANGUAGES: dict[str, Language] = {
    "ar": _language(
        "Arabic",
        0.09,
        "",
        "هو هي هم هذا هذه ذلك تلك ثم لكن ولكن لأن حتى بعد قبل عندما حين كما وهو وهي التي الذي الذين فقد وقد له لها",
        "يا مثل ولا إلا لو أخرى هنا هل بأن كيف تحت حول جميع فإن بما بسبب دون يجب كثيرا كثير الكثير مما والتي "
        "والذي بل عليك لنا لهم عنه لقد وذلك أما نفس نفسه أم ولم منهم وهذا إنه بينما فيما لكل لدى هؤلاء أمام وكان "
        "وكانت بأنه كلما فقط الآن في من على إلى عن مع أن إن لا ما لم لن قد كان كانت يكون كل بعض بين أو أي غير منذ "
        "عند أنه أنها وفي ومن وعلى به بها فيه فيها منه منها عليه عليها أكثر ليس ليست هناك نحن أنا أنت كنت جدا "
        "أيضا تم يتم إذا حيث خلال ذات أحد",
        ("في على إلى عن مع", "في إلى عن مع هو هي هم كان كانت قد لم لن لا ثم لكن أو إذا ."),
    ),
    "de": _language(
        "German",
        0.2,
        "ß",
        "er sie es ihm ihn ihr sein seine seinen seiner ihre ihren ihrer dieser diese dieses diesem diesen dann "
        "aber doch und oder weil denn als wenn während nachdem bevor deshalb danach dabei damit dass jedoch auch "
        "noch",
        "jetzt gibt etwas nichts viel viele ganz selbst mal seinem ihrem dort denen deren müssen sollte neue "
        "warum gegen statt trotz ihnen andere anderen ab der die das den dem des ein eine einen einem einer eines "
        "ich du wir uns mich mir dich dir man sich in im an am auf aus bei beim mit nach von vom vor zu zum zur "
        "für über unter um durch ohne bis zwischen nicht kein keine nur so wie was wer wo hier da mehr sehr schon "
        "immer wieder ist sind war waren bin bist hat haben hatte hatten wird werden wurde wurden kann können "
        "konnte muss soll will würde alle alles ins ob seit",
        (
            "im am vom zum zur beim des",
            "und oder ist war hat er sie es ich wir nicht dass weil aber der die das den dem des ein eine einen "
            "einem einer von mit auf .",
        ),
        (
            "einem einen eines",
            "und oder ist war hat er sie es ich wir nicht dass weil aber der die das den dem des .",
        ),
        ("ein eine", "und oder ein eine dass aber weil von mit auf wenn der die das den dem des"),
        ("mit von aus für bei durch ohne", "und oder ist war hat er ich wir dass weil aber wurde hatte des"),
        ("ich du er wir man", "ich du er wir man des"),
    ),
    "en": _language(
        "English",
        0.2,
        "",
        "he she it they him her them his hers its their this that these those then but so and yet or when while "
        "after before because until though although still instead however there who which where whose once again "
        "also thus therefore",
        " ".join(KINDS.values()),
    ),
    "es": _language(
        "Spanish",
        0.22,
        "ñ¿¡",
        "él ella ellos ellas lo le les su sus este esta esto ese esa eso estos estas aquel aquella pero y e o "
        "porque cuando mientras después antes entonces aunque también que quien donde como pues luego sin embargo "
        "ya",
        "así solo sólo mucho mucha muchos vez nunca siempre tanto poco contra durante mis nuestro nuestra aquí "
        "allí cual sido sería tenía el la los las un una unos unas de del al a en con por para sobre entre hasta "
        "desde hacia según se me te nos mi tu yo nosotros usted no ni sí si más menos muy tan es son era eran fue "
        "fueron ser está están estaba estaban ha han había habían he hay tiene puede todo toda todos todas otro "
        "otra cada algo nada nadie qué cómo cuál",
        (
            "el un una unos unas del al",
            "el la los las un una y o pero del al con por para porque es son era fue ha han había está se su sus .",
        ),
        ("la los las", "el la los las un una y pero del al por para porque su sus ."),
        ("de con por para en desde hasta sobre", "y o pero es son era fue ha han había está me te ."),
    ),
    "fr": _language(
        "French",
        0.22,
        "êœ",
        "il elle ils elles lui leur leurs son sa ses ce cette ces cet cela ça mais et ou donc car puis alors "
        "quand lorsque pendant après avant parce que qui dont où comme aussi ainsi pourtant ensuite puisque y en",
        "bien non peu toujours jamais contre quelques chaque suis trop beaucoup là lequel laquelle avons avez "
        "votre vos nos fais selon ni le la les l un une des de du d au aux à dans sur sous par pour avec sans "
        "entre vers chez depuis jusqu je j tu nous vous me m te t se s ne n pas plus moins très si tout tous "
        "toute toutes même mon ma mes ton notre qu c est sont était étaient être été a ont avait avaient ai fut "
        "sera fait peut on quoi autre encore rien déjà",
        (
            "un une des du au aux mon notre",
            "le la les un une des du au aux et ou mais de à dans sur par pour avec est sont était ont avait il "
            "ils elles je .",
        ),
        ("le la les", "le la les un une des du au aux et ou mais à dans sur par pour avec il ils elles je ."),
        (
            "de dans sur pour avec par sans d",
            "et mais est sont était ont avait il ils je tu de du dans par qu .",
        ),
    ),
    "hi": _language(
        "Hindi",
        0.2,
        "",
        "वह वे यह ये उस उसके उसकी उसका उसने उन उनके उनकी इस इसके इसकी और लेकिन पर तो फिर जब तब क्योंकि कि जो जिस "
        "अगर या भी इसलिए",
        "किसी वो हर बात वाले वाली वाला नही दो सभी चाहिए कभी तरह दे द्वारा उन्होंने कम जैसे व सबसे उसे उन्हें ले "
        "एवं ऐसे बीच सिर्फ तथा लेकर दोनों इसे लगा केवल यही मैंने अपनी उनका इनके होगा होगी हूँ जाता जाती जाते होने "
        "दी का की के को से में ने है हैं था थी थे हो होता होती होते हुआ हुई हुए ही एक लिए साथ बाद तक मैं मेरा "
        "मेरी मुझे हम हमारे आप तुम अपने अपना नहीं न कर करना करने करते किया रहा रही रहे गया गई गए जा सकता सकते कुछ "
        "कोई सब बहुत क्या कैसे अब यहाँ वहाँ दिया",
        ("का की के", "का की के को ने है हैं था थी थे और या लेकिन कि तो ."),
        ("में को ने", "ने ."),
    ),
    "id": _language(
        "Indonesian",
        0.16,
        "",
        "dia ia mereka nya itu ini tersebut dan tetapi tapi namun atau karena sehingga maka lalu kemudian ketika saat "
        "sebelum setelah sesudah sementara juga jika kalau bahwa yang oleh sebab serta",
        "di ke dari untuk dengan pada adalah tidak bukan akan dalam sebagai saya aku kami kita anda kamu bisa dapat "
        "ada telah sudah masih belum lebih paling sangat seperti para sebuah seorang suatu setiap semua banyak "
        "beberapa antara sampai hingga sejak tanpa agar secara hanya saja lagi harus pernah sedang menjadi terhadap "
        "tentang apa siapa bagaimana mengapa pun",
        ("di ke dari pada untuk dengan", "di ke dari dan atau tetapi tapi adalah karena namun sehingga ."),
        ("yang sebuah seorang para", "yang dan atau tetapi karena namun ."),
    ),
    "it": _language(
        "Italian",
        0.22,
        "",
        "lui lei egli ella essi loro lo gli ne suo sua suoi sue questo questa questi queste quel quello quella "
        "quelli ma e ed o perché quando mentre dopo prima poi allora però anche che chi dove come così quindi "
        "dunque ancora",
        "cui fatto sempre mai ora proprio stesso stessa quanto quale dalle dagli sulle sulla contro po li ad "
        "siamo abbiamo oltre molti molte alcuni propri il la i le l un uno una di del dello della dei degli delle "
        "d a al allo alla ai agli alle da dal dalla dai in nel nello nella nei nelle con su sul sui per tra fra "
        "senza verso fino si mi ti ci vi io tu noi voi mio mia tuo non né se più meno molto tutto tutti tutta è "
        "sono era erano fu essere ha hanno aveva avevano ho stato stata può ogni altro altra già cosa niente sia "
        "c",
        (
            "il i un uno una del della dei delle al alla dal nel nella sul",
            "il la i gli un una del della di da in con su per e ed o ma è sono era ha hanno aveva fu che non perché .",
        ),
        ("di da in con per su", "e ed ma è sono era ha hanno aveva di da con ."),
    ),
    "ja": _language(
        "Japanese",
        0.2,
        "",
        "彼 そ こ あ は も",
        "の を が に で と た し て る い ま す な か ら れ っ り く う お き さ ん け だ よ め つ え ば へ や ろ "
        "み わ せ ち ど じ ず べ ご ほ げ ぶ ね",
        ("を が っ", "を が ん っ ー ."),
    ),
    "ko": _language(
        "Korean",
        0.4,
        "",
        "는 은 고 서 며 면 만 도 그",
        "이 가 을 를 에 의 로 와 과 다 한 할 게 지 니 던 요 까 들 운 인 된 해 여 나 러 라 려 기 큼 터 께",
    ),
    "nl": _language(
        "Dutch",
        0.22,
        "",
        "hij zij ze het hem haar hun zijn dit dat deze die maar en of want omdat toen terwijl nadat voordat "
        "daarna dus ook nog wie waar als daarom toch echter",
        "na onze zoals mee weg eens elk iemand niemand geweest alleen andere tijdens uw nooit via zelf de een ik "
        "je jij u we wij ons mij me jullie mijn jouw van in op aan met voor bij uit naar om over onder tot door "
        "tegen zonder tussen sinds te niet geen er is was waren ben bent heeft hebben had hadden wordt werd "
        "worden werden kan kunnen kon zal zou zullen moet moeten wil al alle alles meer veel zo wel heel hier "
        "daar wat hoe nu weer iets niets altijd elke zich",
        ("de mijn", "de een en of maar van in op aan met voor bij uit ik hij ze dat omdat te zich ."),
        ("een", "de een en maar in aan met voor bij uit ik hij ze dat omdat te zich"),
        ("van met aan door voor naar", "en of maar ik hij ze is was heeft had omdat van wordt werd"),
    ),
    "pl": _language(
        "Polish",
        0.14,
        "łąęśźżć",
        "on ona ono oni one jego jej ich go mu ją im ten ta to te tego tej tym tych ale i a oraz lub więc bo gdy "
        "kiedy potem jednak że który która które którzy którego gdzie jak aby żeby ponieważ także też",
        "jeśli jestem nawet teraz coś więcej chyba ktoś zawsze dzięki podczas bardziej dlaczego nich je siebie "
        "takie taki wiele kilka razem których którym wtedy nim będą został została jakiś tutaj ani aż niego niej "
        "moja mój moje naprawdę trzeba inne innych we nad były są iż bowiem lecz był będąc wśród w z ze na do od "
        "po przed przez dla o u za pod przy między bez się nie tak jest była było być będzie ma mają miał co kto "
        "czy już jeszcze tylko bardzo tu tam mnie mi ja ty my nas nam pan swój swoje swoją jako niż wszystko "
        "wszyscy sobie każdy może można by nigdy nic",
        (
            "w z na do od po przez dla za pod nad przy bez",
            "i a ale się jest są był była było że bo czy w z do od on nie .",
        ),
    ),
    "pt": _language(
        "Portuguese",
        0.22,
        "ãõ",
        "ele ela eles elas lhe lhes seu sua seus suas este esta isto esse essa isso aquele aquela mas e ou porque "
        "quando enquanto depois antes então embora também que quem onde como pois logo porém já dele dela",
        "só bem mesmo ainda aqui assim vai nunca sempre apenas qual tudo tanto pouco muitos muitas vez contra "
        "durante meus minhas nosso nossa essas esses aos estas pra lá sob o a os as um uma uns umas de do da dos "
        "das em no na nos nas ao à às com por pelo pela para sobre entre até desde sem se me te nós você eu meu "
        "minha não nem sim mais menos muito tão é são era eram foi foram ser está estão estava tem têm tinha há "
        "havia pode todo toda todos todas outro outra cada algo nada ninguém num numa",
        (
            "o os um uma do da dos das no na ao à pelo pela",
            "o os um uma do da dos e ou mas em com por para porque é são era foi está se seu sua não .",
        ),
        ("de com por para em", "e ou mas é são era foi está de em do no ."),
    ),
    "ru": _language(
        "Russian",
        0.14,
        "ыэёъ",
        "он она оно они его ее её их ему ей им этот эта это эти тот та то те но и а или потом когда пока потому "
        "чтобы если что который которая которые которое где как затем однако также тоже ведь поэтому",
        "будет может после вот просто сейчас раз тебя тебе всего сегодня них ним ней него надо нужно несколько "
        "тогда вам нам которых которой которого против всегда лишь свои своего своих никто ничего чего всем кроме "
        "хотя около эту этим этом этих почти вообще никогда одна один кого либо среди такие таким вы этой собой "
        "наш наша ваш здесь в во на с со из к ко от по для о об у за под над при без до через между перед не ни "
        "же ли бы был была было были быть есть я ты мы мне меня нас вас себя себе свой свою своей только уже еще "
        "ещё очень там тут так такой все всё всех весь кто чем больше можно нет да даже более каждый этого того "
        "том тем мой",
        (
            "в на с из к от по для за под при без у о",
            "и а но или же бы он она я мы они был была было были в на с из к от если .",
        ),
    ),
    "sv": _language(
        "Swedish",
        0.22,
        "å",
        "han hon den det de honom henne dem hans hennes deras sin sitt sina denna detta dessa men och eller som när "
        "sedan då efter innan eftersom medan fast också dock därför där vilket vem än så att",
        "en ett i på av för med till från om är var vara varit har hade ha inte vi jag du man ni oss mig dig sig min "
        "mitt mina vår våra er kan kunde ska skulle vill ville blir blev bli måste får fick under över mellan utan "
        "genom vid mot hos åt ur upp ut ner in här nu bara mycket mer mest många alla allt ingen inget något någon "
        "några vad hur varför ju nog bland även redan aldrig alltid annan andra",
        ("en ett", "och en ett de han hon jag vi man att är var har hade men eller ."),
        ("på från till av med för", "och på från är var har hade han hon jag vi men eller ."),
    ),
    "tr": _language(
        "Turkish",
        0.08,
        "ğşı",
        "o onu ona onun onlar bu bunu buna bunun şu ve ama fakat ancak çünkü sonra önce ise ki de da hem böylece "
        "hâlâ yine kendi kendini kendine",
        "böyle son tek aynı diğer karşı öyle şekilde hemen biraz yani ayrıca hiçbir kez bize sizi bizi kimse "
        "yerine üzerine üzere rağmen birlikte önemli olur olacak olan olup oluyor birçok tekrar pek yeniden yoksa "
        "boyunca bunlar şunu onlara bana sana size buradan burada orada birbirine ilk iyi doğru sahip ediyor "
        "ederek edildi edilen etmek ettiği yapılan hakkında dolayı beri arasındaki henüz bir için ile gibi kadar "
        "daha çok en olarak oldu olduğu olduğunu var yok değil mi mı mu mü ne nasıl her hiç bazı tüm bütün ben "
        "sen biz siz beni benim bizim göre diye artık şey zaman eğer veya ya üzerinde içinde arasında tarafından "
        "başka etti dedi idi vardı bile sadece iki biri",
        ("bir her", "bir ve ama için ile gibi kadar olarak ise değil ki oldu ."),
    ),
    "uk": _language(
        "Ukrainian",
        0.14,
        "іїєґ",
        "він вона воно вони його її їх йому їй їм цей ця це ці той та те ті але і й а або потім коли поки тому "
        "щоб якщо що який яка які яке де як однак також теж адже",
        "то ж може треба чому бо зараз вам щодо тепер них проти щось яких нічого ось нам тоді інших завжди ніколи "
        "потрібно ніж свої свого своїх тобі тебе можуть знову майже буде будуть якого чого було саме така такі "
        "трохи більш ніхто кілька хтось біля взагалі наприклад цим цю цій цьому нього неї ним нею собою наш ваш "
        "один одна сьогодні якось дуже от в у на з із зі до від по для про за під над при без через між перед не "
        "ні же чи б би був була були бути є я ти ми ви мені мене нас вас себе собі свій свою своєї лише вже ще "
        "там тут так такий все всі всіх хто чим більше можна немає навіть кожен цього цієї того тим мій тільки "
        "після",
        (
            "в на з із до від для за під при без про",
            "і а але або би він я ми вони був була було були в на з до від якщо .",
        ),
    ),
    "zh": _language(
        "Chinese",
        0.12,
        "",
        "他 她 它 们 們 这 這 那 但 而 后 後 就 也 又 还 還 因 所",
        "的 了 是 在 不 我 你 个 個 一 有 和 与 與 都 很 到 说 說 要 着 著 过 過 会 會 能 可 以 把 被 让 讓 对 對 "
        "从 從 为 為 没 沒 吗 嗎 呢 吧 得 地 里 裡 上 下 中 来 來 去 只 最 更 已 等 其 之 于 於 并 並 或 如 什 么 "
        "麼 些 每 用 几 時 时 向",
        ("从 把 被 很 与", "的 了 着 吗 呢 吧 是 们 在 把 被 很 ."),
        ("在", "的 着 吗 呢 吧 是 们 在 把 被 很"),
    ),
}
"""ISO 639-1 code -> language."""

_CODES_BY_WORD: dict[str, tuple[str, ...]] = {
    word: tuple(code for code, language in LANGUAGES.items() if word in language.function_words)
    for word in set().union(*(language.function_words for language in LANGUAGES.values()))
}
_CODE_BY_LETTER = {letter: code for code, language in LANGUAGES.items() for letter in language.letters}
_LETTERS = re.compile(f"[{''.join(_CODE_BY_LETTER)}]")


def hits_by_language(words: Iterable[str]) -> dict[str, int]:
    """How many of `words` (lower case) are function words of each language; languages without any are left out."""
    hits: dict[str, int] = {}
    for codes, count in Counter(map(_CODES_BY_WORD.get, words)).items():
        for code in codes or ():
            hits[code] = hits.get(code, 0) + count
    return hits


def likeliest(text: str, hits: Mapping[str, int]) -> str:
    """The code of the language that `text` is written in, by its function words and telling letters; "" when unclear.

    Args:
        text: The text, in lower case.
        hits: Its function words, as `hits_by_language` counts them.
    """
    clues = Counter(hits)
    if not text.isascii():
        clues.update(_CODE_BY_LETTER[letter] for letter in _LETTERS.findall(text))
    return max(clues, key=clues.__getitem__, default="")


def purity(words: Sequence[str], code: str) -> float:
    """How much of the grammar of `words` is that of one language, 0 to 1.

    Its function words over those plus the words that are function words of the strongest other language only; a text
    without function words has purity 0.
    """
    own = LANGUAGES[code].function_words
    others = [word for word in words if word not in own]
    mine = len(words) - len(others)
    rival = max(hits_by_language(others).values(), default=0)
    return mine / (mine + rival) if mine else 0.0
