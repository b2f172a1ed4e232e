"""Handing SMS to a real gateway that is kind, down, slow, refusing, breaks off or is another; and to apprise."""

from __future__ import annotations

import logging
import ssl
from pathlib import Path

import pytest
import trustme

from clinic.notices import sms
from clinic.notices.smtp import Delivery
from clinic.services.outbox import Fate
from clinic.settings import SettingsError, SmsGateway
from tests.notices import gateway as gateways
from tests.notices.gateway import SENDER, TOKEN, Gateway, Play

TO = "+33612345678"
TEXT = "Rappel : rendez-vous jeudi 12 août à 18h00."
WRITTEN = "Rappel : rendez-vous jeudi 12 aout à 18h00."
MESSAGE = "f00dcafe" * 4


def send(settings: SmsGateway, *, text: str = TEXT, to: str = TO, patience: float = 5.0) -> Delivery:
    return sms.deliver(text, to=to, message_token=MESSAGE, gateway=settings, patience=patience)


def test_S11_the_gateway_gets_four_things_and_no_more(gateway: Gateway) -> None:
    assert send(gateway.settings("/v1/messages?route=2")) == Delivery(Fate.SENT)

    (request,) = gateway.requests
    assert request.path == "/v1/messages?route=2"
    assert request.payload == {"id": MESSAGE, "from": SENDER, "to": TO, "text": WRITTEN}
    assert request.headers == {
        "Host": f"127.0.0.1:{gateway.port}",
        "Accept-Encoding": "identity",
        "Authorization": f"Bearer {TOKEN}",
        "Content-Length": str(len(request.body)),
        "Content-Type": "application/json",
        "Idempotency-Key": MESSAGE,
        "User-Agent": "agenda",
    }


def test_S75_the_same_message_again_has_the_same_key(gateway: Gateway) -> None:
    send(gateway.settings())
    send(gateway.settings())

    assert gateway.requests[0] == gateway.requests[1]


def test_S13_a_text_of_more_than_one_segment_is_not_sent(gateway: Gateway) -> None:
    assert send(gateway.settings(), text="م" * 71) == Delivery(Fate.REFUSED, "too_long")
    assert send(gateway.settings(), text="م" * 70) == Delivery(Fate.SENT)
    assert [each.payload["text"] for each in gateway.requests] == ["م" * 70]


@pytest.mark.parametrize("to", ["", "0612345678", "+33 6 12 34 56 78", "+33612345678/+33687654321", "+٣٣٦١٢٣٤٥٦٧٨"])
def test_S45_what_is_no_number_is_not_sent(gateway: Gateway, to: str) -> None:
    assert send(gateway.settings(), to=to) == Delivery(Fate.REFUSED, "number")
    assert gateway.requests == []


@pytest.mark.parametrize(
    ("status", "fate", "is_down"),
    [
        (200, Fate.SENT, False),
        (204, Fate.SENT, False),
        (400, Fate.REFUSED, False),
        (401, Fate.LATER, True),
        (403, Fate.LATER, True),
        (404, Fate.REFUSED, False),
        (422, Fate.REFUSED, False),
        (429, Fate.LATER, True),
        (500, Fate.UNKNOWN, True),
        (502, Fate.UNKNOWN, True),
        (503, Fate.LATER, True),
        (504, Fate.UNKNOWN, True),
    ],
)
def test_S76_what_an_answer_means(gateway: Gateway, status: int, fate: Fate, *, is_down: bool) -> None:
    gateway.status, gateway.headers = status, {"Retry-After": "120"}

    code = None if fate is Fate.SENT else f"gateway_{status}"
    assert send(gateway.settings()) == Delivery(fate, code, is_down=is_down)
    assert len(gateway.requests) == 1


@pytest.mark.parametrize("status", [301, 302, 307, 308])
def test_S45_a_gateway_that_points_elsewhere_is_not_followed(gateway: Gateway, status: int) -> None:
    with gateways.opened() as elsewhere:
        gateway.status, gateway.headers = status, {"Location": elsewhere.settings().url}

        assert send(gateway.settings()) == Delivery(Fate.UNKNOWN, f"gateway_{status}", is_down=True)
        assert elsewhere.requests == []


