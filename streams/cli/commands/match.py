"""`jinxi match`: who is who in a file of records, and weights learnt from one; no database."""

import csv
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Annotated, Any

import msgspec
import orjson
import typer

from crm.identity.clustering import who_is_who
from crm.identity.default_weights import SHIPPED
from crm.identity.learning import learn
from crm.identity.record import Record, record_of
from crm.identity.weights import Weights, weights_of
from streams.cli.commands.options import AsJson
from streams.wording.output import print_notice, print_text
from streams.wording.say import say

COLUMNS = ("record_id", "name", "sex", "birth_date", "id_number", "phone", "region", "address")
LEARN = "learn"
_BETWEEN_PHONES = str.maketrans(dict.fromkeys(";；,，、/|", "\n"))


class _Level(msgspec.Struct):
    thing: str
    level: str
    centibits: int


class _Document(msgspec.Struct):
    """Weights as a file: what `matching.published` holds."""

    version: str
    link_centibits: int
    ask_centibits: int
    levels: list[_Level]


def match(
    words: Annotated[
        list[str],
        typer.Argument(
            metavar="[learn] FILE",
            help="CSV 名单，列 record_id,name,sex,birth_date,id_number,phone,region,address，可空",
        ),
    ],
    weights: Annotated[
        Path | None, typer.Option("--weights", metavar="FILE", help="权重文件；不写则用自带的")
    ] = None,
    rules: Annotated[bool, typer.Option("--rules", help="只用确定规则，不用权重")] = False,
    explain: Annotated[bool, typer.Option("--explain", help="每条另写凭什么归到这个人")] = False,
    as_json: AsJson = False,
) -> None:
    """一份名单里谁和谁是同一个人；不看也不改数据库。learn 从名单学权重。

    jinxi match list.csv --json
    jinxi match learn list.csv > weights.json
    """
    *verb, file = words
    if verb not in ([], [LEARN]):
        raise typer.BadParameter(say("请写成 jinxi match FILE 或 jinxi match learn FILE"))
    records = _read(Path(file))
    if verb:
        _print_weights(records)
        return
    found = who_is_who(records, None if rules else _weights(weights))
    first_of = {person.person_id: person.card_ids[0] for person in found.persons}
    for link in found.links:
        person = first_of[link.person_id]
        line: dict[str, Any] = {"record_id": link.card_id, "person": person}
        if explain:
            line["decided_by"] = link.decided_by
            if link.evidence is not None:
                line |= {"evidence": link.evidence.kind, "with": link.evidence.other_card_id}
                line["parts"] = link.evidence.parts
        print_text(orjson.dumps(line).decode() if as_json else "\t".join(map(str, line.values())))
    print_notice(
        say(
            "{records} 条记录，{people} 个人，{asked} 对要人来看",
            records=len(records),
            people=len(found.persons),
            asked=len(found.asked),
        )
    )


def _print_weights(records: list[Record]) -> None:
    levels = [_Level(*row) for row in learn(records)]
    document = _Document("learnt", SHIPPED.link, SHIPPED.ask, levels)
    print_text(msgspec.json.format(msgspec.json.encode(document), indent=2).decode())


def _weights(file: Path | None) -> Weights:
    if file is None:
        return SHIPPED
    try:
        document = msgspec.json.decode(file.read_bytes(), type=_Document)
    except msgspec.DecodeError as error:
        raise typer.BadParameter(
            say("{file} 不是权重文件：{why}", file=str(file), why=str(error))
        ) from error
    rows = [(each.thing, each.level, each.centibits) for each in document.levels]
    return weights_of(document.version, document.link_centibits, document.ask_centibits, rows)


def _read(file: Path) -> list[Record]:
    try:
        with file.open(encoding="utf-8-sig", newline="") as lines:
            reader = csv.DictReader(lines, restval="")
            _check_headings(file, reader.fieldnames or ())
            records = [_record(row, reader.line_num) for row in reader]
    except UnicodeDecodeError as error:
        message = say("{file} 不是 UTF-8 文本，请另存为 CSV UTF-8", file=str(file))
        raise typer.BadParameter(message) from error
    for record, line in _repeated(records):
        message = say(
            "{file}：record_id “{id}”写了两次（第 {line} 条）", file=str(file), id=record, line=line
        )
        raise typer.BadParameter(message)
    return records


def _check_headings(file: Path, headings: Any) -> None:
    if "record_id" not in headings:
        message = say(
            "{file} 的第一行没有 record_id；要有的列：{columns}",
            file=str(file),
            columns=",".join(COLUMNS),
        )
        raise typer.BadParameter(message)


def _record(row: Mapping[str, str], line: int) -> Record:
    said = {column: (row.get(column) or "").strip() for column in COLUMNS}
    if not said["record_id"]:
        raise typer.BadParameter(say("第 {line} 行没有 record_id", line=line))
    return record_of(
        said["record_id"],
        name=said["name"],
        sex=said["sex"],
        born=said["birth_date"],
        id_number=said["id_number"],
        phones=filter(None, said["phone"].translate(_BETWEEN_PHONES).split("\n")),
        region=said["region"],
        address=said["address"],
    )


def _repeated(records: list[Record]) -> Iterator[tuple[str, int]]:
    seen: set[str] = set()
    for number, record in enumerate(records, 1):
        if record.record_id in seen:
            yield record.record_id, number
        seen.add(record.record_id)
