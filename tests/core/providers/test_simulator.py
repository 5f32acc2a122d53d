"""The simulator behaves as the Messages API does, seen through the real SDK; and breaks on request, as told."""

from __future__ import annotations

import asyncio
import contextlib
import json
import re
import time
from collections.abc import AsyncIterator
from typing import Any

import anthropic
import httpx2
import pydantic
import pytest
from anthropic import AsyncAnthropic
from anthropic.types import Message

from core.errors import SettingsError
from core.providers.simulator.faults import STATUS_KINDS, Faults
from core.providers.simulator.server import FIRST_DELTA_SECONDS, MAX_STREAM_SECONDS, SECONDS_PER_CHAR, Simulator

MODEL = "claude-sonnet-5-5"
RULES = [{"type": "text", "text": "Rules of the dialogue. " * 200, "cache_control": {"type": "ephemeral"}}]
_TURN = re.compile(r"<turn>\n<user>(.*?)</user>\n<advisor>(.*?)</advisor>\n</turn>", re.DOTALL)


def plan(topic: str = "HSA or FSA at enrolment", turns: int = 4) -> str:
    return (
        "Write it.\n<conversation_plan>\nKind: template\nClient: Marcus Thompson, 38, software engineer\n"
        f"Profile: Earns $145K, apologises often.\nTopic: {topic}\nAbout: The window closes on Friday.\n"
        "Starting emotion: confusion, intensity 0.78\nEnding emotion: clarity, intensity 0.75\n"
        f"Turns: {turns}\n</conversation_plan>"
    )


@contextlib.asynccontextmanager
async def practice(faults: str = "", **options: Any) -> AsyncIterator[tuple[Simulator, AsyncAnthropic]]:
    options.setdefault("pace", 0)
    async with (
        Simulator(faults=Faults.parse(faults), **options) as simulator,
        AsyncAnthropic(base_url=simulator.base_url, api_key="sim", max_retries=0, timeout=60) as client,
    ):
        yield simulator, client


def request(prompt: str | None = None, **extra: Any) -> dict[str, Any]:
    return {
        "model": MODEL,
        "max_tokens": 8000,
        "messages": [{"role": "user", "content": prompt or plan()}],
        **extra,
    }


async def ask(client: AsyncAnthropic, prompt: str | None = None, **extra: Any) -> Message:
    message = await client.messages.create(**request(prompt, **extra))
    assert isinstance(message, Message)
    return message


async def stream(client: AsyncAnthropic, prompt: str | None = None, **extra: Any) -> Message:
    async with client.messages.stream(**request(prompt, **extra)) as events:
        return await events.get_final_message()


def text_of(message: Message) -> str:
    return "".join(block.text for block in message.content if block.type == "text")


def turns_of(message: Message) -> list[tuple[str, str]]:
    return _TURN.findall(text_of(message))


async def test_a_streamed_conversation_has_the_asked_turns_and_usage() -> None:
    async with practice() as (simulator, client):
        pieces: list[str] = []
        async with client.messages.stream(**request(plan(turns=5))) as events:
            assert (events.request_id or "").startswith("req_sim_")
            async for piece in events.text_stream:
                pieces.append(piece)
            message = await events.get_final_message()
        assert len(turns_of(message)) == 5
        assert "".join(pieces) == text_of(message)
        assert all(20 <= len(piece) <= 60 for piece in pieces[:-1])
        assert message.stop_reason == "end_turn"
        assert message.usage.output_tokens == round(len(text_of(message)) / 3.8)
        assert message.usage.input_tokens == round(len(plan(turns=5)) / 3.8)
        assert simulator.calls == 1


async def test_the_same_plan_gives_the_same_text_and_another_plan_another() -> None:
    async with practice() as (_, client):
        first, again, plain = await stream(client), await stream(client), await ask(client)
        other = await stream(client, plan("Planning a sabbatical"))
        assert text_of(first) == text_of(again) == text_of(plain)
        assert text_of(first) != text_of(other)
        assert "planning a sabbatical" in text_of(other)