@pytest.mark.parametrize(
    ("play", "code"),
    [
        ("close_at_once", "broken_line"),
        ("close_after_reading", "broken_line"),
        ("garbage", "unreadable"),
        ("hear_nothing", "timeout"),
        ("never_answer", "timeout"),
    ],
)
def test_S75_when_the_request_may_have_arrived_nobody_knows(gateway: Gateway, play: Play, code: str) -> None:
    gateway.play = play

    assert send(gateway.settings(), patience=0.3) == Delivery(Fate.UNKNOWN, code, is_down=True)


def test_S76_a_slow_gateway_is_waited_for_as_long_as_patience_lasts(gateway: Gateway) -> None:
    gateway.seconds_to_answer = 0.5

    assert send(gateway.settings(), patience=5.0) == Delivery(Fate.SENT)
    assert send(gateway.settings(), patience=0.1) == Delivery(Fate.UNKNOWN, "timeout", is_down=True)


@pytest.mark.parametrize(
    ("url", "code"),
    [
        ("http://127.0.0.1:{port}", "no_connection"),
        ("https://gateway.invalid/messages", "name"),
        ("https://a..b/messages", "no_connection"),
    ],
)
def test_S76_where_nobody_answers_nothing_was_taken(url: str, code: str) -> None:
    nowhere = SmsGateway(url.format(port=gateways.free_port()), SENDER, TOKEN)

    assert send(nowhere) == Delivery(Fate.LATER, code, is_down=True)


def test_S45_a_proxy_of_the_environment_is_not_asked(gateway: Gateway, monkeypatch: pytest.MonkeyPatch) -> None:
    with gateways.opened() as proxy:
        for name in ("http_proxy", "HTTP_PROXY", "https_proxy", "ALL_PROXY"):
            monkeypatch.setenv(name, f"http://127.0.0.1:{proxy.port}")

        assert send(gateway.settings()) == Delivery(Fate.SENT)
        assert proxy.requests == []


@pytest.fixture
def authority(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> trustme.CA:
    """A certificate authority that this process trusts."""
    authority = trustme.CA()
    authority.cert_pem.write_to_path(str(tmp_path / "ca.pem"))
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "ca.pem"))
    return authority


def test_S45_over_tls_a_gateway_proves_who_it_is(authority: trustme.CA) -> None:
    with gateways.opened(tls=_certified(authority, "localhost")) as gateway:
        assert send(gateway.settings()) == Delivery(Fate.SENT)
        assert gateway.requests[0].payload["text"] == WRITTEN


@pytest.mark.parametrize("name", ["localhost", "another.exemple.fr"])
def test_S45_a_gateway_that_cannot_prove_who_it_is_gets_nothing(authority: trustme.CA, name: str) -> None:
    signer = trustme.CA() if name == "localhost" else authority
    with gateways.opened(tls=_certified(signer, name)) as gateway:
        assert send(gateway.settings()) == Delivery(Fate.LATER, "tls", is_down=True)
        assert gateway.requests == []


@pytest.mark.parametrize(("play", "code"), [("hear_nothing", "timeout"), ("close_at_once", "tls")])
def test_S76_a_broken_handshake_has_taken_nothing(authority: trustme.CA, play: Play, code: str) -> None:
    with gateways.opened(tls=_certified(authority, "localhost")) as gateway:
        gateway.play = play

        assert send(gateway.settings(), patience=0.3) == Delivery(Fate.LATER, code, is_down=True)


@pytest.mark.parametrize("play", ["close_after_reading", "garbage", "never_answer"])
def test_S75_over_tls_too_nobody_knows_what_was_read(authority: trustme.CA, play: Play) -> None:
    with gateways.opened(tls=_certified(authority, "localhost")) as gateway:
        gateway.play = play

        assert send(gateway.settings(), patience=0.3).fate is Fate.UNKNOWN


def _by_apprise(gateway: Gateway) -> SmsGateway:
    return SmsGateway(f"json://user:{TOKEN}@127.0.0.1:{gateway.port}/{{to}}?retry=3", SENDER)


def test_apprise_sends_the_text_alone_to_the_number(gateway: Gateway) -> None:
    assert send(_by_apprise(gateway)) == Delivery(Fate.SENT)

    (request,) = gateway.requests
    assert request.path == f"/{TO}"
    assert (request.payload["title"], request.payload["message"]) == ("", WRITTEN)
    assert request.headers["User-Agent"] == "agenda"


