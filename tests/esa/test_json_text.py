"""JSON is read fast, and no object says two things under one key, however it is spelled."""

from __future__ import annotations

import json
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pulumi_resource_alicloud_esa.esa import json_text
from pulumi_resource_alicloud_esa.esa.answer import Answer, interpret
from pulumi_resource_alicloud_esa.esa.errors import ResponseError
from pulumi_resource_alicloud_esa.esa.json_text import RepeatedKey, decode, decode_page, has_more_values
from pulumi_resource_alicloud_esa.esa.models import JOB

from emulator.seed import SITE_ID, seeded_jobs


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ('{"TotalCount":"0","TotalCount":"5"}', "TotalCount"),
        ('{"TotalCount":"5","TotalCount":"5"}', "TotalCount"),
        ('{"Jobs":[{"Id":"a","Name":"x","Name":"y"}]}', "Name"),
        ('{"Jobs":[{"Id":"a"},{"Id":"b","Id":"c"}]}', "Id"),
        ('{"Jobs":[],"Jobs":[{"Id":"a"}]}', "Jobs"),
        ('{"Sites":[{"Tags":{"k":"1","k":"2"}}]}', "k"),
        ('{"a":{"b":{"c":1,"c":2}}}', "c"),
        ('[[{"a":1,"a":2}]]', "a"),
        # The same key in another spelling.
        (r'{"Name":1,"N\u0061me":2}', "Name"),
        # Blanks between key and colon, as many as there are keys too much.
        ('{"a" :1,"a":2}', "a"),
        ('{"a"\t:1,"a"\r\n :2}', "a"),
        # A string that looks like a key, beside a key in blanks.
        (r'{"n":"\":","a" :1,"a":2}', "a"),
        ('{"":1,"":2}', ""),
        ('\ufeff{"a":1,"a":2}', "a"),
        (r'{"n":"\ud800","a":1,"a":2}', "a"),
        # Half a character is in the key itself.
        (r'{"a\ud800":1,"a\ud800":2}', "a\ufffdd800"),
        (r'{"a\ud800":1,"a\ufffdd800":2}', "a\ufffdd800"),
        (r'[{"b":"\ud800"},{"x":{"\ud800":1,"\uD800":2}}]', "\ufffdd800"),
    ],
)
def test_a_key_that_an_object_gives_twice_is_an_error(text: str, key: str) -> None:
    with pytest.raises(RepeatedKey) as caught:
        decode(text.encode())
    assert str(caught.value) == key


def test_keys_that_differ_in_half_a_character_are_two() -> None:
    assert decode(rb'{"a\ud800":1,"a\ud801":{"\udfff":"\udffe"}}') == {
        "a\ufffdd800": 1,
        "a\ufffdd801": {"\ufffddfff": "\ufffddffe"},
    }


@pytest.mark.parametrize(
    "value",
    [
        {"a": {"a": {"a": 1}}, "b": [{"a": 1}, {"a": 2}]},
        {"n": 'a": 1, "a":2', "a": '":":":', "b": 'say "a" : x'},
        {"a": "\\", "b": '\\":', "c": []},
        {"Sites": [{"Tags": {"k": "1"}}, {"Tags": {"k": "2"}}]},
        [],
        "a",
        5,
    ],
)
@pytest.mark.parametrize("style", [{"separators": (",", ":")}, {"indent": 2}, {"separators": (" , ", " : ")}])
def test_one_key_in_two_objects_or_in_a_text_is_none(value: Any, style: dict[str, Any]) -> None:
    assert decode(json.dumps(value, **style).encode()) == value


