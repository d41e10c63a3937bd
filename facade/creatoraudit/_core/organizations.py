"""Reads the file that names organizations and says where the key of each one is.

The file never contains a key. If no file is given, it is `creatoraudit.toml` in the current folder,
or else `~/.config/creatoraudit/config.toml`. Files are never merged.

    [organizations.acme]
    key = "env:ACME_KEY"

    [organizations.globex]
    key = "file:secrets/globex"
    base_url = "https://staging.example.com/v2"
"""

from __future__ import annotations

import os
import re
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from attrs import field, frozen

from ..errors import ConfigurationError
from .config import DEFAULT_BASE_URL, Placed
from .files import path_text, read_whole
from .key import problem_with
from .text import one_line

LOCAL = Path("creatoraudit.toml")
_NAME = re.compile(r"[a-z][a-z0-9_-]{0,62}")
_VARIABLE = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_MEMBERS = frozenset({"key", "base_url"})
_TAKES = 'it takes the members "key" and "base_url"'


@frozen
class Organization:
    """An organization and the location of its key.

    Attributes:
        name: Its name in the file.
        reference: Location of the key: `env:` and a variable, or `file:` and a path.
        base_url: URL of the API.
    """

    name: str
    reference: str
    base_url: str = DEFAULT_BASE_URL
    _file: Path = field(default=LOCAL, repr=False, eq=False)

    def key(self) -> str:
        """Read the key from where the reference points.

        Raises:
            ConfigurationError: There is no key, or it cannot be one.
        """
        kind, _, place = self.reference.partition(":")
        if kind == "env":
            value = os.environ.get(place, "")
            problem = f"the environment variable {place} is not set"
        else:
            path = self._file.parent / path_text("key", place)
            problem = f"{path} is empty"
            try:
                # Read for each request, and so as bytes; editors of Windows leave a mark.
                value = read_whole(path).decode("utf-8-sig")
            except (OSError, UnicodeDecodeError) as error:
                why = error.strerror if isinstance(error, OSError) else "it is not UTF-8 text"
                value, problem = "", f"{path} cannot be read: {why}"
        member = _member("key", self.name, self._file)
        if not value.strip():
            raise ConfigurationError(
                f"no key for the organization {self.name!r}: {problem} (see {member})"
            )
        place = f"{self.reference}, {member}"
        unusable = problem_with(value, place)
        if unusable is not None:
            value = ""  # tracebacks may show local variables
            raise ConfigurationError(f"organization {self.name!r}: {unusable}")
        return Placed(value.strip(), place)


class Organizations(Mapping[str, Organization]):
    """The organizations of a file, by name.

    Attributes:
        path: The file.
    """

    def __init__(self, path: Path, organizations: Mapping[str, Organization]) -> None:
        self.path = path
        self._organizations = dict(organizations)

    @classmethod
    def load(cls, path: str | os.PathLike[str] | None = None) -> Organizations:
        """Read a file.

        Args:
            path: Path of the file. Defaults to `creatoraudit.toml` in the current folder, then to
                `~/.config/creatoraudit/config.toml`.

        Raises:
            ConfigurationError: The file is missing or not valid.
            UsageError: `path` is not a path.

        Example:
            >>> Organizations.load("creatoraudit.toml")["acme"].reference
            'env:ACME_KEY'
        """
        file = _found() if path is None else Path(path_text("config", path))
        try:
            content = tomllib.loads(read_whole(file).decode("utf-8-sig"))
        except OSError as error:
            raise ConfigurationError(f"{file} cannot be read: {error.strerror}") from None
        except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
            why = one_line(str(error), 200)
            raise ConfigurationError(f"{file} is not a TOML file: {why}") from None
        return cls(file, _read(content, file))

    def __getitem__(self, name: str) -> Organization:
        """An organization.

        Raises:
            ConfigurationError: The file has none of that name.
        """
        try:
            return self._organizations[name]
        except KeyError:
            known = ", ".join(self) or "none"
            raise ConfigurationError(
                f"{self.path} has no organization {one_line(str(name), 63)!r}; it has: {known}"
            ) from None

    def __contains__(self, name: object) -> bool:
        return name in self._organizations

    def __iter__(self) -> Iterator[str]:
        return iter(self._organizations)

    def __len__(self) -> int:
        return len(self._organizations)

    def __repr__(self) -> str:
        return f"<Organizations of {self.path}: {', '.join(self)}>"


def _found() -> Path:
    own = Path(path_text("config", "~/.config/creatoraudit/config.toml"))
    for file in (LOCAL, own):
        if file.exists():
            return file
    raise ConfigurationError(
        f"no file names your organizations: there is neither {LOCAL} here nor {own}; create one, or"
        " pass config="
    )


def _read(content: Mapping[str, object], file: Path) -> dict[str, Organization]:
    unknown = [name for name in content if name != "organizations"]
    listed = content.get("organizations")
    if unknown or not isinstance(listed, dict):
        what = f"the unknown member {one_line(unknown[0], 40)!r}" if unknown else "no organizations"
        raise ConfigurationError(f"{file} has {what}; it takes tables [organizations.NAME]")
    return {name: _organization(name, value, file) for name, value in listed.items()}


def _organization(name: str, value: object, file: Path) -> Organization:
    where = f"{file}: organizations.{one_line(name, 63)}"
    if not _NAME.fullmatch(name):
        raise ConfigurationError(
            f"{where}: a name is up to 63 lower-case letters, digits, - and _, and begins with a"
            " letter"
        )
    if not isinstance(value, dict):
        raise ConfigurationError(f"{where} is not a table; {_TAKES}")
    if unknown := sorted(set(value) - _MEMBERS):
        member = one_line(unknown[0], 40)
        raise ConfigurationError(f'{where} has the unknown member "{member}"; {_TAKES}')
    reference, base_url = value.get("key"), value.get("base_url", DEFAULT_BASE_URL)
    if not isinstance(reference, str):
        raise ConfigurationError(f'{where} needs a string as key, such as "env:ACME_KEY"')
    if not isinstance(base_url, str) or not base_url.strip():
        member = _member("base_url", name, file)
        raise ConfigurationError(f'{member} must be a URL, such as "{DEFAULT_BASE_URL}"')
    kind, _, place = reference.partition(":")
    is_file = kind == "file" and place and "\0" not in place
    sound = _VARIABLE.fullmatch(place) if kind == "env" else is_file
    if not sound:
        # The value may be a key, so the message does not repeat it.
        raise ConfigurationError(
            f"{where}: a key does not belong in this file; refer to it, as in"
            ' key = "env:ACME_KEY" (an environment variable) or key = "file:secrets/acme" (a file)'
        )
    if "base_url" in value:
        base_url = Placed(base_url, _member("base_url", name, file))
    return Organization(name, reference, base_url, file)


def _member(member: str, name: str, file: Path) -> str:
    """How messages name a member of the file."""
    return f'"{member}" of [organizations.{name}] in {one_line(str(file), 200)}'


def namesakes(ids: Mapping[str, object]) -> dict[str, list[str]]:
    """Return the names that share an organization with others, each with those others.

    Args:
        ids: What identifies the organization of each name; None if that is unknown.
    """
    groups: dict[object, list[str]] = {}
    for name, identity in ids.items():
        if identity is not None:
            groups.setdefault(identity, []).append(name)
    return {
        name: [one for one in group if one != name]
        for group in groups.values()
        if len(group) > 1
        for name in group
    }


def one_organization(names: Iterable[str]) -> str:
    """Say that several names lead to one organization, which would be counted twice."""
    listed = " and ".join(names)
    return f"{listed} are the same organization; keep one of them in the configuration file"
