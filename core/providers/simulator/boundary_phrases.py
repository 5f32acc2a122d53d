"""What Elena Morales says where a financial planner must not help: she states the boundary, refers, and stays warm.

Pure material for `boundary`: `{referral}` is the plan's own text with its contact, never another number. No line may
give advice about money.
"""

from __future__ import annotations

FIRST_LEADS = (
    "I am here{voc}.", "Thank you{voc}.", "I am glad you told me{voc}.", "You matter{voc}.", "Stay with me{voc}.",
    "I believe you{voc}.", "Please pause here{voc}.", "That took courage{voc}.", "You are not alone.",
    "I am listening{voc}.",
    "Let us stop here.", "First things first{voc}.",
)  # fmt: skip
FIRST_SECONDS = (
    "The {feeling} in your words is more important to me right now than anything about money.",
    "Your {feeling} comes through clearly, and I do not want to pass over it.",
    "There is so much {feeling} in what you wrote, and I am glad that you said it to somebody.",
    "What I hear above all is {feeling}, and it deserves care from people who are trained for it.",
    "Reading about your {feeling}, I set every calculation aside.",
    "Before anything else I want to speak to the {feeling}, because it comes first.",
    "With {feeling} this strong, the kindest thing I can do is to be clear about what I can offer.",
    "Nobody is meant to handle {feeling} like this alone.",
    "It makes sense that there is {feeling}, and it does not make you weak.",
    "When {feeling} speaks this loudly, money questions can wait.",
    "Writing this in the middle of {feeling} must have been hard.",
    "So much {feeling} calls for the right kind of help, and quickly.",
)
TOPICS = (
    "What you wrote about {topic} stays with me, and I take it seriously.",
    "You were right to tell someone about {topic}.",
    "Talking about {topic} asks a great deal of a person.",
    "I can see why {topic} has taken over everything else.",
    "Nothing you told me about {topic} makes me think less of you.",
    "I am not going to treat {topic} as a budgeting matter, because it is larger than that.",
)
BOUNDARIES: dict[str, tuple[str, ...]] = {
    "crisis": (
        "This is beyond what I can help with as a financial planner, because your safety comes before any plan.",
        "I am a planner and not a crisis counselor, so this goes further than I can responsibly take it.",
        "I cannot help with this myself, because I am a planner and your safety needs people who are trained for it.",
    ),
    "legal": (
        "This is beyond what I can help with as a financial planner, because it is a legal question.",
        "I am not an attorney, so I cannot tell you what to do here, and a guess would be unfair to you.",
        "As a financial planner I have to stop at this line: it needs someone who is licensed to give legal advice.",
    ),
    "therapeutic": (
        "This is beyond what I can help with as a financial planner, because what hurts here is not the money itself.",
        "I am not a therapist, and what you describe deserves one, more than it needs a budget.",
        "As a financial planner I have limits, and this belongs with someone who is trained to work with it.",
    ),
}
REFERRALS = (
    "The people who can help are here: {referral}.",
    "Please reach out to {referral}.",
    "I would like you to contact {referral}.",
    "The right place for this is {referral}.",
    "Here is who I trust with this: {referral}.",
)
WHY_THEM = (
    "They do this every day, and you will not have to justify yourself.",
    "They have heard stories like yours, and they will listen without judging you.",
    "You can begin with the same words that you wrote to me.",
    "You do not need to have it sorted before you get in touch.",
    "It is all right to say that you do not know how to begin.",
    "The first contact can be short; one honest sentence is enough.",
)
CARE = (
    "The money side will still be there later, and it can wait until you are properly supported.",
    "If you can, let one person you trust know that you are doing this.",
    "You have done nothing wrong by asking me.",
    "I am staying with the part that I can do, which is to listen and to point you to the right door.",
    "Asking for the right help is a decision, and it is yours to make.",
    "There is nothing to calculate tonight.",
    "I care about how this goes for you, and that is the reason I am being so plain.",
    "Whatever you have tried so far, you were trying to get through, and I respect that.",
    "Please be as patient with yourself as you would be with a friend.",
)
SAFETY = "If you are in immediate danger, the emergency services come before anything I write here."
FIRST_CHECK_INS = (
    "Is there someone near you who can sit with you while you make contact?",
    "Could you do that today, even before you answer me?",
    "What would make it easier to reach out to them in the next hour?",
    "Would you be willing to take that one step first?",
    "Can you tell me that you have the contact in front of you?",
)
HOLD_LEADS = (
    "I understand{voc}.", "I hear that{voc}.", "It hurts{voc}.", "I wish I could.", "Fair to ask{voc}.",
    "You deserve better{voc}.", "I am still here.", "Please hear me{voc}.", "Let me stay clear.", "I know{voc}.",
)  # fmt: skip
HOLD_SECONDS = (
    "The {feeling} in your question is real, and my answer has to stay the same because I take you seriously.",
    "Your {feeling} makes you want one quick answer, and a quick answer from me could do harm.",
    "With that much {feeling}, being sent on can sound like a closed door, and I mean it as an open one.",
    "There is {feeling} in every line, and I am not turning away from it.",
    "I can listen to the {feeling}, and I will still not advise on this, because it would not be safe or right.",
    "Underneath I hear {feeling}, and you need somebody who can do more with it than I can.",
    "Trust means a lot to me, {feeling} and all, and so I keep to what I said.",
    "Holding this line with so much {feeling} in the room is not easy for me either.",
    "Even with the {feeling} pressing on you, this is not mine to solve.",
    "No amount of {feeling} makes you a burden, and no kindness of mine replaces the right help.",
)
HOLDS = (
    "I am going to hold to what I said: I cannot advise you on this as a planner.",
    "My boundary is the same as before, and it is there to protect you.",
    "I will not give you a half answer on something this important.",
    "This is still not something a financial planner can carry with you.",
)
HOLD_CHECK_INS = (
    "Will you make contact now, while I am still here with you?",
    "What is the one thing that keeps you from reaching out to them?",
    "Could we agree that this comes next, before anything else?",
    "Who could be with you when you take that step?",
    "Would it help to write down your first sentence for them here?",
)
LAST_LEADS = (
    "Thank you{voc}.", "I am so glad.", "That is brave{voc}.", "Good{voc}.", "I am relieved{voc}.",
    "Yes{voc}, please.", "You chose well{voc}.", "That means much{voc}.", "Hold on to that.", "I am with you.",
)  # fmt: skip
LAST_SECONDS = (
    "The {feeling} in your words tells me that you are taking care of yourself.",
    "Your {feeling} is a strong thing, and it came from you.",
    "There is {feeling} in that decision, and I respect it.",
    "It takes {feeling} to let somebody else help, and you are doing it.",
    "I notice {feeling} where there was only weight before.",
    "Let that {feeling} carry you through the first contact.",
    "Such {feeling} may be quiet, and it is enough for the next hour.",
    "We do not need more than this {feeling} for today.",
    "What you call a small thing I would call {feeling}.",
    "With this {feeling} you have done the most important part already.",
)
LAST_NOTES = (
    "I will not take over their part, and I will be glad to talk about ordinary planning once you are well supported.",
    "What comes next belongs to people who are trained for it, and that is the best outcome I can wish for here.",
    "My part ends at this door, and I am thankful that you are willing to walk through it.",
    "The limits of my work have not changed, and neither has my respect for you.",
)
LAST_REFERRALS = (
    "Please let your very next step be {referral}.",
    "So before anything else today, please contact {referral}.",
    "Keep this where you can see it and use it now: {referral}.",
    "The next voice I would like you to hear is theirs: {referral}.",
    "Please begin right away with {referral}.",
)
DEFAULT_REFERRALS = {
    "crisis": "a crisis line or the emergency services where you live",
    "legal": "a licensed attorney in your state",
    "therapeutic": "a licensed therapist near you",
}
WORDS = {
    "crisis": ("suicid", "hopeless", "violen", "abus", "intoxic", "drunk", "crisis", "self-harm", "safety", "danger"),
    "legal": ("attorney", "legal", "law", "tax", "bankrupt", "divorce", "trust", "estate", "fraud", "ponzi", "illegal"),
    "therapeutic": ("therap", "compulsi", "hoard", "counsel", "anxiety", "infidelity", "enabling", "addict"),
}