async def test_a_request_without_a_plan_gets_a_generic_conversation() -> None:
    async with practice() as (_, client):
        assert len(turns_of(await ask(client, "Write a conversation, please."))) == 4


async def test_an_answer_longer_than_max_tokens_is_cut_there() -> None:
    async with practice() as (_, client):
        message = await stream(client, max_tokens=100)
        assert (message.stop_reason, message.usage.output_tokens) == ("max_tokens", 100)


async def test_pace_makes_a_conversation_stream_over_time() -> None:
    async with practice(pace=0.1) as (_, client):
        begin = time.monotonic()
        await stream(client)
        assert time.monotonic() - begin > 0.1


@pytest.mark.parametrize(
    ("key", "words"), [("", "header is required"), ("wrong-key", "invalid x-api-key")], ids=["none", "wrong"]
)
async def test_a_missing_or_wrong_key_is_refused(key: str, words: str) -> None:
    async with Simulator(pace=0) as simulator, httpx2.AsyncClient() as http:
        headers = {"x-api-key": key} if key else {}
        answer = await http.post(f"{simulator.base_url}/v1/messages", json=request(), headers=headers)
    assert answer.status_code == 401
    assert answer.json()["type"] == "error"
    assert answer.json()["error"]["type"] == "authentication_error"
    assert words in answer.json()["error"]["message"]
    assert answer.json()["request_id"] == answer.headers["request-id"]


async def test_the_key_may_travel_as_a_bearer_token_or_by_itself() -> None:
    async with Simulator(pace=0) as simulator, httpx2.AsyncClient() as http:
        for headers in ({"authorization": "Bearer sim"}, {"x-api-key": "sim"}):
            answer = await http.post(f"{simulator.base_url}/v1/messages", json=request(), headers=headers)
            assert answer.status_code == 200


@pytest.mark.parametrize(
    ("change", "status", "words"),
    [
        ({"model": "claude-nothing"}, 404, "claude-nothing"),
        ({"extra_body": {"temperature": 0.2}}, 400, "temperature"),
        (
            {"output_config": {"format": {"type": "json_schema", "schema": {"type": "integer", "minimum": 1}}}},
            400,
            "minimum",
        ),
        (
            {"output_config": {"format": {"type": "json_schema", "schema": {"type": "object"}}}},
            400,
            "additionalProperties",
        ),
        ({"extra_body": {"top_p": 0.9}}, 400, "top_p"),
        ({"extra_body": {"top_k": 5}}, 400, "top_k"),
        ({"tool_choice": {"type": "tool", "name": "x"}}, 400, "forced tool use"),
        ({"tool_choice": {"type": "any"}}, 400, "forced tool use"),
        ({"thinking": {"type": "disabled"}}, 400, "thinking"),
        ({"messages": []}, 400, "messages"),
        ({"max_tokens": 0}, 400, "max_tokens"),
        ({"extra_body": {"messages": None}}, 400, "messages: Field required"),
        ({"extra_body": {"max_tokens": None}}, 400, "max_tokens: Field required"),
        ({"system": "x" * (33 * 1024 * 1024)}, 413, "maximum allowed"),
    ],
    ids=lambda value: str(value)[:40],
)
async def test_what_the_api_refuses_is_refused(change: dict[str, Any], status: int, words: str) -> None:
    async with practice() as (simulator, client):
        with pytest.raises(anthropic.APIStatusError, match=re.escape(words)) as caught:
            await client.messages.create(**(request() | change))
        assert caught.value.status_code == status
        assert caught.value.type == {404: "not_found_error", 413: "request_too_large"}.get(
            status, "invalid_request_error"
        )
        assert simulator.calls == 1


