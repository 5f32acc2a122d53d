"""Queries behind the progress panel: the job that matters now, what runs, what finished, what failed, who works.

Compiled once and run by `data.replay` while a job runs, so each is small and uses an index.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import Select, and_, bindparam, case, func, or_, select

from data.criteria import Statement
from data.listing import compiled
from data.tables import Budget, Conversation, GenerationJob, GenerationLog, QueueItem, Worker, table_of
from data.vocabulary import OPEN_ITEMS, OPEN_JOBS, ItemStatus

_JOBS = table_of(GenerationJob).c
_ITEMS = table_of(QueueItem).c
_ROWS = table_of(Conversation).c
_WORKERS = table_of(Worker).c
_LOGS = table_of(GenerationLog).c
_BUDGETS = table_of(Budget).c
_QUEUED_ROWS = table_of(QueueItem).join(table_of(Conversation), _ITEMS.conversation_id == _ROWS.conversation_id)
# How an item that runs, waits or failed begins in `core.progress`.
_OF_ITEM = (_ITEMS.id, _ITEMS.job_id, _ITEMS.conversation_id, _ROWS.number, _ROWS.persona_name, _ROWS.topic)

_WITH_TEXT = ("generated", "reviewed", "needs_edit", "rejected")

JOB_COLUMNS = (
    "id",
    "type",
    "provider",
    "status",
    "stop_requested",
    "reason",
    "total",
    "done",
    "failed",
    "cancelled",
    "estimated_cost_microusd",
    "actual_cost_microusd",
    "reserved_microusd",
    "cap_microusd",
    "created_at",
    "started_at",
    "finished_at",
    "created_by",
    "calls",
    "input_tokens",
    "output_tokens",
    "pause_after_tier",
    "priority",
    "warned_percent",
)

# A call with what was sent and answered, in the order of `core.engine.calls.Call`.
CALL_COLUMNS = (
    "created_at",
    "conversation_id",
    "stage",
    "attempt",
    "model",
    "status_code",
    "stop_reason",
    "request_id",
    "input_tokens",
    "output_tokens",
    "cache_creation_input_tokens",
    "cache_read_input_tokens",
    "cost_microusd",
    "duration_ms",
    "error_class",
    "error_message",
    "request",
    "response",
)


def jobs() -> Select[Any]:
    """The newest jobs, open ones first."""
    is_open = _JOBS.status.in_(OPEN_JOBS)
    return select(*(_JOBS[name] for name in JOB_COLUMNS)).order_by(is_open.desc(), _JOBS.id.desc()).limit(50)


def bars() -> Select[Any]:
    """Per tier and item status how many items the job in parameter `job_id` has."""
    return (
        select(_ROWS.tier, _ITEMS.status, func.count())
        .select_from(_QUEUED_ROWS)
        .where(_ITEMS.job_id == bindparam("job_id", 0))
        .group_by(_ROWS.tier, _ITEMS.status)
    )


def running() -> Select[Any]:
    """What is being written now, of all jobs, without its text."""
    return (
        select(*_OF_ITEM, _ITEMS.stage, _ITEMS.step, _ITEMS.started_at)
        .select_from(_QUEUED_ROWS)
        .where(_ITEMS.status == ItemStatus.RUNNING)
        .order_by(_ITEMS.started_at)
    )


def finished() -> Select[Any]:
    """The last completions of the job in parameter `job_id`."""
    return (
        select(
            _ITEMS.conversation_id,
            _ROWS.number,
            _ROWS.persona_name,
            _ROWS.topic,
            _ROWS.quality_score,
            _ITEMS.finished_at,
            _ITEMS.id,
            _ITEMS.actual_cost_microusd,
        )
        .select_from(_QUEUED_ROWS)
        .where(_ITEMS.job_id == bindparam("job_id", 0), _ITEMS.status == ItemStatus.DONE)
        .order_by(_ITEMS.finished_at.desc())
        .limit(10)
    )


def pace() -> Select[Any]:
    """When the last items of the job in parameter `job_id` ended, newest first: what is left is estimated from it."""
    ended = _ITEMS.status.in_([ItemStatus.DONE, ItemStatus.FAILED])
    return (
        select(_ITEMS.finished_at)
        .where(_ITEMS.job_id == bindparam("job_id", 0), ended)
        .order_by(_ITEMS.finished_at.desc())
        .limit(20)
    )


def errors() -> Select[Any]:
    """Failed items that nobody has dismissed or retried yet, of all jobs."""
    return _failed().order_by(_ITEMS.finished_at).limit(200)


def job_errors() -> Select[Any]:
    """The same of the job in parameter `job_id`."""
    return _failed().where(_ITEMS.job_id == bindparam("job_id", 0)).order_by(_ITEMS.finished_at).limit(200)


def _failed() -> Select[Any]:
    # A row that failed in several orders is told once: with how the last of them ended.
    later = table_of(QueueItem).alias()
    failed_later = select(later.c.id).where(
        later.c.conversation_id == _ITEMS.conversation_id,
        later.c.status == ItemStatus.FAILED,
        later.c.finished_at > _ITEMS.finished_at,
    )
    return (
        select(*_OF_ITEM, _ITEMS.error, _ITEMS.attempts)
        .select_from(_QUEUED_ROWS)
        .where(
            _ITEMS.status == ItemStatus.FAILED,
            _ITEMS.error_dismissed.is_(False),
            ~failed_later.exists(),
            # A row that had a text keeps it, and says what went wrong since.
            or_(_ROWS.status == "failed", and_(_ROWS.error_message == _ITEMS.error, _ROWS.status.in_(_WITH_TEXT))),
        )
    )


def job_waiting() -> Select[Any]:
    """The next queued items of the job in parameter `job_id`, in their order."""
    return (
        select(*_OF_ITEM, _ROWS.tier)
        .select_from(_QUEUED_ROWS)
        .where(_ITEMS.job_id == bindparam("job_id", 0), _ITEMS.status == ItemStatus.QUEUED)
        .order_by(_ITEMS.position)
        .limit(200)
    )


def job_terms() -> Select[Any]:
    """What the job in parameter `job_id` was ordered with, whom it tells, and what it came to."""
    return select(_JOBS.settings, _JOBS.notify, _JOBS.results_summary).where(_JOBS.id == bindparam("job_id", 0))


def calls() -> Select[Any]:
    """Every call made for the item in parameter `item_id`, with what was sent and answered, oldest first."""
    return (
        select(*(_LOGS[name] for name in CALL_COLUMNS))
        .where(_LOGS.item_id == bindparam("item_id", 0))
        .order_by(_LOGS.id)
    )


def live() -> Select[Any]:
    """Stage, step and text so far of the open item of the conversation in parameter `conversation_id`."""
    return select(_ITEMS.status, _ITEMS.stage, _ITEMS.step, _ITEMS.partial_text).where(
        _ITEMS.conversation_id == bindparam("conversation_id", ""), _ITEMS.status.in_(OPEN_ITEMS)
    )


def workers() -> Select[Any]:
    """The worker heard of last that has not said goodbye."""
    return (
        select(_WORKERS.host, _WORKERS.pid, _WORKERS.heartbeat_at, _WORKERS.running, _WORKERS.has_key, _WORKERS.message)
        .where(_WORKERS.stopped_at.is_(None))
        .order_by(_WORKERS.heartbeat_at.desc())
        .limit(1)
    )


def spend() -> Select[Any, Any]:
    """Micro-dollars spent on real calls and simulated ones, over everything."""
    simulated = _JOBS.provider == "simulated"
    return select(simulated, func.sum(_JOBS.actual_cost_microusd)).group_by(simulated)


def budget() -> Select[Any]:
    """The cap over all real calls of this database, what was spent under it, and what was told of it."""
    columns = (_BUDGETS.cap_microusd, _BUDGETS.spent_microusd, _BUDGETS.reserved_microusd, _BUDGETS.warned_percent)
    return select(*columns).where(_BUDGETS.name == "overall")


def attempts() -> Select[Any]:
    """The attempts made for the conversation in parameter `conversation_id`, oldest first."""
    return (
        select(
            _LOGS.created_at,
            _LOGS.stage,
            _LOGS.attempt,
            _LOGS.model,
            _LOGS.stop_reason,
            _LOGS.status_code,
            _LOGS.input_tokens,
            _LOGS.output_tokens,
            _LOGS.cost_microusd,
            _LOGS.duration_ms,
            _LOGS.error_class,
            _LOGS.error_message,
            _LOGS.request_id,
            case((_LOGS.error_class != "", _LOGS.response), else_=""),  # what had come of an answer that broke off
        )
        .where(_LOGS.conversation_id == bindparam("conversation_id", ""))
        .order_by(_LOGS.id)
    )


def compiled_progress() -> dict[str, Statement]:
    """All of the above by name."""
    return {
        "jobs": compiled(jobs()),
        "bars": compiled(bars()),
        "running": compiled(running()),
        "finished": compiled(finished()),
        "pace": compiled(pace()),
        "errors": compiled(errors()),
        "job_errors": compiled(job_errors()),
        "job_waiting": compiled(job_waiting()),
        "job_terms": compiled(job_terms()),
        "calls": compiled(calls()),
        "live": compiled(live()),
        "workers": compiled(workers()),
        "spend": compiled(spend()),
        "budget": compiled(budget()),
        "attempts": compiled(attempts()),
    }
