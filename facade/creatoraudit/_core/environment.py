"""Reads proxy and certificate settings from the environment and names the variable at fault.

httpx reads the same variables, but then one invalid entry prevents every client, and its messages
name neither the variable nor the file.
"""

from __future__ import annotations

import ipaddress
import os
from pathlib import Path
from urllib.parse import urlsplit
from urllib.request import getproxies

from .log import logger
from .text import one_line

# Variables that other HTTP libraries read and this one does not.
_IGNORED = ("REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE")
_told: set[str] = set()


def proxy_for(url: str) -> tuple[str, str] | None:
    """The proxy for a server and the variable that names it; None for a direct connection."""
    parts = urlsplit(url)
    proxies = getproxies()
    if _bypassed(parts.hostname or "", parts.port, parts.scheme, proxies.get("no", "")):
        return None
    for scheme in (parts.scheme, "all"):
        proxy = proxies.get(scheme)
        if proxy:
            name = f"{scheme}_proxy"
            named = name.upper() if os.environ.get(name) is None else name
            return proxy if "://" in proxy else f"http://{proxy}", named
    return None


def _bypassed(host: str, port: int | None, scheme: str, exceptions: str) -> bool:
    """Whether NO_PROXY names a host: by name, domain, address or network, with or without port."""
    return any(
        _matches(host, port or (443 if scheme == "https" else 80), scheme, entry.strip().lower())
        for entry in exceptions.split(",")
        if entry.strip()
    )


def _matches(host: str, port: int, scheme: str, entry: str) -> bool:
    wanted, _, rest = entry.rpartition("://")
    if wanted not in ("", "all", scheme):
        return False
    if "/" in rest.rstrip("/"):
        try:
            network = ipaddress.ip_network(rest.replace("[", "").replace("]", ""), strict=False)
        except ValueError:
            if entry not in _told:
                _told.add(entry)
                shown = one_line(entry, 60)
                logger.warning("NO_PROXY: the entry %r is not valid and is ignored", shown)
            return False
        return _address(host) in network if _address(host) is not None else False
    name, colon, digits = rest.rstrip("/").rpartition(":")
    if colon and digits.isdigit() and (":" not in name or name.endswith("]")):
        if int(digits) != port:
            return False
        rest = name
    rest = rest.strip("[]/")
    address = _address(rest)
    if address is not None:
        return address == _address(host)
    domain = rest.lstrip("*").lstrip(".")
    return rest == "*" or host == domain or host.endswith(f".{domain}")


def _address(text: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    try:
        return ipaddress.ip_address(text)
    except ValueError:
        return None


def certificates_problem() -> str | None:
    """Describe what is wrong with the certificate variables; None if they are valid."""
    file, folders = os.environ.get("SSL_CERT_FILE"), os.environ.get("SSL_CERT_DIR")
    if file:
        return _problem_with("SSL_CERT_FILE", Path(file), folder=False)
    for folder in (folders or "").split(os.pathsep):
        if folder and (problem := _problem_with("SSL_CERT_DIR", Path(folder), folder=True)):
            return problem
    log = os.environ.get("SSLKEYLOGFILE")
    return _problem_with("SSLKEYLOGFILE", Path(log).parent, folder=True) if log else None


def _problem_with(name: str, path: Path, *, folder: bool) -> str | None:
    try:
        if folder:
            os.scandir(path).close()
        else:
            path.open("rb").close()
    except OSError as error:
        return f"{name} names {one_line(str(path), 200)!r}: {error.strerror}"
    return None


def certificate_advice() -> str:
    """Advice for when a server's certificate is not trusted."""
    said = "if your network has a certificate authority of its own, set SSL_CERT_FILE to its file"
    ignored = [name for name in _IGNORED if os.environ.get(name)]
    if ignored:
        said += f" ({' and '.join(ignored)} {'is' if len(ignored) == 1 else 'are'} not read here)"
    return said