@pytest.mark.parametrize("kind", STATUS_KINDS)
async def test_each_status_fault_raises_the_sdks_error(kind: str) -> None:
    async with practice(f"{kind}@1", pace=0.01) as (_, client):
        with pytest.raises(anthropic.APIStatusError) as caught:
            await stream(client)
        error = caught.value
        assert error.status_code == int(kind[:3])
        assert error.type == STATUS_KINDS[kind][1]
        assert (error.response.headers.get("retry-after") == "1") == (kind == "429")
        spend = {"429_spend": "enforced_spend_limit_reached", "429_contract": "contract_spend_limit_reached"}
        assert error.error_code == spend.get(kind)
        assert (error.request_id or "").startswith("req_sim_")
        assert turns_of(await stream(client)), "only the first request was to fail"


async def test_a_connection_fault_is_a_connection_error() -> None:
    async with practice("connection@1") as (_, client):
        with pytest.raises(anthropic.APIConnectionError):
            await stream(client)


async def test_a_reset_in_mid_stream_is_a_raw_transport_error_after_some_text() -> None:
    async with practice("reset@1") as (_, client):
        seen = ""
        with pytest.raises((httpx2.ReadError, httpx2.RemoteProtocolError)):
            async with client.messages.stream(**request()) as events:
                async for piece in events.text_stream:
                    seen += piece
        assert seen.startswith("<turn>")


async def test_a_stall_in_mid_stream_times_out() -> None:
    async with practice("stall@1") as (_, client):
        with pytest.raises(httpx2.ReadTimeout):
            await stream(client, timeout=2)


async def test_a_cut_stream_returns_a_message_without_stop_reason() -> None:
    async with practice("cut@1") as (_, client):
        message = await stream(client)
        assert message.stop_reason is None
        assert text_of(message)


async def test_an_error_event_in_mid_stream_is_an_overloaded_error_with_status_200() -> None:
    async with practice("sse_error@1") as (_, client):
        with pytest.raises(anthropic.APIStatusError) as caught:
            await stream(client)
        assert (caught.value.status_code, caught.value.type) == (200, "overloaded_error")


async def test_slow_takes_five_times_as_long() -> None:
    pace = 0.05
    async with practice("slow@2", pace=pace) as (_, client):
        usual = pace * (FIRST_DELTA_SECONDS + len(text_of(await stream(client))) * SECONDS_PER_CHAR)
        begin = time.monotonic()
        answer = await stream(client)
        assert time.monotonic() - begin > 4 * min(usual, pace * (FIRST_DELTA_SECONDS + MAX_STREAM_SECONDS))
        assert answer.stop_reason == "end_turn"


@pytest.mark.parametrize("kind", ["empty_200", "garbage_200"])
async def test_an_empty_or_garbled_200_cannot_be_read(kind: str) -> None:
    async with practice(f"{kind}@1-2") as (_, client):
        with pytest.raises(json.JSONDecodeError):
            await ask(client)
        with pytest.raises((json.JSONDecodeError, AssertionError)):
            await stream(client)


async def test_an_html_200_comes_back_as_a_string() -> None:
    async with practice("html_200@1") as (_, client):
        assert str(await client.messages.create(**request())).startswith("<html>")


@pytest.mark.parametrize("kind", ["reset", "cut", "sse_error"])
async def test_faults_of_a_stream_also_break_a_plain_request(kind: str) -> None:
    async with practice(f"{kind}@1") as (_, client):
        with pytest.raises((httpx2.TransportError, anthropic.APIError, json.JSONDecodeError)):
            await ask(client)


async def test_damaged_answers_are_damaged_in_their_own_way() -> None:
    kinds = ("truncated", "refusal", "untagged", "unclosed", "json_in_text", "wrong_turns")
    async with practice(",".join(f"{kind}@{n}" for n, kind in enumerate(kinds, 1))) as (_, client):
        truncated, refusal, untagged, unclosed, as_json, wrong = [await stream(client) for _ in kinds]
    assert truncated.stop_reason == "max_tokens"
    assert text_of(truncated)[-1].isalpha()
    assert (refusal.stop_reason, refusal.content) == ("refusal", [])
    assert refusal.stop_details is not None
    assert "<" not in text_of(untagged)
    assert untagged.stop_reason == "end_turn"
    assert text_of(unclosed).endswith("</advisor>")
    assert len(json.loads(text_of(as_json).split("```json")[1].rstrip("`\n"))) == 4
    assert len(turns_of(wrong)) == 3


