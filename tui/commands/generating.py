"""The keys that have conversations written, and those that watch over the jobs which write them.

Only tuples of commands; `tui.keymap` joins them. Nothing here runs or imports a screen.
"""

from __future__ import annotations

from tui.commands.command import BOTH, DETAIL, JOBS, MAIN, Command

GENERATING: tuple[Command, ...] = (
    Command(
        "generate.row",
        "x",
        "Generate",
        "generate this row; shows time and cost before",
        "Generate",
        BOTH,
        "services row plannable",
        19,
    ),
    Command(
        "generate.selected",
        "X,ctrl+g",
        "Generate list",
        "generate the marked rows, else the filtered ones",
        "Generate",
        MAIN,
        "services rows",
        31,
        True,
    ),
    Command(
        "generate.all",
        "A",
        "Generate all",
        "generate all that remain, tier by tier",
        "Generate",
        MAIN,
        "services remaining",
        33,
    ),
    Command(
        "generate.again",
        "R",
        "Regenerate",
        "generate the marked rows, else this one, again, with a note in the prompt",
        "Generate",
        BOTH,
        "services again",
    ),
    Command(
        "turn.edit",
        "m",
        "Mend turn",
        "edit the turn that is read in your editor",
        "Review",
        DETAIL,
        "services again turn",
        28,
    ),
    Command(
        "turn.again",
        "M",
        "Turn again",
        "have only the turn that is read written again",
        "Generate",
        DETAIL,
        "services again turn",
        29,
    ),
    Command(
        "version.restore",
        "B",
        "Bring back",
        "put the picked version's text back",
        "Review",
        f"{DETAIL} versions",
        "services version",
        8,
    ),
    Command(
        "vary.open",
        "v",
        "Vary",
        "plan variations of a seed or an approved conversation",
        "Generate",
        DETAIL,
        "services source",
        46,
    ),
)
JOB_CONTROL: tuple[Command, ...] = (
    Command(
        "job.stop",
        "s",
        "Stop",
        "stop: calls that run finish; pressed again: at once",
        "Generate",
        f"{MAIN} {JOBS}",
        "services job",
        5,
    ),
    Command(
        "job.pause",
        "p",
        "Pause",
        "pause the job, or go on with it",
        "Generate",
        f"{MAIN} {JOBS}",
        "services job",
        6,
    ),
    Command(
        "job.terms",
        "P",
        "Other terms",
        "go on with a paused job under a higher cap or with another model",
        "Generate",
        JOBS,
        "services job paused",
        7,
    ),
    Command(
        "job.retry",
        "",
        "Retry what failed",
        "order the failed rows of the last job again",
        "Generate",
        MAIN,
        "services errors",
    ),
    Command("job.list", "J", "Jobs", "all jobs and how they ended", "Generate", MAIN, footer=60),
    Command("job.open", "enter", "Open", "one job with its rows", "Generate", "jobs", "one_job", 10),
    Command("job.first", "f", "Do first", "this job goes before the others", "Generate", "jobs", "services job", 20),
    Command("job.calls", "enter", "Calls", "what was sent for this row and answered", "Generate", "job", "item", 10),
    Command("job.row", "o", "Show row", "go to this row in the main list", "Generate", "job", "item", 40),
    Command(
        "job.retry_row", "r", "Retry", "generate this failed row again", "Generate", "job", "services failed_item", 11
    ),
    Command(
        "job.retry_all",
        "R",
        "Retry all failed",
        "generate all failed rows of this job again",
        "Generate",
        JOBS,
        "services failed",
        25,
    ),
    Command(
        "job.drop",
        "d",
        "Drop",
        "take a row out of the job; of a failed one, dismiss the error",
        "Generate",
        "job",
        "services droppable",
        12,
    ),
    Command(
        "job.earlier", "plus", "Earlier", "this row is written earlier", "Generate", "job", "services waiting_item", 13
    ),
    Command("job.later", "minus", "Later", "this row is written later", "Generate", "job", "services waiting_item", 14),
    Command("job.next", "f", "Next", "this row is written next", "Generate", "job", "services waiting_item", 15),
    Command("job.summary", "S", "Summary", "what the job came to", "Generate", JOBS, "ended", 8),
    Command(
        "job.log", "L", "Log as file", "write every call of the job to a file", "Generate", JOBS, "services one_job", 50
    ),
)
PRACTISING: tuple[Command, ...] = (
    Command(
        "practice.clear",
        "",
        "Clear practice results",
        "simulated rows go back to planned",
        "Generate",
        MAIN,
        "services",
    ),
    Command(
        "practice.choose", "", "Practise or connect a key", "the choice of the first start again", "Generate", MAIN
    ),
)
