"""What the bait check looks for: the whole list, in English and Dutch. There is nothing else.

A cue is a wording; finding it once adds its weight to the log-odds, however often it stands there.
Six kinds of cues speak for bait, one per thing asked for; `honest` cues speak against. All
patterns run on lower case, over one sentence's reach (`.{0,60}`), in both languages at once.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

KINDS = ("vote", "tag", "share", "comment", "react", "follow")

# Where an order begins: a text, a sentence, a clause, or after a sign.
_START = r"(?:^|[.!?…:;,\n(\-–—]|[^\w\s'\"’]|\b(?:please|just|so|then|and|or|now|dan|dus|en|of|even)\b)\s*"
_SIGN = (
    r"(?:[\u2600-\u27bf\U0001f300-\U0001faff]\ufe0f?"
    r"|\b(?:like|love|heart|thumbs?(?: up| down)?|clap|hartje|duim(?:pje)?|applaus|comment)\b)"
)
_WORD = r"(?:[\"“”'‘’«][\w' ’]{1,20}[\"“”'‘’»]|\b[\w]{1,12}\b)"
_HERE = r"(?:in the comments?|in (?:my|your) comments|below|in de (?:reacties|comments)|hieronder)"
_SAY = r"(?:comment|type|typ|write|schrijf|drop|leave|put|zet|laat|say|zeg|reply|reageer|react|answer|antwoord)"
_AGREE = (
    r"(?:you(?:['’]re| are)? (?:also )?(?:agree|believe|think|love|hate|care|miss|want|support|proud|feel|have ever|can relate)"
    r"|(?:this|it) (?:resonate|help|move|speak|spoke|made|inspire|matter)\w*|you (?:found|got|liked|enjoyed|like)\b"
    r"|\w+ matters|your \w+ is)"
)
_EENS = (
    r"(?:(?:je|jij|jullie|u) (?:het|dit|ook|je|van|vindt|gelooft|denkt|weleens|trots|houdt|hebt|de|iemand)"
    r"|\w+ voor (?:jou|je) telt|(?:dit|het) (?:je|jou) \w+)"
)


@dataclass(frozen=True)
class Cue:
    """A wording and its weight. `kind`: what is asked for, or `honest`."""

    name: str
    kind: str
    weight: float
    pattern: re.Pattern[str]


def _cue(name: str, kind: str, weight: float, *patterns: str) -> Cue:
    return Cue(name, kind, weight, re.compile("|".join(f"(?:{one})" for one in patterns)))


CUES: tuple[Cue, ...] = (
    _cue(
        "choose-by-reaction", "vote", 4.5,
        rf"{_SIGN}\s*(?:=|for|voor|if|als)\s.{{0,40}}?{_SIGN}\s*(?:=|for|voor|if|als)\s",
        rf"=\s*{_SIGN}.{{0,40}}?=\s*{_SIGN}",
        rf"{_SIGN}\s*(?:of|or)\s*{_SIGN}",
        rf"{_START}(?:react|reageer) (?:with|met) (?:a |an |een )?{_SIGN}.{{0,40}}\b(?:if|for|als|voor)\b",
        rf"{_SIGN}.{{0,20}}\b(?:or|of)\b.{{0,20}}{_SIGN}",
        r"\b(?:\w+ )(?:heart|hart|hartje): .{1,60}\b\w+ (?:heart|hart|hartje): ",
        r"\bteam [\w ]{1,25} (?:or|of) team \w+",
    ),
    _cue(
        "choose-by-comment", "vote", 4.5,
        rf"{_START}{_SAY}(?: met)?(?: a| an| een)? (?:\d|[a-c])\b(?: for| if| als| voor| of| or|,)",
        rf"{_START}{_SAY}(?: met)? {_WORD} (?:or|of) {_WORD} {_HERE}",
        rf"\b(?:vote|stem)\b.{{0,15}}(?:{_HERE}|with an emoji|met een emoji)",
        r"\breageer met je letter\b|\bcomment your (?:letter|choice|pick)\b",
    ),
    _cue(
        "tag-somebody", "tag", 4.5,
        rf"{_START}tag (?:a|an|your|my|someone|somebody|anyone|them|him|her|that|\d+|two|three|five|ten|every\w+|yours|the (?:person|one|people|friend|colleague|boss|leader))\b",
        rf"{_START}tag (?:een|je|jouw|iemand|'m|hem|haar|die|degene|wie|\d+|twee|drie|vijf|tien|de (?:jouwe|persoon|collega))\b",
        r"(?:^|[.!?\n]\s*)@ (?:a|your|someone|somebody|iemand|je|jouw|een)\b",
        rf"{_START}(?:mention|noem) (?:\w+ ){{1,2}}(?:people|friends|mensen|vrienden|collega's) .{{0,20}}{_HERE}",
        rf"\b(?:by tagging (?:them|him|her)|{_HERE} te taggen)\b",
        rf"{_START}tag (?:people|everyone|mensen|iedereen|tag)\b|\btaggen maar\b|\b(?:nominate|nomineer)\b.{{0,40}}\btag",
    ),
    _cue(
        "share-if-you-agree", "share", 4.5,
        rf"{_START}(?:share|repost|retweet|spread)\b.{{0,40}}\bif {_AGREE}",
        rf"{_START}(?:deel|delen|repost|zet)\b.{{0,40}}\bals {_EENS}",
        r"\b(?:had je hier iets aan|raakt dit je|herken je dit)\?.{0,10}\b(?:deel|repost|zet)\b",
        r"\bif (?:this|you) .{0,30}(?:repost|share) (?:it|this)\b",
        r"\b(?:if you (?:think|agree|know (?:someone|somebody)|believe)|als (?:je|jij|u) (?:vindt|iemand kent|denkt))\b.{0,70}\b(?:reshare|repost|share this|delen graag|deel dit)\b",
        r"\b(?:agree|eens)\?\s*(?:share|repost|deel)\b",
    ),
    _cue(
        "share-dare", "share", 4.0,
        r"(?:\b\d+ ?%|\b(?:most people|de meesten?|\d+ procent)\b).{0,40}\b(?:scroll\w*|won't|scrolt|durft niet)\b",
        r"\b(?:only|alleen) (?:real|true|echte)\b.{0,30}\b(?:share|repost|delen|reposten)\b",
        r"\b(?:bet|wed)\b.{0,20}\b(?:won't|can't|niet)\b.{0,10}\b(?:share|repost|deelt|delen)\b|\bdat je dit niet deelt\b",
        r"\b(?:dare|durf|durven)\b.{0,20}\b(?:share|repost|delen|reposten)\b",
    ),
    _cue(
        "share-to-spread", "share", 4.0,
        r"♻\ufe0f?.{0,25}\brepost\b|\brepost\b.{0,60}♻|\b(?:op je tijdlijn|op je eigen profiel)\b.{0,60}♻",
        rf"{_START}(?:share|repost|deel|delen|repost dit)\b.{{0,20}}\b(?:with|met) (?:\d+|ten|five|tien|vijf) (?:people|friends|others|mensen|vrienden)",
        r"\b(?:hit|smash|click|press|klik|druk)\b.{0,15}\b(?:share|repost|delen)\b",
        r"\b(?:go|gaat?|going) viral\b",
        r"\b(?:sharing is caring|delen is (?:lief|zorgen)|delen ?= ?\w+)\b",
        r"\b(?:copy and paste|kopieer en plak) (?:this|dit)\b.{0,20}\b(?:profile|wall|timeline|profiel|tijdlijn)\b",
        r"\b(?:share away|delen maar|press share|druk op delen)\b|\b(?:on your wall|op je tijdlijn)\b",
        r"\b(?:send|pass|stuur)\b.{0,20}\b(?:to|aan) (?:three|five|ten|drie|vijf|tien|\d+) (?:people|friends|mensen|vrienden)\b",
        r"\b(?:so (?:that )?(?:it reaches|others|more|every)|zodat (?:iedere|elke|meer|anderen))\b.{0,40}♻|♻\ufe0f?.{0,25}\b(?:useful|nuttig)\b",
    ),
    _cue(
        "comment-to-receive", "comment", 5.0,
        rf"\b{_SAY}\b.{{0,70}}\b(?:and|en) (?:i['’]ll|i will|we['’]ll|ik|wij|we|you['’]ll|je) (?:\w+ )?(?:send|dm|message|share|tell|e?mail|get|guess|stuur|app|mail|deel|vertel|dm|krijgt|raad)",
        rf"\b{_SAY}\b.{{0,40}}\b(?:to (?:get|receive|claim|grab|unlock)|en ontvang|om .{{0,25}} te (?:krijgen|ontvangen))\b",
        rf"\b(?:want|who wants|wil je|wie wil)\b.{{0,50}}\?.{{0,12}}\b{_SAY}\b.{{0,30}}(?:{_HERE}|{_WORD})",
        rf"\b{_SAY}\b.{{0,20}}(?:als je|if you).{{0,40}}\b(?:wilt ontvangen|want (?:it|one|the|my)|wilt hebben)",
        r"\b(?:first|eerste) \d+\b.{0,15}\b(?:to comment|who comment|die reageren)",
        r"\b(?:magic word|toverwoord)\b",
        rf"\b{_SAY}\b.{{0,40}}\b(?:and it['’]s on its way|en hij komt|and i['’]ll (?:hook|pass)|and i will pass|en ik (?:regel|geef))",
    ),
    _cue(
        "comment-a-word", "comment", 3.5,
        rf"{_START}(?:comment|type|drop|say|reply|typ|zeg|reageer)(?: met| with)?(?: a| an| the word| het woord| een)? [\"“‘«'][\w' ’]{{1,20}}[\"”’»']",
        rf"{_START}(?:comment|type|drop|write|say|typ|zet|schrijf|zeg|reageer)(?: met| with)?(?: the word| het woord)? (?:yes|ja|amen|info|interested|interesse)\b",
        rf"{_START}(?:comment|drop|leave|put|zet|laat)(?: a| an| een)? (?:dot|punt|{_SIGN})(?! for| voor).{{0,20}}(?:{_HERE}|achter)",
        rf"{_START}(?:antwoord|answer) [«]\w+[»]",
        rf"{_START}(?:write|put|zet|schrijf) [\"“‘«'][\w' ’]{{1,20}}[\"”’»'].{{0,10}}{_HERE}",
    ),
    _cue(
        "comment-game", "comment", 4.0,
        r"\b(?:comment|answer|reply|write|reageer|antwoord)(?: with| met)? (?:your|the|je|de|jouw) (?:last|favou?rite|first|birth\w*|star sign|laatste|favoriete|eerste|geboorte\w*|lievelings\w*)",
        r"\b(?:how far (?:this|we)|hoe ver dit)\b.{0,20}\b(?:goes|can go|komt|post)",
        r"\b(?:algorithm|algoritme)\b.{0,25}\b(?:shows?|pushes?|more people|laat|meer mensen)\b",
        rf"{_START}(?:finish|complete|describe|rate|congratulate|raise your hand|sound off|maak|omschrijf|geef|feliciteer|steek je hand op|laat je horen)\b.{{0,60}}(?:{_HERE}|👇)",
        r"\b(?:guess my|raad mijn|wrong answers only|alleen foute antwoorden|break the internet|het internet .{0,20}breken)\b",
        r"\b(?:one|1|[eé]{2}n|een) wo(?:rd|ord) only\b|(?:one word|[eé]{2}n woord)\s*!",
        rf"{_START}(?:drop|laat) (?:your|je|jouw) (?!name|naam|mail|e-mail|address|adres)\w+(?: achter)?\s*!",
    ),
    _cue(
        "react-if-you-agree", "react", 4.5,
        rf"{_START}(?:like|double tap|tap like|thumbs up|duimpje)\b.{{0,25}}\b(?:if|als)\b",
        rf"{_START}(?:smash|hit|tap|press|give|leave|drop|geef|druk|knal|klik|laat)\b.{{0,20}}\b(?:like|heart|thumbs?(?: up)?|hartje|duim(?:pje)?)\b(?! the)",
        r"\?\s*(?:like|thumbs up|duimpje(?: omhoog)?)\s*(?:!|👍|$)",
        r"\b(?:leave|geef|laat) (?:a|een) (?:like|hartje|duimpje)\b",
        rf"{_START}(?:leave|drop|laat|geef|send|stuur)(?: a| an| een)? {_SIGN}(?: achter)? (?:for|voor|if|als) (?:everyone|every|all|iedereen|alle)",
        r"\b(?:you know what to do|weet je wat je te doen staat)\b|\b(?:geef|give) (?:\w+ ){0,3}(?:duim|thumb)\b",
    ),
    _cue(
        "react-for-a-number", "react", 4.0,
        r"\b(?:how many|hoeveel)\b likes\b",
        r"\b[\d.,]{2,7}k? likes\b.{0,10}\b(?:for|voor)\b|\b(?:can we get|krijgen we|get (?:this|him|her) to)\b.{0,20}\blikes\b",
        r"\b(?:a|one|1|[eé]{2}n) like (?:costs?|kost|=|means)",
        r"\b(?:one|1|[eé]{2}n) like (?:=|is) (?:one|1|[eé]{2}n)\b",
        r"\b\d+ (?:likes|hearts|hartjes|duimpjes)\b.{0,10}\b(?:and|en|krijgt|gets)\b|\b(?:those|die) likes\b",
    ),
    _cue(
        "follow-me", "follow", 4.5,
        rf"{_START}(?:be sure to )?follow (?:me|along|for more|@?\w+ for (?:more|daily|weekly|new))\b",
        r"\b(?:be sure|remember|don't forget) to follow\b|\bfollow my page\b|\b(?:hit|click|press|the) (?:the )?(?:\+ ?)?follow(?: button)?\b(?! of)",
        rf"{_START}volg (?:me|mij|@\w+)\b(?! (?:naar|even (?:naar|mee)))|{_START}volg \w+ voor (?:meer|elke|dagelijkse)\b|\bvolg mijn pagina\b",
        r"\bvergeet (?:me|mij|ons) niet te volgen\b|\bklik op (?:\+ ?)?volgen\b|\ben volg (?:me|mij)\b",
        r"\b(?:\d[\d.,]*k?) (?:followers|volgers)\b.{0,30}\b(?:help|before|voor)\b|\bhelp me\b.{0,25}\b(?:followers|volgers|get there)\b",
        r"\b(?:volgknop|follow button)\b|\b(?:follow|volgen) ?\+|\b(?:to follow our page|onze pagina te volgen)\b",
        r"\b(?:almost at|bijna op|on our way to|op weg naar) \d[\d.,]*k? (?:followers|volgers)\b",
        r"\b(?:subscribe to my|abonneer je op mijn) (?:profile|channel|page|profiel|kanaal|pagina)\b|\b(?:follow this account|volg dit account)\b",
    ),
    _cue(
        "put-it-here", "comment", 2.0,
        rf"{_START}(?:put|drop|leave|write|zet|laat|schrijf|share|deel) .{{0,30}}{_HERE}",
    ),
    _cue("points-down", "comment", 0.6, r"👇|⬇|\b(?:in the comments|in de reacties)\b"),
    _cue(
        "gives-a-reason", "honest", -1.0,
        r"\b(?:because|and why|know why|omdat|en waarom|ook (?:graag )?weten waarom)\b",
    ),
    _cue(
        "asks-openly", "honest", -0.7,
        r"\b(?:how do|how would|what do|what would|what helps|where did|which of|can (?:any|some)(?:one|body)|does any|has any|who can)\b[^.!]{3,120}\?",
        r"\b(?:hoe (?:hou|doe|leg|pak)\w*|wat (?:doe|zou|help|vind)\w*|waar stopte|welke van|kan iemand|heeft iemand|weet iemand|wie kan)\b[^.!]{3,120}\?",
    ),
    _cue(
        "has-an-occasion", "honest", -1.0,
        r"\b(?:vacanc\w+|volunteers?|deadline|register|object(?:ion)? to|form|workshop|board|before (?:mon|tues|wednes|thurs|fri|satur|sun)day|sandwiches|how many to order)\b",
        r"\b(?:vacature|vrijwilligers?|aanmelden|meld je aan|bezwaar|formulier|bestuur|voor (?:maan|dins|woens|donder|vrij|zater|zon)dag|broodjes|hoeveel ik bestel)\b",
    ),
)  # fmt: skip
BIAS = -3.0
# However honest the rest is: one clear cue is at least a doubt.
MOST_HONEST = -1.5
