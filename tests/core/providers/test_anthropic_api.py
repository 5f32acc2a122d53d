"""The real SDK against the simulator's every fault, and against servers of other makers that speak the same API."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import anthropic
import pytest
from aiohttp import web
from serving import serving

from core.providers.anthropic_api import AnthropicProvider
from core.providers.faults import classify
from core.providers.port import CallFailed, Next, Reply, Request
from core.providers.simulator.faults import KINDS, Faults
from core.providers.simulator.server import Simulator

KEY = "sk-ant-api03-this-must-never-be-seen-0123456789"
REQUEST = Request("claude-sonnet-5-5", "You write.", "Write it.", 8_000, "medium", "between_tools")
TEXT = "<turn><user>“I froze.”</user><advisor>Naïve? No: human. 🙂</advisor></turn>"

EXPECTED: dict[str, Next | str | None] = {
    "400": Next.FAIL_ROW,
    "401": Next.STOP_JOB,
    "402": Next.STOP_JOB,
    "403": Next.STOP_JOB,
    "404": Next.STOP_JOB,
    "408": Next.RETRY,
    "409": Next.FAIL_ROW,
    "413": Next.FAIL_ROW,
    "422": Next.FAIL_ROW,
    "429": Next.WAIT,
    "429_spend": Next.STOP_JOB,
    "429_contract": Next.STOP_JOB,
    "500": Next.RETRY,
    "501": Next.RETRY,
    "503": Next.RETRY,
    "504": Next.RETRY,
    "529": Next.RETRY,
    "connection": Next.RETRY,
    "reset": Next.RETRY,
    "stall": Next.RETRY,
    "slow": "end_turn",
    "cut": None,
    "sse_error": Next.RETRY,
    "empty_200": Next.RETRY,
    "garbage_200": Next.RETRY,
    "html_200": Next.RETRY,
    "truncated": "max_tokens",
    "refusal": "refusal",
    "untagged": "end_turn",
    "unclosed": "end_turn",
    "json_in_text": "end_turn",
    "wrong_turns": "end_turn",
    "bad_json": "end_turn",
    "wrong_schema": "end_turn",
    "missing_sentences": "end_turn",
    "invented_quote": "end_turn",
}


async def ask(base_url: str, *, timeout: float = 60.0, key: str = KEY) -> tuple[Reply | CallFailed, str]:
    """One call: what it gave or how it failed, and the text that was handed out meanwhile."""
    provider, pieces = AnthropicProvider(key, base_url), []
    try:
        return await provider.stream(REQUEST, pieces.append, timeout=timeout), "".join(pieces)
    except CallFailed as failure:
        return failure, "".join(pieces)
    finally:
        await provider.close()


def test_every_fault_of_the_simulator_is_expected() -> None:
    assert set(EXPECTED) == set(KINDS)


@pytest.mark.parametrize("fault", KINDS)
async def test_a_fault_says_what_to_do_next(fault: str) -> None:
    async with Simulator(pace=0, faults=Faults.parse(f"{fault}@1")) as simulator:
        result, heard = await ask(simulator.base_url, timeout=2 if fault == "stall" else 60.0)
    expected = EXPECTED[fault]
    if isinstance(expected, Next):
        assert isinstance(result, CallFailed)
        assert result.next_step is expected
        assert result.message.endswith(".")
        assert KEY not in f"{result} {result.__cause__!r}"
        assert result.text == heard, "what had arrived is kept"
        if fault in ("reset", "stall", "sse_error"):
            assert result.usage.input_tokens > 0
            assert heard
        if fault == "429":
            assert result.retry_after_s == 0
        if fault.isdigit():
            assert result.status_code == int(fault)
            assert result.request_id.startswith("req_sim_")
    else:
        assert isinstance(result, Reply)
        assert result.stop_reason == expected
        assert result.text == heard
        assert result.limits.requests.limit == 4000


@pytest.mark.parametrize("fault", KINDS)
async def test_a_fault_says_what_to_do_next_also_when_nothing_is_streamed(fault: str) -> None:
    async with Simulator(pace=0, faults=Faults.parse(f"{fault}@1")) as simulator:
        transport = anthropic.DefaultAioHttpClient(trust_env=False)
        async with anthropic.AsyncAnthropic(
            api_key=KEY, base_url=simulator.base_url, max_retries=0, http_client=transport
        ) as client:
            try:
                message = await client.messages.create(
                    model=REQUEST.model,
                    max_tokens=REQUEST.max_tokens,
                    messages=[{"role": "user", "content": REQUEST.user}],
                    timeout=2 if fault == "stall" else 60.0,
                )
            except Exception as error:  # noqa: BLE001  whatever escapes the SDK is what is sorted here
                failure = classify(error)
            else:
                if fault == "html_200":
                    assert isinstance(message, str), "the SDK hands a web page on; the provider never takes it for one"
                else:
                    assert message.stop_reason == EXPECTED[fault]
                return
    # A stream that ends early is a message without an end; a message that ends early is no message at all.
    assert failure.next_step is (Next.RETRY if fault == "cut" else EXPECTED[fault])
    assert failure.message.endswith(".")
    assert KEY not in str(failure)


@pytest.mark.parametrize(
    ("address", "says"),
    [
        ("http://127.0.0.1:9", "nothing answers at its address"),
        ("http://no-such-host.invalid", "its address cannot be found, perhaps because there is no network"),
    ],
)
async def test_a_server_that_is_not_there_is_tried_again_and_told_in_plain_words(address: str, says: str) -> None:
    result, _ = await ask(address)
    assert isinstance(result, CallFailed)
    assert result.next_step is Next.RETRY
    assert result.message == f"The connection to the service failed: {says}."
    assert "ANTHROPIC_BASE_URL" in result.hint


@pytest.mark.parametrize("fault", ["connection", "reset"])
async def test_a_connection_that_breaks_is_told_in_plain_words(fault: str) -> None:
    async with Simulator(pace=0, faults=Faults.parse(f"{fault}@1")) as simulator:
        result, _ = await ask(simulator.base_url)
    assert isinstance(result, CallFailed)
    assert result.message == "The connection to the service failed: it broke off."


async def test_a_key_that_a_server_repeats_is_not_repeated() -> None:
    async def answer(request: web.Request) -> web.Response:
        said = f"who is {request.headers.get('x-api-key')} or {request.headers.get('authorization')}?"
        return web.json_response({"type": "error", "error": {"type": "x", "message": said}}, status=401)

    async with serving(answer) as base_url:
        result, _ = await ask(base_url)
    assert isinstance(result, CallFailed)
    assert result.next_step is Next.STOP_JOB
    assert "never-be-seen" not in str(result)


async def test_practice_goes_through_no_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "http_proxy", "https_proxy", "all_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    async with Simulator(pace=0) as simulator:
        result, _ = await ask(simulator.base_url)
    assert isinstance(result, Reply)


async def test_a_server_with_a_style_of_its_own_works_as_the_vendors_does() -> None:
    async def answer(request: web.Request) -> web.StreamResponse:
        assert (await request.json())["stream"] is True
        response = web.StreamResponse(headers={"content-type": "text/event-stream; charset=utf-8"})
        await response.prepare(request)
        message = {"id": "m1", "type": "message", "role": "assistant", "model": "local", "content": []}
        await crlf(response, "ping", {})
        await crlf(
            response, "message_start", {"message": {**message, "usage": {"input_tokens": 12, "output_tokens": 0}}}
        )
        await crlf(response, "surprise_of_the_maker", {"tokens_per_second": 31.5})
        await crlf(response, "content_block_start", {"index": 0, "content_block": {"type": "text", "text": TEXT[:10]}})
        await crlf(response, "ping", {})
        data = event("content_block_delta", {"index": 0, "delta": {"type": "text_delta", "text": TEXT[10:]}})
        for at in range(0, len(data), 7):  # cut anywhere, also inside a letter
            await response.write(data[at : at + 7])
        await crlf(response, "content_block_stop", {"index": 0})
        await crlf(response, "message_delta", {"delta": {"stop_reason": "end_turn"}, "usage": {"output_tokens": 34}})
        await crlf(response, "message_stop", {})
        return response

    async with serving(answer) as base_url:
        result, heard = await ask(base_url)
    assert isinstance(result, Reply), result
    assert (result.text, heard, result.stop_reason, result.model) == (TEXT, TEXT, "end_turn", "local")
    assert (result.usage.input_tokens, result.usage.output_tokens) == (12, 34)
    assert (result.usage.cache_creation_input_tokens, result.usage.cache_read_input_tokens) == (0, 0)
    assert result.limits.requests.limit is None


async def test_half_characters_are_joined_or_replaced_and_counts_below_zero_are_none() -> None:
    async def answer(request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse(headers={"content-type": "text/event-stream", "request-id": "r\udcff"})
        await response.prepare(request)
        usage = {"input_tokens": -1, "output_tokens": 0}
        pieces = ["Naïve \ud83d", "\ude42 ", "\ud83d", "no\ude42", " end\ud83d"]
        for name, data in (
            ("message_start", {"message": {"model": "local\udc80", "usage": usage}}),
            *(("content_block_delta", {"delta": {"type": "text_delta", "text": piece}}) for piece in pieces),
            ("message_delta", {"delta": {"stop_reason": "end_turn"}, "usage": {"output_tokens": 3}}),
        ):
            payload = json.dumps({"type": name, **data})  # as \\ud83d, which is how a half character travels
            await response.write(f"event: {name}\ndata: {payload}\n\n".encode())
        return response

    async with serving(answer) as base_url:
        result, heard = await ask(base_url)
    assert isinstance(result, Reply), result
    assert result.text == heard == "Naïve 🙂 \ufffdno\ufffd end"
    assert (result.model, result.usage.input_tokens, result.usage.output_tokens) == ("local\ufffd", 0, 3)
    assert result.request_id.encode()


async def test_a_server_that_knows_no_streams_is_understood() -> None:
    async def answer(_: web.Request) -> web.Response:
        content = [{"type": "thinking", "thinking": "hm"}, {"type": "text", "text": TEXT}]
        usage = {"input_tokens": 5, "output_tokens": 6, "cache_read_input_tokens": None}
        return web.json_response(
            {"type": "message", "model": "plain", "content": content, "stop_reason": "end_turn", "usage": usage}
        )

    async with serving(answer) as base_url:
        result, heard = await ask(base_url)
    assert isinstance(result, Reply), result
    assert (result.text, heard, result.stop_reason, result.model) == (TEXT, TEXT, "end_turn", "plain")
    assert (result.usage.input_tokens, result.usage.output_tokens) == (5, 6)


async def test_the_second_request_is_the_sdks_own_like_the_first_with_a_body_of_its_own() -> None:
    seen: list[tuple[dict[str, str], Any]] = []

    async def answer(request: web.Request) -> web.Response:
        seen.append((dict(request.headers), await request.json()))
        return web.json_response({"model": "plain", "content": [], "stop_reason": "end_turn"})

    async with serving(answer) as base_url:
        provider = AnthropicProvider(KEY, base_url)
        for user in ("Write it.", "Schreib's noch größer. 🙂", "Write it."):
            await provider.stream(replace(REQUEST, user=user), print, timeout=60)
        await provider.close()
        http = anthropic.DefaultAioHttpClient()
        async with anthropic.AsyncAnthropic(api_key=KEY, base_url=base_url, http_client=http) as sdk:
            system = [{"type": "text", "text": "You write.", "cache_control": {"type": "ephemeral", "ttl": "5m"}}]
            wanted: dict[str, Any] = {
                "model": REQUEST.model,
                "max_tokens": REQUEST.max_tokens,
                "stream": True,
                "system": system,
                "messages": [{"role": "user", "content": "Write it."}],
                "output_config": {"effort": REQUEST.effort},
                "thinking": {"type": REQUEST.thinking},
            }
            await sdk.messages.with_raw_response.create(**wanted)
    assert len({headers.pop("Content-Length") for headers, _ in seen}) == 2
    assert [headers for headers, _ in seen] == [seen[3][0]] * 4
    assert seen[0][1] == seen[2][1] == seen[3][1]
    assert seen[1][1]["messages"] == [{"role": "user", "content": "Schreib's noch größer. 🙂"}]


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ({"error": {"message": "model is loading"}}, "an error (model is loading) instead of a message"),
        ({"choices": [{"message": {"content": "hi"}}]}, "some other JSON instead of a message"),
        (["what"], "some other JSON instead of a message"),
    ],
)
async def test_json_that_is_no_message_is_named(body: Any, said: str) -> None:
    async def answer(_: web.Request) -> web.Response:
        return web.json_response(body)

    async with serving(answer) as base_url:
        result, _ = await ask(base_url)
    assert isinstance(result, CallFailed)
    assert result.next_step is Next.RETRY
    assert said in result.message


@pytest.mark.parametrize(
    "refusal",
    [
        {"type": "error", "error": {"type": "invalid_request_error", "message": "{name}: Extra inputs not permitted"}},
        {"error": "unknown field {name}"},
        {"detail": [{"loc": ["body", "{name}"], "msg": "Extra inputs are not permitted"}]},
    ],
)
async def test_a_server_that_refuses_a_field_is_quoted_in_the_rows_failure(refusal: dict[str, Any]) -> None:
    async def answer(request: web.Request) -> web.Response:
        body = await request.json()
        unknown = [name for name in body if name not in ("model", "max_tokens", "messages", "system", "stream")]
        text = json.dumps(refusal).replace("{name}", unknown[0])
        return web.Response(text=text, status=400, content_type="application/json")

    async with serving(answer) as base_url:
        result, _ = await ask(base_url)
    assert isinstance(result, CallFailed)
    assert result.next_step is Next.FAIL_ROW
    assert result.message.startswith("The service answered 400")
    assert "output_config" in result.message
    assert 'dialogue_effort = ""' in result.hint


def event(name: str, data: dict[str, Any]) -> bytes:
    """A server-sent event with CRLF, as some frameworks write them."""
    payload = json.dumps({"type": name, **data}, ensure_ascii=False)
    return f"event: {name}\r\ndata: {payload}\r\n\r\n".encode()


async def crlf(response: web.StreamResponse, name: str, data: dict[str, Any]) -> None:
    await response.write(event(name, data))
