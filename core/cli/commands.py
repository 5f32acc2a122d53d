"""The tree of commands, in the order in which a person needs them."""

from __future__ import annotations

import click

from core.cli.budget import budget
from core.cli.checking import check
from core.cli.chunks import chunks
from core.cli.configuring import config
from core.cli.coverage import coverage
from core.cli.doctor import doctor
from core.cli.editing import edit
from core.cli.exporting import export
from core.cli.generating import generate
from core.cli.history import audit, log
from core.cli.importing import import_
from core.cli.inspecting import show, status
from core.cli.invocation import Group
from core.cli.jobs import jobs
from core.cli.keeping import backup
from core.cli.planning import init, plan
from core.cli.quality import quality
from core.cli.reviewing import delete, flag, redo, review, undo
from core.cli.rewriting import regenerate, restore_version, vary
from core.cli.templates import templates
from core.cli.views import views
from core.cli.working import worker
from core.version import VERSION


class _Brightrun(Group):
    """The program: its help lists the commands in the order of the work, not of the alphabet."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(self.commands)


@click.group(cls=_Brightrun, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(VERSION, prog_name="brightrun", message="%(prog)s %(version)s")
def brightrun() -> None:
    """Plan, generate, review and export conversations for LoRA fine-tuning.

    Without a command the app opens. The same work goes without a screen: stdout is data, stderr is for people, the
    exit code is 0 when done, 1 when something failed, 2 for wrong usage.
    """


for command in (
    init,
    status,
    plan,
    coverage,
    generate,
    jobs,
    budget,
    worker,
    show,
    views,
    review,
    flag,
    edit,
    regenerate,
    vary,
    restore_version,
    delete,
    undo,
    redo,
    check,
    quality,
    import_,
    chunks,
    export,
    log,
    audit,
    templates,
    config,
    doctor,
    backup,
):
    brightrun.add_command(command)
