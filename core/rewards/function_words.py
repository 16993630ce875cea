"""The function words of the languages that the prose gate reads, and which kinds of English word follow each other."""

from __future__ import annotations

ENGLISH_KINDS = {
    "d": "a an the my your his its our their every no another these those",
    "p": (
        "of in on at by for with from into over under between through about against during without within across after"
        " before since until near among along like per via upon toward towards around behind beyond than despite"
    ),
    "t": "to",
    "c": (
        "and or but because if when while although though whether where which who whose what how why that as so nor"
        " unless"
    ),
    "s": "i he she we they it you there this",
    "o": "me him them us her itself themselves himself",
    "v": (
        "is are was were be been am being has have had do does did will would can could should may might must shall"
        " cannot isn't wasn't don't doesn't didn't can't won't it's that's i'm"
    ),
    "n": (
        "all both several many few some any each not never also very too only just then more most still even often"
        " always now here however therefore thus much well again already such other same up out down off"
    ),
}
"""Kind -> words: determiner, preposition, to, conjunction, subject, object, auxiliary (v), adverb or quantity (n)."""

ENGLISH_PAIRS = """
     d    p    t    c    s    o    v    n    x    #    ,    .
d -5.0 -4.9 -5.0 -5.0 -4.4 -3.3 -5.0 -0.7  1.0 -1.2 -4.7 -4.7
p  2.0 -3.8 -2.3 -1.5 -0.1  2.4 -4.2  0.6 -0.3  0.8 -4.0 -3.7
t  1.3 -4.1 -3.9 -2.3 -0.6  0.8 -0.1 -1.3  0.4  0.1 -3.2 -4.0
c  0.7 -1.6 -1.6 -1.6  2.0 -0.5  0.4  1.8 -0.2 -0.1 -2.3 -4.3
s -4.6 -2.0 -0.6 -2.1 -3.8 -2.2  2.7 -0.4  0.0 -4.0 -0.8 -0.7
o -1.1 -0.4  1.6 -0.5 -0.4 -0.5 -0.9 -0.5 -0.3  0.7  0.9  1.4
v  0.0 -1.5 -0.9 -2.6  0.4 -1.3  0.5  1.4  0.2  1.3 -3.8 -3.5
n -0.9 -0.1 -0.4 -0.4 -1.7 -0.8 -0.2 -0.7  0.5 -1.6 -0.3 -1.2
x -0.8  0.7  0.8  0.2 -1.4 -0.4  0.2 -1.2 -0.3 -0.3  0.9  0.9
# -2.6  0.2 -2.1 -0.6 -4.1 -1.6 -2.5 -0.1  0.4  0.3  0.2  0.4
,  0.2 -1.1 -2.6  1.9  1.8 -0.3 -1.5  0.7 -0.4  1.0 -2.5 -4.4
.  0.7  0.3 -0.6  1.6  2.0 -2.4 -3.1  0.2 -0.4 -0.5 -4.8 -5.0
"""
"""Bits by which a kind (row) makes the next kind (column) likelier than chance; x is any other word, # a number.

Counted in 60,000 tokens: a Jules Verne story, arithmetic word problems, a language reference, an API manual.
"""

OTHER_LANGUAGES = {
    "German": (
        "der die das den dem des ein eine einen einem einer und oder aber nicht ist sind war waren wird werden hat"
        " haben ich du er sie es wir ihr sich mit von zu zum zur auf für im in an am aus bei nach über unter um"
        " durch als wie wenn dass auch nur noch so kann ihre seine ihren seinen diese dieser dieses kein keine vor bis"
    ),
    "French": (
        "le la les l un une des de du d et ou mais ne pas est sont était a ont il elle ils elles on nous vous je tu se"
        " s qui que qu ce cette ces dans en sur sous par pour avec sans plus au aux son sa ses leur leurs mon ma mes"
        " comme si être fait y n c j m t lui très"
    ),
    "Spanish": (
        "el la los las un una unos unas de del y o pero no es son era fue ha han que en a al con por para sin sobre se"
        " su sus lo le les me te nos mi tu como más muy si ya este esta estos estas ese esa cuando donde porque está"
        " están ser hay entre también hasta desde"
    ),
    "Italian": (
        "il lo la i gli le l un una uno di del della dei delle dello a al alla ai alle da dal dalla in nel nella nei"
        " con su sul sulla per tra fra e ed o ma non è sono era ha hanno che chi si mi ti ci vi ne se come più molto"
        " anche questo questa questi quello quella suo sua suoi c un' dell nell all quando dove perché"
    ),
    "Portuguese": (
        "o a os as um uma uns umas de do da dos das e ou mas não é são era foi tem em no na nos nas por pelo pela para"
        " com sem sobre que se ao à aos seu sua seus suas ele ela eles elas eu lhe me como mais muito já este esta esse"
        " essa isso quando onde porque também está ser há entre até"
    ),
    "Dutch": (
        "de het een en of maar niet is zijn was waren wordt worden heeft hebben ik je jij hij zij ze we wij u van in op"
        " aan met voor door bij naar uit over om tot te als dat die dit deze er ook nog wel zo dan hun haar zijn kan"
        " wat geen meer"
    ),
    "Swedish": (
        "och att det den en ett i på av för med till från om som är var har hade inte de vi han hon jag du sig sin sitt"
        " sina men eller när där så kan ska skulle blir vid under över efter också än mycket detta dessa man"
    ),
    "Polish": (
        "i w z na do nie się to jest są był była było od po za o u przez dla ze we że a ale lub oraz jak co który która"
        " które tak tylko jego jej ich ten ta te tym tego już może być ma przed pod nad przy czy gdy bo on ona"
    ),
    "Russian": (
        "и в во не на я он она они мы вы ты с со что как а то это по к ко но его её ее их из за у от о об так же для"
        " был была было были бы при до или который которая которые если уже только все всё ещё еще чтобы когда где"
        " над под без есть тем этого этот эта эти"
    ),
    "Turkish": (
        "ve bir bu da de için ile çok daha en gibi ne o ama olarak olan var yok ki mi mı kadar sonra her şey ben sen"
        " biz onlar değil ya veya göre oldu olur ise hem çünkü önce diye"
    ),
    "Indonesian": (
        "yang dan di ke dari ini itu untuk dengan pada adalah tidak akan juga oleh dalam sebagai saya kami kita mereka"
        " dia ia anda bisa dapat atau karena jika ada telah sudah lebih seperti para sebuah tetapi namun serta"
    ),
    "Arabic": (
        "في من على إلى عن أن إن لا ما هو هي هم كان كانت هذا هذه ذلك التي الذي مع كل أو ثم لم لن قد بعد قبل بين حتى"
        " إذا كما لكن عند أي و يكون منذ"
    ),
}
"""Language -> its commonest function words; prose of each is a fifth of them or more (Turkish and Arabic less)."""

CHINESE_AND_JAPANESE = frozenset(
    "的了是在不有和人这我他就也都而着与之于以及为と は が を に の で も た て い る し な か れ"
)
"""Characters that do a function word's work where words are not spaced."""
