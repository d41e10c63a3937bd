"""(b) Decoding 200 videos, bytes to models: ours, the stock generator, pydantic, msgspec.

With the `speed` extra, which `cli`, `arrow` and others include, and with the standard parser, which
an installation without any extra has. Also the way of a page into a Parquet file: columns straight
from JSON, and by way of models.
"""

from __future__ import annotations

import importlib
import json
import subprocess
import sys
import tempfile
import time
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Any

import httpx
import msgspec
import pyarrow as pa
import pyarrow.parquet as pq
import pydantic
from common import Report, in_turn, ratio, sandbox, seconds

from creatoraudit._core import response
from creatoraudit._results.columns import OTHERS, kinds_of, typed
from creatoraudit._results.tables import Table, arrow_schema
from creatoraudit_api.models import Video, VideoPage
from creatoraudit_api.operations import list_videos

TIMES = 40
CONTRACT = Path(__file__).resolve().parent.parent / "openapi.json"


def stock() -> Any:
    """The generator's own output for the same contract, unchanged templates."""
    place = Path(tempfile.mkdtemp())
    config = place / "config.yaml"
    config.write_text("package_name_override: stock_api\n", encoding="utf-8")
    tool = [sys.executable, "-m", "openapi_python_client", "generate", "--path", str(CONTRACT)]
    target = str(place / "stock_api")
    options = ["--meta", "none", "--output-path", target, "--config", str(config)]
    subprocess.run([*tool, *options], check=True, capture_output=True)
    sys.path.insert(0, str(place))
    return importlib.import_module("stock_api.models").PageVideoResponse


def hints() -> dict[str, Any]:
    """The members of a video with their Python types, for the other libraries."""
    kinds = {"string": str, "integer": int, "number": float, "boolean": bool, "object": dict}
    schema = json.loads(CONTRACT.read_text(encoding="utf-8"))["components"]["schemas"]
    members: dict[str, Any] = {}
    for name, member in schema["VideoResponse"]["properties"].items():
        declared = member["type"] if isinstance(member["type"], list) else [member["type"]]
        kind = next(kinds[one] for one in declared if one != "null")
        members[name] = datetime if member.get("format") == "date-time" else kind
    return members


def written(columns: pa.Table) -> None:
    """Write a Parquet file into memory."""
    pq.write_table(columns, pa.BufferOutputStream(), compression="zstd")


def from_json(body: bytes) -> None:
    """A page into Parquet as snapshots and exports do it."""
    written(Table.of(list_videos.item, response.loads(body)["data"]).to_arrow())


def from_models(body: bytes) -> None:
    """The same by way of models."""
    items = list_videos.decode(200, response.loads(body)).data
    kinds = kinds_of("Video")
    members: dict[str, Any] = {
        name: [getattr(item, attribute) if name in item else None for item in items]
        for name, attribute in Video.MEMBERS
    }
    members[OTHERS] = [dict(item.additional_properties) or None for item in items]
    fields = arrow_schema(kinds)
    arrays = [
        pa.array(typed(members[name], kind)[0], fields.field(name).type)
        for name, kind in kinds.items()
    ]
    written(pa.Table.from_arrays(arrays, schema=fields))


def at_most(most: float, value: float) -> bool:
    """Whether a ratio keeps its bound."""
    return value <= most


def main() -> None:
    """Measure and write the results."""
    report = Report("b")
    with sandbox() as server:
        url = f"{server.base_url}/videos?limit=200"
        body = httpx.get(url, headers=server.headers).content
    members = hints()
    config = pydantic.ConfigDict(extra="allow")
    fields: Any = {name: (kind | None, None) for name, kind in members.items()}
    video = pydantic.create_model("Video", __config__=config, **fields)
    pydantic_page = pydantic.create_model("Page", __config__=config, data=(list[video], ...))
    struct = msgspec.defstruct("Video", [(n, k | None, None) for n, k in members.items()])
    msgspec_page = msgspec.json.Decoder(msgspec.defstruct("Page", [("data", list[struct])]))
    stock_page = stock()
    assert (
        VideoPage.from_dict(json.loads(body)).data
        == list_videos.decode(200, response.loads(body)).data
    )

    parsed = response.loads(body)

    def many(function: Any) -> Any:
        def repeated() -> None:
            for _ in range(TIMES):
                function()

        return lambda: seconds(repeated, time.process_time)

    taken = in_turn(
        {
            "ours": many(lambda: list_videos.decode(200, response.loads_standard(body))),
            "ours with speed": many(lambda: list_videos.decode(200, response.loads(body))),
            "stock": many(lambda: stock_page.from_dict(json.loads(body))),
            "pydantic": many(lambda: pydantic_page.model_validate_json(body)),
            "json.loads alone": many(lambda: json.loads(body)),
            "models alone": many(lambda: list_videos.decode(200, parsed)),
            "msgspec": many(lambda: msgspec_page.decode(body)),
            "JSON to Parquet": many(lambda: from_json(body)),
            "models to Parquet": many(lambda: from_models(body)),
        }
    )
    report.note(
        "milliseconds per page, median: "
        + ", ".join(
            f"{name} {sorted(runs)[len(runs) // 2] / TIMES * 1000:.2f}"
            for name, runs in taken.items()
        )
    )
    for name, where, other, most in (
        ("ours with speed", "extras cli, arrow, speed", "stock", 0.28),
        ("ours with speed", "extras cli, arrow, speed", "pydantic", 1.0),
        ("ours", "no extra, standard parser", "stock", 0.45),
        ("ours", "no extra, standard parser", "pydantic", 1.9),
    ):
        report.add(
            f"ours ({where}) / {other}",
            ratio(taken, name, other),
            f"<= {most}",
            partial(at_most, most),
        )
    report.add(
        "a page to Parquet, straight from JSON / by way of models",
        ratio(taken, "JSON to Parquet", "models to Parquet"),
        "<= 0.65",
        partial(at_most, 0.65),
    )
    for name in ("json.loads alone", "models alone"):
        against = ratio(taken, name, "pydantic")
        report.add(f"{name} / pydantic", against, "for comparison", lambda _: True)
    report.add("ours / msgspec", ratio(taken, "ours", "msgspec"), "for comparison", lambda _: True)
    report.note(
        "at most 0.4 of stock and 1.4 of pydantic hold with the `speed` extra, which `cli`,"
        " `arrow`, `parquet` and `snapshot` include; an installation without extras has the"
        " standard parser, which alone takes longer than pydantic takes for everything"
    )
    report.write()


if __name__ == "__main__":
    main()