def test_a_page_of_jobs_needs_no_second_reading(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(json_text, "json", None)
    page = {"RequestId": "R", "TotalCount": "45", "Jobs": [dict(job.fields) for job in seeded_jobs(SITE_ID)]}
    for style in ({"separators": (",", ":")}, {"indent": 2}):
        raw = json.dumps(page, **style).encode()  # type: ignore[arg-type]
        assert decode(raw) == page
        typed = decode_page(raw, JOB.page("Jobs"))
        assert msgspec.to_builtins(typed) == page


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ('{"RequestId"', '{"Code":"Forbidden","RequestId"'),
        ('{"RequestId"', '{"success":false,"RequestId"'),
        ('"TotalCount":"1"', '"TotalCount":"1","TotalCount":"1"'),
        ('"Name":"n"', '"Name":"n","Name":"n"'),
        ('"Name":"n"', '"Name":"n","Name" :"n"'),
        ('"Name":"n"', '"Name":"n","New":"n"'),
        ('"Name":"n",', ""),
        # As many keys, but one of them twice.
        ('"Name":"n"', '"AliUid":"n"'),
        ('"Name":"n"', r'"Name":"\":"'),
        ('"UrlCount":0', '"UrlCount":"0"'),
        ('"TotalCount":"1"', '"TotalCount":null'),
        ('"Name":"n"', r'"Name":"\ud800"'),
    ],
)
def test_a_page_with_anything_left_out_added_or_spelled_otherwise_is_read_with_care(old: str, new: str) -> None:
    row = {**dict.fromkeys(field.key for field in JOB.fields), "Id": "a", "Name": "n", "UrlCount": 0}
    exact = json.dumps({"RequestId": "R", "TotalCount": "1", "Jobs": [row]}, separators=(",", ":"))
    assert decode_page(exact.encode(), JOB.page("Jobs")) is not None
    assert old in exact
    assert decode_page(exact.replace(old, new).encode(), JOB.page("Jobs")) is None


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("[1,2,3]", 3),
        ("[[],[],[]]", 6),
        ('{"a":1,"b":{}}', 3),
        ('{"a,[{":"b,[{"}', 1),
        (r'["\\",[{"\\\\":",[{"}],"\",[\",{"]', 5),
    ],
)
@pytest.mark.parametrize("window", [1, 2, 3, 2**20])
def test_values_are_counted_and_what_stands_in_texts_is_not(
    text: str, values: int, window: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(json_text, "_WINDOW", window)
    json.loads(text)
    assert not has_more_values(text.encode(), values)
    assert has_more_values(text.encode(), values - 1)


@pytest.mark.parametrize(
    "raw", [b"", b"{", b"\xff", b'{"a":1}x', b"[" * 5000, b"\xef\xbb\xbf" + b"[" * 5000 + b"]" * 5000]
)
def test_what_is_no_json_is_a_value_error(raw: bytes) -> None:
    with pytest.raises(ValueError, match=r"."):
        decode(raw)


def test_the_error_names_the_key_on_one_line() -> None:
    with pytest.raises(ResponseError) as caught:
        interpret("A", Answer(200, {}, b'{"a\\nb":1,"a\\nb":2}'))
    assert str(caught.value) == "unexpected answer: HTTP 200 with an object that gives 'a b' twice"


def test_an_object_of_many_keys_is_read_in_one_go() -> None:
    many = ",".join(f'"{number}":1' for number in range(200_000))
    with pytest.raises(RepeatedKey):
        decode(f'{{{many},"199999":2}}'.encode())


keys = st.sampled_from(["a", "b", 'x":', "c d", "é", "\\"])
scalars = st.none() | st.integers() | st.text(st.sampled_from('a": \\\n'), max_size=6)


@st.composite
def texts(draw: st.DrawFn, depth: int = 3) -> tuple[str, bool]:
    """A JSON text, and whether one of its objects gives a key twice."""
    kind = draw(st.sampled_from(["scalar", "list", "object"])) if depth else "scalar"
    if kind == "scalar":
        return json.dumps(draw(scalars), ensure_ascii=draw(st.booleans())), False
    inner = draw(st.lists(texts(depth - 1), max_size=4))
    repeats = any(repeated for _, repeated in inner)
    comma, colon = draw(st.sampled_from([(",", ":"), (", ", ": "), (" ,\n", " \t: ")]))
    if kind == "list":
        return f"[{comma.join(text for text, _ in inner)}]", repeats
    names = [draw(keys) for _ in inner]
    members = [f"{json.dumps(name)}{colon}{text}" for name, (text, _) in zip(names, inner, strict=True)]
    return f"{{{comma.join(members)}}}", repeats or len(set(names)) < len(names)


@pytest.mark.fuzz
@given(texts())
def test_a_repeated_key_is_found_wherever_it_stands_and_nowhere_else(made: tuple[str, bool]) -> None:
    text, repeats = made
    if not repeats:
        assert decode(text.encode()) == json.loads(text)
        return
    with pytest.raises(RepeatedKey):
        decode(text.encode())
