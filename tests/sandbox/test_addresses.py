"""The URL of a sandbox works for any address that it listens on."""

from __future__ import annotations

import socket

import pytest

from creatoraudit_sandbox.server import url_of


@pytest.mark.parametrize(
    ("family", "address", "shown"),
    [
        (socket.AF_INET, "127.0.0.1", "127.0.0.1"),
        (socket.AF_INET, "0.0.0.0", "127.0.0.1"),
        (socket.AF_INET6, "::1", "[::1]"),
        (socket.AF_INET6, "::", "[::1]"),
    ],
)
def test_an_address_that_means_any_is_shown_as_loopback(
    family: int, address: str, shown: str
) -> None:
    with socket.socket(family) as listener:
        try:
            listener.bind((address, 0))
        except OSError:
            pytest.skip("this machine has no IPv6")
        port = listener.getsockname()[1]
        assert url_of(listener) == f"http://{shown}:{port}/v2"