def kinds_met(faults: str, bodies: list[bytes], seed: int = 0) -> list[str | None]:
    parsed = Faults.parse(faults)
    return [parsed.choose(body, position=n, elapsed=0, seed=seed) for n, body in enumerate(bodies, 1)]


def test_rate_faults_are_the_same_in_a_rerun_and_new_in_a_retry() -> None:
    bodies = [f"body {n}".encode() for n in range(400)]
    first = kinds_met("500:0.2", bodies)
    assert first == kinds_met("500:0.2", bodies)
    assert first != kinds_met("500:0.2", bodies, seed=1)
    assert 40 < first.count("500") < 120
    shuffled = kinds_met("500:0.2", bodies[::-1])
    assert shuffled[::-1] == first, "what a request meets must not depend on the order of arrival"
    retried = kinds_met("500:0.5", [b"one body"] * 40)
    assert {None, "500"} == set(retried)


def test_faults_by_position_key_and_window_hit_what_they_name() -> None:
    assert kinds_met("cut@2-3,slow@5", [b"x"] * 5) == [None, "cut", "cut", None, "slow"]
    keyed = 'refusal@key="Term, whole",500@key=HSA*2'
    bodies = [b'{"a": "HSA"}', b'{"a": "Term, whole"}', b'{"a": "HSA"}', b'{"a": "HSA"}', b'{"a": "FSA"}']
    assert kinds_met(keyed, bodies) == ["500", "refusal", "500", None, None]
    assert kinds_met("500@key=Zoë", [b'{"a": "Zo\\u00eb"}']) == ["500"]
    window = Faults.parse("529@t=1..5")
    met = [window.choose(b"x", position=1, elapsed=at, seed=0) for at in (0.5, 1.0, 4.9, 5.0)]
    assert met == [None, "529", "529", None]


async def test_a_key_with_a_count_fails_only_so_many_requests_of_the_sdk() -> None:
    async with practice("503@key=HSA*1,529@t=60..61") as (_, client):
        await stream(client, plan("Planning a sabbatical"))
        with pytest.raises(anthropic.InternalServerError):
            await stream(client)
        await stream(client)


@pytest.mark.parametrize(
    "text", ["429", "teapot@1", "500:2", "500:often", "500@", "500@0", "500@5-2", "500@t=5..1", "500@soon", "429;500"]
)
def test_nonsense_in_a_fault_text_is_named(text: str) -> None:
    with pytest.raises(SettingsError) as caught:
        Faults.parse(text)
    assert caught.value.message.endswith(".")
    assert caught.value.hint


def test_a_fault_text_may_be_empty() -> None:
    assert Faults.parse("").faults == ()


async def test_a_cached_prefix_is_written_once_and_read_afterwards() -> None:
    async with practice() as (_, client):
        first, second = await stream(client, system=RULES), await ask(client, plan("Other"), system=RULES)
        tokens = round(len(RULES[0]["text"]) / 3.8)
        assert (first.usage.cache_creation_input_tokens, first.usage.cache_read_input_tokens) == (tokens, 0)
        assert (second.usage.cache_creation_input_tokens, second.usage.cache_read_input_tokens) == (0, tokens)
        assert abs(first.usage.input_tokens - len(plan()) / 3.8) <= 1
        short = await ask(client, system=[{**RULES[0], "text": "Short rules."}])
        assert (short.usage.cache_creation_input_tokens, short.usage.cache_read_input_tokens) == (0, 0)


