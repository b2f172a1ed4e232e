"""What stands around the house in tests: a mail server and an SMS gateway, real ones on loopback."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.notices import gateway as gateways
from tests.notices import mailbox
from tests.notices.gateway import Gateway
from tests.notices.mailbox import Mailbox


@pytest.fixture
def server() -> Iterator[Mailbox]:
    """A kind mail server."""
    with mailbox.opened() as opened:
        yield opened


@pytest.fixture
def gateway() -> Iterator[Gateway]:
    """A kind gateway."""
    with gateways.opened() as opened:
        yield opened
