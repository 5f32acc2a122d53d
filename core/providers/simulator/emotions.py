"""Emotion words of the practice dialogues: how a client says them and how the advisor names them.

The dialogue writers look up the plan's starting and ending emotion here. An emotion that is not listed is used by its
own name, so that a pack may invent new ones.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Emotion:
    """`noun` stands with or without an article; `selves` follow "I"; `voice` is the client's way of speaking."""

    noun: str
    selves: tuple[str, ...]
    voice: str = "worry"


_EMOTIONS: dict[str, Emotion] = {
    # where journeys start
    "confusion": Emotion(
        "confusion",
        ("feel confused from start to end", "am in complete confusion here", "get more confused with every page"),
        "puzzle",
    ),
    "shame": Emotion(
        "shame",
        ("feel ashamed even typing this", "carry so much shame about it", "am ashamed that it got this far"),
        "shame",
    ),
    "frustration": Emotion(
        "frustration",
        (
            "am frustrated with how this keeps going",
            "feel frustration every time it comes up",
            "am more frustrated than I like to admit",
        ),
        "conflict",
    ),
    "anxiety": Emotion(
        "anxiety",
        (
            "feel anxious from the moment I wake up",
            "have an anxiety that does not switch off",
            "get anxious just looking at the numbers",
        ),
        "worry",
    ),
    "grief": Emotion(
        "grief",
        (
            "am still deep in grief",
            "feel the grief in the most practical tasks",
            "am grieving and doing paperwork at the same time",
        ),
        "loss",
    ),
    "uncertainty": Emotion(
        "uncertainty",
        (
            "feel uncertain about nearly everything",
            "live with so much uncertainty right now",
            "am uncertain which question even comes first",
        ),
        "puzzle",
    ),
    "inner_conflict": Emotion(
        "inner conflict",
        (
            "feel torn, and the conflict is inside me",
            "have an inner conflict that I cannot settle",
            "am conflicted and pulled both ways",
        ),
        "conflict",
    ),
    "overwhelm": Emotion(
        "overwhelm",
        (
            "feel overwhelmed by all of it at once",
            "am overwhelmed before I even begin",
            "get a wave of overwhelm every evening",
        ),
        "load",
    ),
    "exhaustion": Emotion(
        "exhaustion",
        (
            "am exhausted in a way that sleep does not fix",
            "feel exhausted by every small decision",
            "run on exhaustion most days",
        ),
        "load",
    ),
    "despair": Emotion(
        "despair",
        ("feel close to despair", "am in despair and cannot see around it", "feel a despair that scares me"),
        "despair",
    ),
    "pressure": Emotion(
        "pressure",
        (
            "feel pressured from every side",
            "am under pressure to decide right away",
            "feel so much pressure to have this settled",
        ),
        "load",
    ),
    "distress": Emotion(
        "distress",
        (
            "feel distressed and cannot hide it well",
            "am in real distress about this",
            "get so distressed that I stop functioning",
        ),
        "despair",
    ),
    "panic": Emotion(
        "panic",
        ("am close to panic", "feel panicked and short of breath", "have been in a panic since this morning"),
        "worry",
    ),
    "guilt": Emotion(
        "guilt",
        ("feel guilty for even asking", "carry a guilt that I cannot shake", "am full of guilt about it"),
        "shame",
    ),
    "skepticism": Emotion(
        "skepticism",
        (
            "am skeptical of easy answers",
            "feel skeptical about all the advice out there",
            "bring a lot of skepticism with me",
        ),
        "puzzle",
    ),
    "inadequacy": Emotion(
        "inadequacy",
        (
            "feel inadequate next to everybody else",
            "have this constant sense of inadequacy",
            "feel inadequate as the grown-up in the room",
        ),
        "shame",
    ),
    "excitement": Emotion(
        "excitement",
        (
            "am excited and a little dizzy",
            "feel a real excitement about this",
            "am so excited that I may be skipping steps",
        ),
        "bright",
    ),
    "embarrassment": Emotion(
        "embarrassment",
        ("feel embarrassed to ask", "am embarrassed by how little I know", "have put this off out of embarrassment"),
        "shame",
    ),
    "loneliness": Emotion(
        "loneliness",
        ("feel lonely with this", "am lonely in these decisions", "did not expect the loneliness of it"),
        "loss",
    ),
    "anger": Emotion(
        "anger",
        ("am angry, and I do not like it", "feel an anger that surprises me", "get angry whenever I open the file"),
        "conflict",
    ),
    "fear": Emotion(
        "fear",
        ("am afraid of what I will find", "feel fear whenever the phone rings", "am more afraid than I let on"),
        "worry",
    ),
    "struggle": Emotion(
        "strain",
        (
            "struggle with this more than anyone knows",
            "feel the struggle every single month",
            "am tired of the struggle",
        ),
        "load",
    ),
    "plateau": Emotion(
        "restlessness",
        ("feel stuck on a plateau", "have hit a plateau and cannot see past it", "am on a plateau that will not end"),
        "puzzle",
    ),
    "emergency": Emotion(
        "alarm",
        (
            "feel that this is an emergency",
            "am treating everything as an emergency",
            "live as if the emergency never ended",
        ),
        "worry",
    ),
    "curiosity": Emotion(
        "curiosity",
        ("am curious and would like to learn", "feel curious rather than worried", "bring mostly curiosity"),
        "bright",
    ),
    "steady_confidence": Emotion(
        "steady confidence",
        (
            "feel confident, on the whole",
            "come with some confidence already",
            "am fairly confident and want a second look",
        ),
        "bright",
    ),
    # where journeys end
    "clarity": Emotion(
        "clarity",
        (
            "feel clear about what comes next",
            "have a clarity that I did not have before",
            "can see clearly which part is mine to decide",
        ),
    ),
    "acceptance": Emotion(
        "acceptance",
        (
            "can accept where I am starting from",
            "feel something close to acceptance",
            "have begun to accept that this is my beginning",
        ),
    ),
    "confidence": Emotion(
        "confidence",
        (
            "feel confident enough to take the next step",
            "have some confidence back",
            "am more confident than I was an hour ago",
        ),
    ),
    "healing": Emotion(
        "healing",
        (
            "feel that some healing has begun",
            "can feel a little healing in this",
            "am healing slowly, and that is allowed",
        ),
    ),
    "direction": Emotion(
        "direction",
        (
            "have a direction now",
            "feel that there is a direction to walk in",
            "can see the direction, even if not the whole road",
        ),
    ),
    "integrity": Emotion(
        "integrity",
        ("can act with integrity here", "feel some integrity in this choice", "can stand behind this with integrity"),
    ),
    "steadiness": Emotion(
        "steadiness",
        ("feel steadier than I have in weeks", "have some steadiness under my feet", "am steady enough to sleep on it"),
    ),
    "manageability": Emotion(
        "relief",
        (
            "can see that this is manageable",
            "feel that it has become manageable",
            "call it manageable for the first time",
        ),
    ),
    "safety": Emotion(
        "resolve",
        ("feel a little safer than when I wrote to you", "am safe for tonight", "feel safer knowing who to contact"),
    ),
    "referral_accepted": Emotion(
        "willingness",
        (
            "accept that this belongs with them",
            "can accept the referral",
            "accept that you are sending me to the right place",
        ),
    ),
    "relief": Emotion(
        "relief",
        (
            "feel relieved, and it shows in my shoulders",
            "have some relief at last",
            "am relieved that it fits on one page",
        ),
    ),
    "permission": Emotion(
        "gentleness",
        (
            "feel that I have permission to go slowly",
            "give myself permission to begin",
            "needed that permission more than I knew",
        ),
    ),
    "determination": Emotion(
        "determination",
        (
            "feel determined to see this through",
            "have a quiet determination now",
            "am determined, and not in a frantic way",
        ),
    ),
    "cautious_hope": Emotion(
        "cautious hope", ("feel hopeful, carefully", "have a cautious hope again", "am cautiously hopeful about this")
    ),
    "hope": Emotion("hope", ("feel hopeful for once", "have some hope to work with", "am hopeful in a practical way")),
    "empowerment": Emotion(
        "strength",
        (
            "feel empowered to decide",
            "have the power to choose here, and I feel empowered",
            "am empowered by knowing how it works",
        ),
    ),
    "alignment": Emotion(
        "agreement",
        ("feel that we are aligned", "can see that we are in alignment", "am aligned with my partner on this, finally"),
    ),
    "calm": Emotion("calm", ("feel calm enough to think", "am calmer than I expected", "have found a bit of calm")),
    "triumph": Emotion(
        "pride",
        ("feel a small triumph", "call this a triumph, even if it looks minor", "am allowed a moment of triumph"),
    ),
    "success": Emotion(
        "pride", ("feel that this counts as a success", "call it a success and mean it", "can see the success in it")
    ),
    "breakthrough": Emotion(
        "excitement",
        ("feel that this is a breakthrough", "had a breakthrough while writing this", "call it a breakthrough"),
    ),
    "discovery": Emotion(
        "curiosity",
        ("feel the joy of a discovery", "made a discovery about myself", "discovered that I like understanding this"),
    ),
}
_ALIASES = {
    "couple_conflict": "frustration", "conflict": "inner_conflict", "exploratory": "curiosity", "worry": "anxiety",
    "stress": "pressure", "hopelessness": "despair", "sadness": "grief", "understanding": "clarity",
    "peace": "calm", "doubt": "skepticism", "overwhelmed": "overwhelm", "confident": "confidence",
}  # fmt: skip


def emotion(name: str) -> Emotion:
    """The emotion of a plan by its name, such as `inner_conflict`."""
    found = _EMOTIONS.get(_ALIASES.get(name, name))
    if found:
        return found
    noun = name.replace("_", " ")
    return Emotion(noun, (f"would call what I feel {noun}", f"notice {noun} more than anything else"))


# Uneasy ones only: what the advisor says between start and end answers an uneasy client.
MIDDLE_FEELINGS = (
    "hesitation", "doubt", "caution", "tiredness", "worry", "tension", "impatience", "uneasiness", "wariness",
    "nervousness", "restlessness", "reluctance", "self-doubt", "apprehension", "weariness", "insecurity",
)  # fmt: skip