async def test_a_longer_prefix_reads_the_shorter_one_it_begins_with() -> None:
    shared = {"type": "text", "text": "The conversation. " * 200, "cache_control": {"type": "ephemeral", "ttl": "1h"}}
    async with practice() as (_, client):
        await ask(client, system=RULES)
        messages = [{"role": "user", "content": [shared, {"type": "text", "text": plan()}]}]
        usage = (await ask(client, system=RULES, messages=messages)).usage
        assert usage.cache_read_input_tokens == round(len(RULES[0]["text"]) / 3.8)
        assert usage.cache_creation is not None
        assert usage.cache_creation.ephemeral_1h_input_tokens == usage.cache_creation_input_tokens > 0


async def test_counted_tokens_agree_with_what_is_billed() -> None:
    async with practice() as (_, client):
        messages: Any = request()["messages"]
        counted = await client.messages.count_tokens(model=MODEL, messages=messages)
        assert counted.input_tokens == (await ask(client)).usage.input_tokens


async def test_models_are_listed_with_their_lifecycle() -> None:
    async with practice() as (_, client):
        models = {model.id: model async for model in client.models.list()}
        assert {MODEL, "claude-haiku-5-5", "claude-opus-5-5", "claude-haiku-4-5"} <= set(models)
        assert models["claude-sonnet-4-5"].lifecycle == "deprecated"
        assert (await client.models.retrieve(MODEL)).display_name == "Claude Sonnet 5.5"
        with pytest.raises(anthropic.NotFoundError):
            await client.models.retrieve("claude-nothing")


async def test_headers_show_the_limits_and_too_many_requests_are_told_when_to_return() -> None:
    async with practice(requests_per_minute=2) as (_, client):
        answer = await client.messages.with_raw_response.create(**request())
        assert answer.headers["anthropic-ratelimit-requests-limit"] == "2"
        assert answer.headers["anthropic-ratelimit-requests-remaining"] == "1"
        for name in ("requests", "input-tokens", "output-tokens"):
            assert answer.headers[f"anthropic-ratelimit-{name}-reset"].endswith("Z")
        await ask(client)
        with pytest.raises(anthropic.RateLimitError) as caught:
            await ask(client)
        assert 1 <= int(caught.value.response.headers["retry-after"]) <= 30


class Mood(pydantic.BaseModel):
    name: str
    intensity: float = pydantic.Field(ge=0.2, le=0.9)


class Reading(pydantic.BaseModel):
    moods: list[Mood] = pydantic.Field(min_length=2)
    score: int = pydantic.Field(ge=1, le=5)
    kind: str = pydantic.Field(min_length=30)
    first: Mood | None
    calm: bool


async def test_a_schema_is_answered_with_json_that_satisfies_it() -> None:
    async with practice("json_in_text@2,unclosed@3,wrong_turns@4") as (_, client):
        config = {"format": {"type": "json_schema", "schema": anthropic.transform_schema(Reading)}}
        Reading.model_validate_json(text_of(await ask(client, output_config=config)))
        for _ in range(3):
            with pytest.raises(pydantic.ValidationError):
                Reading.model_validate_json(text_of(await ask(client, output_config=config)))
        asked = f"Annotate turn 1 and answer with JSON of this schema: {json.dumps(Reading.model_json_schema())}"
        fenced = text_of(await ask(client, asked))
        Reading.model_validate_json(fenced.split("```json")[1].rstrip("`\n"))


async def test_many_at_once_are_answered_and_closing_does_not_wait_for_a_stall() -> None:
    async with asyncio.timeout(30), practice("stall@1") as (simulator, client):
        arrived = asyncio.Event()
        simulator.on_request = lambda _: arrived.set()
        stalled = asyncio.create_task(ask(client))
        await arrived.wait()
        answers = await asyncio.gather(*(ask(client, plan(turns=n % 5 + 2)) for n in range(20)))
        assert [len(turns_of(answer)) for answer in answers] == [n % 5 + 2 for n in range(20)]
        assert simulator.calls == 21
        stalled.cancel()
