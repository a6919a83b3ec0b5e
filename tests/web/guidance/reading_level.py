"""How easily a text reads: Kandel and Moles for French, Flesch for English, over syllables as pyphen parts words."""

import re

import pyphen

WORD = re.compile(r"[^\W\d_]+(?:['’-][^\W\d_]+)*")
SENTENCE = re.compile(r"[.!?…]+(?:\s|$)|\n\s*\n|\n\s*[-*]\s")
#: Weight of words a sentence, of syllables a word, and the constant.
FORMULA = {"fr": (1.015, 73.6, 207.0), "en": (1.015, 84.6, 206.835)}
_PARTS = {"fr": pyphen.Pyphen(lang="fr_FR"), "en": pyphen.Pyphen(lang="en_GB")}


def ease(text, lang):
    """Return the reading ease of a text in Markdown, from about 0 (hard) to 100 (easy)."""
    plain = re.sub(r"\]\([^)]*\)", "]", text)
    words = WORD.findall(plain)
    sentences = max(1, sum(1 for one in SENTENCE.split(plain) if WORD.search(one)))
    syllables = sum(len(_PARTS[lang].positions(word)) + 1 for word in words)
    by_sentence, by_word, constant = FORMULA[lang]
    return constant - by_sentence * len(words) / sentences - by_word * syllables / len(words)
