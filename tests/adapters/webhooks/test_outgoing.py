"""Where webhooks may go and how they are sent, against a real receiver."""

import asyncio
import socket
from collections.abc import AsyncIterator
from typing import Any
from uuid import uuid4

import pytest
from aiohttp import web
from standardwebhooks import WebhookVerificationError

from commissary.adapters.webhooks.outgoing.address import address_refusal, is_allowed
from commissary.adapters.webhooks.outgoing.sender import HttpWebhookSender
from commissary.domain.integrations.types import Message, Outcome, Secret
from tests.adapters.webhooks.receiver import Receiver, receiver

SECRET = "whsec_" + "MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY="
OTHER = "whsec_" + "YWJjZGVmZ2hpamtsbW5vcGFiY2RlZmdoaWprbG1ub3A="

# address, may a webhook go there
ADDRESSES = """
    93.184.215.14              yes
    2606:2800:21f:cb07::1      yes
    127.0.0.1                  no
    127.8.9.10                 no
    0.0.0.0                    no
    10.1.2.3                   no
    172.16.0.1                 no
    192.168.1.1                no
    100.64.0.1                 no
    169.254.169.254            no
    192.0.2.1                  no
    198.18.0.1                 no
    224.0.0.1                  no
    255.255.255.255            no
    240.0.0.1                  no
    ::                         no
    ::1                        no
    ::7f00:1                   no
    fe80::1                    no
    fe80::1%eth0               no
    fc00::1                    no
    ff02::1                    no
    fd00:ec2::254              no
    ::ffff:127.0.0.1           no
    ::ffff:10.0.0.1            no
    ::ffff:93.184.215.14       yes
    64:ff9b::7f00:1            no
    64:ff9b::a9fe:a9fe         no
    2002:7f00:1::              no
    2001:0:4136:e378::1        no
    not-an-address             no
"""

# url, refusal without and with loopback allowed
URLS = """
    https://127.0.0.1/hook              webhook_address_refused  -
    http://127.0.0.1/hook               webhook_url_scheme       -
    https://[::1]/hook                  webhook_address_refused  -
    https://[::ffff:127.0.0.1]/hook     webhook_address_refused  -
    https://10.1.2.3/hook               webhook_address_refused  webhook_address_refused
    https://169.254.169.254/latest      webhook_address_refused  webhook_address_refused
    https://[fd00:ec2::254]/latest      webhook_address_refused  webhook_address_refused
    https://2130706433/hook             webhook_address_refused  -
    https://0x7f000001/hook             webhook_address_refused  -
    https://0177.0.0.1/hook             webhook_address_refused  -
    https://127.1/hook                  webhook_address_refused  -
    https://0/hook                      webhook_address_refused  webhook_address_refused
    https://localhost/hook              webhook_address_refused  -
    https://2852039166/latest           webhook_address_refused  webhook_address_refused
    http://93.184.215.14/hook           webhook_url_scheme       webhook_url_scheme
    https://93.184.215.14/hook          -                        -
    https://93.184.215.14:8443/hook     -                        -
    https://user@93.184.215.14/hook     webhook_url_malformed    webhook_url_malformed
    https://a:b@93.184.215.14/hook      webhook_url_malformed    webhook_url_malformed
    https://93.184.215.14/hook#part     webhook_url_malformed    webhook_url_malformed
    https://93.184.215.14:0/hook        webhook_url_malformed    webhook_url_malformed
    https://93.184.215.14:99999/hook    webhook_url_malformed    webhook_url_malformed
    https:///hook                       webhook_url_malformed    webhook_url_malformed
    https://[::1/hook                   webhook_url_malformed    webhook_url_malformed
    ftp://93.184.215.14/hook            webhook_url_scheme       webhook_url_scheme
    file:///etc/passwd                  webhook_url_scheme       webhook_url_scheme
    //93.184.215.14/hook                webhook_url_scheme       webhook_url_scheme
    https://no-such-host.invalid/hook   webhook_host_unknown     webhook_host_unknown
"""


def rows(table: str) -> list[list[str]]:
    return [line.split() for line in table.strip().splitlines()]


@pytest.mark.parametrize(("address", "allowed"), rows(ADDRESSES))
def test_addresses(address: str, allowed: str) -> None:
    assert is_allowed(address, allow_loopback=False) == (allowed == "yes")


@pytest.mark.parametrize(("url", "without", "with_loopback"), rows(URLS))
async def test_urls(url: str, without: str, with_loopback: str) -> None:
    for allow, expected in ((False, without), (True, with_loopback)):
        refusal = await address_refusal(url, allow_loopback=allow)
        assert (refusal.code if refusal else "-") == expected