def test_apprise_reaches_a_service_that_takes_numbers(gateway: Gateway) -> None:
    gateway.status = 200
    service = SmsGateway(f"signal://127.0.0.1:{gateway.port}/+33700000000/{{to}}")

    assert send(service) == Delivery(Fate.SENT)
    (request,) = gateway.requests
    assert request.payload["recipients"] == [TO]
    assert request.payload["message"] == WRITTEN


@pytest.mark.parametrize("status", [301, 400, 429, 500, 503])
def test_S75_when_apprise_says_no_nobody_knows_and_it_is_asked_once(gateway: Gateway, status: int) -> None:
    with gateways.opened() as elsewhere:
        gateway.status, gateway.headers = status, {"Location": elsewhere.settings().url}

        assert send(_by_apprise(gateway)) == Delivery(Fate.UNKNOWN, "apprise_no", is_down=True)
        assert (len(gateway.requests), elsewhere.requests) == (1, [])


def test_S75_apprise_is_waited_for_as_long_as_patience_lasts(gateway: Gateway) -> None:
    gateway.play = "never_answer"

    assert send(_by_apprise(gateway), patience=0.2) == Delivery(Fate.UNKNOWN, "apprise_no", is_down=True)


def test_S75_whatever_a_service_of_apprise_raises_nobody_knows(
    gateway: Gateway, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object, **__: object) -> None:
        raise RuntimeError(TO)

    monkeypatch.setattr("requests.sessions.Session.request", fail)

    assert send(_by_apprise(gateway)) == Delivery(Fate.UNKNOWN, "apprise_error", is_down=True)


@pytest.mark.parametrize("play", ["answer", "close_after_reading", "garbage"])
@pytest.mark.parametrize("status", [202, 400, 500])
def test_S52_no_log_and_no_output_knows_number_text_or_token(
    gateway: Gateway, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str], status: int, play: Play
) -> None:
    gateway.status, gateway.play, gateway.headers = status, play, {"X-Broken header": TO}
    for name in ("", "apprise", "urllib3", "urllib3.connection", "urllib3.connectionpool", "requests"):
        caplog.set_level(logging.DEBUG, logger=name)

    for settings in (_by_apprise(gateway), gateway.settings(f"/{TOKEN}")):
        sms.check(settings)
        send(settings)
    logging.getLogger("apprise").warning("Heard again.")

    output = capfd.readouterr()
    assert caplog.messages == ["Heard again."]
    assert (output.out, output.err) == ("", "")


@pytest.mark.parametrize("sender", ["Agenda", "RDV", "36180", "+33700000000"])
def test_S12_a_neutral_sender_may_start(sender: str) -> None:
    sms.check(SmsGateway("https://sms.exemple.fr", sender, TOKEN))


@pytest.mark.parametrize(
    "sender", ["MIST", "TheMist", "Mist75", "InfoDroits", "lawyer", "Avocate", "PoliceInfo", "Clinic"]
)
def test_S12_a_sender_that_tells_is_refused_in_every_language(sender: str) -> None:
    with pytest.raises(SettingsError, match="CLINIC_SMS_FROM") as refused:
        sms.check(SmsGateway("https://sms.exemple.fr", sender, TOKEN))

    assert sender not in str(refused.value)


@pytest.mark.parametrize("url", ["nothing-known://hush@host/{to}", "twilio://hush/{to}", "smseagle://hush/{to}"])
def test_S52_an_address_that_apprise_cannot_use_is_refused_without_repeating_it(url: str) -> None:
    with pytest.raises(SettingsError, match="CLINIC_SMS_URL") as refused:
        sms.check(SmsGateway(url))

    assert "hush" not in str(refused.value)
    assert send(SmsGateway(url)) == Delivery(Fate.LATER, "apprise_address", is_down=True)


def test_without_apprise_the_start_says_what_to_install(gateway: Gateway, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sms, "apprise", None)

    with pytest.raises(SettingsError, match=r"pip install 'clinic\[sms\]'"):
        sms.check(_by_apprise(gateway))
    sms.check(gateway.settings())


def _certified(authority: trustme.CA, name: str) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert(name).configure_cert(context)
    return context
