"""Phrases of the practice annotations and judgements; slots are {feeling} and {n}, the number of a sentence."""

from __future__ import annotations

# (function, what it changes for the client, technique, when, do, principle)
SENTENCES: dict[str, tuple[tuple[str, str, str, str, str, str], ...]] = {
    "opening": (
        (
            "receive_the_message",
            "Shows the client that the first thing read was the {feeling} in the message and not the sum.",
            "answer in the client's own words",
            "when_a_client_opens_with_a_feeling",
            "answer_it_before_anything_is_counted",
            "affect labelling lowers arousal",
        ),
        (
            "name_what_is_hard",
            "Lets the {feeling} stand without grading it, so that nothing has to be defended before the work begins.",
            "naming without verdict",
            "when_a_feeling_is_plain_in_the_words",
            "name_it_once_and_go_on",
            "unconditional regard",
        ),
        (
            "credit_the_step_taken",
            "Turns the act of writing into something already done, which makes the next act smaller for this client.",
            "specific credit",
            "when_a_client_has_already_done_something",
            "say_which_act_it_was",
            "self-efficacy grows from own acts",
        ),
    ),
    "figure": (
        (
            "work_the_figure",
            "Puts a number where the {feeling} had only a shape, so that it can be looked at and compared.",
            "worked figure in the open",
            "when_a_worry_has_a_number_behind_it",
            "work_it_out_where_the_client_can_see_it",
            "concreteness reduces worry",
        ),
        (
            "place_the_sum",
            "Gives the amount a place beside the client's own figures, which takes away the air of catastrophe.",
            "comparison with own figures",
            "when_a_sum_frightens",
            "set_it_beside_something_the_client_knows",
            "anchoring on known quantities",
        ),
    ),
    "question": (
        (
            "ask_before_teaching",
            "Leaves the choice with the client and shows that the answer is wanted for what comes next.",
            "one open question",
            "when_the_next_step_depends_on_a_wish",
            "ask_one_question_and_wait",
            "autonomy support",
        ),
        (
            "check_in",
            "Gives the client room to say no, which keeps the talk from becoming a lecture about {feeling}.",
            "closing check-in",
            "when_a_reply_ends",
            "hand_the_word_back_with_a_real_question",
            "none",
        ),
    ),
    "body": (
        (
            "explain_one_thing",
            "Makes a single part of the matter clear enough to be repeated to somebody at home this evening.",
            "plain definition",
            "when_a_subject_is_large",
            "explain_the_one_part_that_is_needed_now",
            "cognitive load",
        ),
        (
            "order_the_matter",
            "Shows that there is an order in it, so that the {feeling} no longer has to hold everything at once.",
            "sorting into now and later",
            "when_everything_seems_due_at_once",
            "say_what_can_wait",
            "none",
        ),
        (
            "tell_the_reason",
            "Answers the why that stands behind the question and treats the client as somebody who can follow it.",
            "reason before rule",
            "when_a_rule_would_sound_arbitrary",
            "give_its_reason_first",
            "none",
        ),
        (
            "make_it_smaller",
            "Cuts the task down to a size that fits into an ordinary evening, so that beginning costs little.",
            "single small step",
            "when_a_task_has_been_put_off",
            "shrink_it_until_it_fits_one_evening",
            "implementation intention",
        ),
        (
            "hold_the_choice_open",
            "Keeps the decision where it belongs and takes away the pressure of having to be right at once.",
            "decision left to the client",
            "when_two_choices_are_both_sound",
            "lay_them_side_by_side_and_stop",
            "autonomy support",
        ),
        (
            "state_what_is_known",
            "Separates what is certain from what is feared, which gives the {feeling} less room to spread.",
            "control sorting",
            "when_fear_and_fact_are_mixed",
            "say_which_is_which",
            "none",
        ),
        (
            "join_the_client",
            "Says that the work is shared, so that a client who carried it alone can set part of it down.",
            "load lightening",
            "when_a_client_has_carried_it_alone",
            "take_one_piece_of_it_over",
            "perceived social support",
        ),
        (
            "prepare_the_next_act",
            "Tells what the next hour looks like, which makes it likelier that the act is done at all.",
            "scripted opening",
            "when_the_next_act_is_unfamiliar",
            "describe_how_it_begins",
            "implementation intention",
        ),
    ),
}
WORD_REASONS = (
    "kept as plain as the client's own wording; a term would have put distance there",
    "a likelier word would have sounded like a verdict on what was done",
    "says it without hurry, where a stronger phrase would have raised the pressure",
    "concrete, so that the sentence can be pictured and not only agreed with",
    "leaves room for doubt; certainty here would not have been believed",
    "takes up what the message said instead of replacing it with a category",
    "small on purpose: a larger word would make the step look larger too",
    "keeps the two of them on one side of the question",
    "ties the thought to the sentence before, so that nothing has to be held in mind",
    "a softer phrase would have hidden that this is a choice",
)
NEEDS = (
    ("a_first_part_to_look_at", "the message names the whole and never a part of it"),
    ("an_answer_that_does_not_judge", "the words defend themselves before anybody has asked"),
    ("an_order_for_what_is_due", "several things are named in one breath, none of them first"),
    ("a_reason_behind_the_rule", "the question asks how and leaves out why"),
    ("somebody_beside_the_papers", "the wording shows that it was carried alone until now"),
    ("a_date_for_the_next_act", "intentions are named, and no day is"),
)
FLAGS = (
    (
        "the_step_may_be_put_off_again",
        "Without a day for it the good intention of this message will pass as others did.",
        "The reply makes the step small and ties it to an ordinary evening.",
    ),
    (
        "relief_may_hide_an_open_question",
        "The tone eases before the figures are known, so the sum may frighten again when it comes.",
        "The reply says which figure is still missing and asks for nothing else.",
    ),
)
TACTICS = (
    "answers_the_feeling_in_the_first_sentence", "keeps_one_subject_per_paragraph", "asks_a_single_question_at_the_end",
    "uses_the_figure_from_the_message", "names_a_step_for_one_evening", "leaves_the_decision_open",
    "explains_the_reason_before_the_rule", "takes_up_a_phrase_of_the_client", "puts_later_things_aside_by_name",
    "credits_the_act_of_writing",
)  # fmt: skip
AVOID = (
    "listing every option in one reply", "soothing before the question is answered",
    "asking for all papers at once", "praising in general words", "turning the worry into a lesson on discipline",
    "giving a deadline that nobody asked for",
)  # fmt: skip
APPLICATIONS = (
    ("in the opening sentences, where the message is taken up", "so that the client need not explain it twice"),
    ("in the middle, where one part is taken out of the whole", "so that there is something to begin with"),
    ("at the end, where the word is handed back", "so that the next message can bring what is missing"),
    ("where the figure comes up", "so that the sum stands in the open and can be checked"),
)
RATIONALES = (
    "The message carries {feeling} and a question; answering the question first would have left the feeling to speak "
    "through every figure. The next best way, teaching at once, would have asked for attention that is not free yet.",
    "There is movement in the message, and it comes from something the client did. The reply builds on that act "
    "instead of opening a new subject, which the next best strategy would have required.",
    "The client asks for a decision and means a beginning. A plan in full would have been the likelier reply and would "
    "have met the {feeling} with more to carry.",
)
TONES = (
    ("warm and plain", "The message is frank, and a plain answer is the respectful one."),
    ("steady and unhurried", "The words come fast; a slower voice gives them somewhere to land."),
    ("direct and kind", "There is a real question in it, and going around it would feel like avoidance."),
)
MOVES = (
    "Writing the question down and being answered without a verdict has taken some of the {feeling} out of it.",
    "The small act reported here, and not any reassurance, is what moved it.",
    "A doubt came back with the details, so that the feeling changed its object more than its strength.",
)
POSITIVE = (
    "does the step and reports what it was like", "sends the missing figure", "asks what the second step would be",
    "tells somebody at home about it",
)  # fmt: skip
NEUTRAL = ("asks what a word means", "says that it has to wait until the weekend", "changes to a neighbouring question")
NEGATIVE = (
    "thanks politely and does not write again", "asks for a guarantee", "brings up a new worry in place of the step",
    "says that it is too small to matter",
)  # fmt: skip
LEVELS = (
    ("moderate: the matter is due and was put off", "low: nothing is due within weeks", "moderate: a decision is near"),
    ("high; answered every question", "moderate; asks, and hesitates to act", "high; acts before being asked"),
    ("basic; knows the names, not the rules", "moderate; reads figures, unsure of terms", "basic; asks first things"),
    ("building; tells something uncomfortable", "open; says what is doubted", "steady; comes back to earlier words"),
)
OBJECTIVES = (
    "Answer the feeling in the message, then make one part of the matter small enough to begin with.",
    "Build on an act of the client instead of opening a new subject, and leave the decision with them.",
    "Turn a worry without shape into one figure that the client can check alone.",
)
SKILLS = ("asking_one_question", "plain_explanation", "working_with_own_figures", "holding_a_choice_open", "pacing")
NOTES = (
    "Sentence {n} is the weakest: it would fit other clients as well as this one.",
    "Sentence {n} says in a general way what the sentence before had said exactly.",
    "Sentence {n} explains a little more than was asked for.",
)
JUDGE_REASONS = (
    "It answers this client and could be a little closer to the words of the message.",
    "It can be repeated at home, and the second half of it says less than the first.",
    "It leaves the decision where it belongs and names no product.",
    "It sounds like one person, though the sentence is built like others in this text.",
    "The step is sound and the reason for it is given in the same breath.",
)
CHECK_REASONS = {
    "on_topic": "The client speaks of the topic of the plan, with the facts of the plan.",
    "outcome_reached": "The end is what was expected, and it was brought about by an act of the client.",
    "emotions_believable": "The feeling shows in the first message and moves for a reason that can be named.",
}