@pytest.fixture
async def hook() -> AsyncIterator[Receiver]:
    async with receiver() as running:
        yield running


def message(url: str, *secrets: str) -> Message:
    return Message(
        uuid4(), 1, url, uuid4(), '{"hello":"wörld"}', tuple(Secret(s) for s in secrets or (SECRET,))
    )


async def send(*messages: Message, **settings: Any) -> list[Outcome]:
    return await HttpWebhookSender(**{"allow_loopback": True, **settings}).send(messages)


async def test_the_signature_verifies_with_the_public_library(hook: Receiver) -> None:
    sent = message(hook.url, SECRET, OTHER)
    (outcome,) = await send(sent)
    assert (outcome.status, outcome.error, outcome.delivery_id) == (204, None, sent.delivery_id)
    (got,) = hook.received
    assert got.verified(SECRET) == got.verified(OTHER) == {"hello": "wörld"}
    assert got.headers["webhook-id"] == str(sent.event_id)
    with pytest.raises(WebhookVerificationError):
        got._replace(body='{"hello":"world"}').verified(SECRET)
    with pytest.raises(WebhookVerificationError):
        got.verified("whsec_" + "A" * 44)


async def test_a_redirect_is_a_failure_and_not_followed(hook: Receiver) -> None:
    async with receiver() as inner:
        hook.answer = lambda _: web.Response(status=302, headers={"location": inner.url})
        (outcome,) = await send(message(hook.url))
        assert (outcome.status, outcome.error) == (302, "answered 302")
        assert inner.received == []


@pytest.mark.parametrize(
    "host", ["127.0.0.1", "localhost", "2130706433", "0x7f.1", "[::1]", "[::ffff:127.0.0.1]"]
)
async def test_no_connection_is_made_to_a_refused_address(hook: Receiver, host: str) -> None:
    url = hook.url.replace("http://127.0.0.1", f"https://{host}")
    (outcome,) = await send(message(url), allow_loopback=False)
    assert outcome.status is None
    # A host of digits only is refused even earlier, as no host at all.
    assert outcome.error in {"address refused", "cannot send: InvalidUrlClientError"}
    assert hook.received == []


async def test_a_name_that_turns_to_this_machine_after_saving_is_refused_when_sending(
    hook: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    loop = asyncio.get_running_loop()
    answers = [["93.184.215.14"], ["127.0.0.1"], ["93.184.215.14", "10.0.0.1"]]

    async def turning(_: str, port: int, **__: Any) -> list[Any]:
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (a, port)) for a in answers.pop(0)]

    monkeypatch.setattr(loop, "getaddrinfo", turning)
    url = hook.url.replace("http://127.0.0.1", "https://rebound.example")
    assert await address_refusal(url, allow_loopback=False) is None
    for _ in range(2):
        (outcome,) = await send(message(url), allow_loopback=False)
        assert (outcome.status, outcome.error) == (None, "address refused")
    assert hook.received == []


async def test_failures_in_few_words(hook: Receiver) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        (closed,) = await send(message(f"http://127.0.0.1:{taken.getsockname()[1]}/?key=hidden"))
    assert (closed.status, closed.error) == (None, "cannot connect")
    hook.answer = lambda _: web.Response(status=503, headers={"retry-after": "120"}, text="secret things")
    (busy,) = await send(message(hook.url))
    assert (busy.status, busy.error, busy.retry_after_s) == (503, "answered 503", 120)


async def test_a_slow_receiver_is_given_up_and_a_talkative_one_cut_off(hook: Receiver) -> None:
    async def never(_: web.Request) -> web.StreamResponse:
        await asyncio.sleep(60)
        raise AssertionError

    async def talk(request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse()
        await response.prepare(request)
        for _ in range(100_000):
            await response.write(b"x" * 65_536)
        return response

    application = web.Application()
    application.router.add_post("/never", never)
    application.router.add_post("/talk", talk)
    runner = web.AppRunner(application, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    address = f"http://127.0.0.1:{runner.addresses[0][1]}"
    try:
        slow, chatty = await send(message(address + "/never"), message(address + "/talk"), time_limit_s=1)
    finally:
        await runner.cleanup()
    assert (slow.status, slow.error) == (None, "no answer within 1 s")
    assert chatty.status == 200
    assert chatty.duration_ms < 900
    assert hook.received == []


def test_secrets_do_not_show_themselves() -> None:
    assert SECRET not in repr(message("https://example.com", SECRET))
