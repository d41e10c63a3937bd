"""Files that are there whole or not at all."""

import os
import secrets
import shutil
from pathlib import Path


def replace(path: Path, content: bytes) -> Path:
    """Put a file with this content in place, at once; one that is there keeps its permissions.

    Raises:
        OSError: It could not be written; what was there is there still.
    """
    part = path.with_name(f".creatoraudit-{secrets.token_hex(8)}.part")
    try:
        with part.open("xb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        if path.exists():
            shutil.copymode(path, part)
        return part.replace(path)
    finally:
        part.unlink(missing_ok=True)
