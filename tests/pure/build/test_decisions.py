"""The label with an image's decisions: read as it was written, never too long, and without what a build did."""

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pure.build.decisions import (
    MOST_BYTES,
    SCHEMA,
    DecidedCommands,
    DecidedLayer,
    DecidedManager,
    DecidedProcess,
    DecidedPython,
    DecidedStatic,
    Decisions,
    DecisionsOfAnotherSchema,
    DecisionsUnreadable,
    decode_decisions,
    encode_decisions,
)

words = st.text(max_size=40)
reasons = st.lists(st.text(max_size=1_200), max_size=5).map(tuple)
processes = st.builds(
    DecidedProcess,
    type=words,
    command=st.lists(words, max_size=5).map(tuple),
    source=words,
    because=reasons,
    default=st.booleans(),
)
layers = st.builds(DecidedLayer, name=words, because=words, distribution=words, nbytes=st.integers(0, 10**9))
decisions = st.builds(
    Decisions,
    target=words,
    python=st.builds(DecidedPython, version=words, request=words, source=words, because=reasons),
    manager=st.none()
    | st.builds(
        DecidedManager,
        name=words,
        source=words,
        because=reasons,
        groups=st.lists(words, max_size=3).map(tuple),
        extras=st.lists(words, max_size=3).map(tuple),
    ),
    processes=st.lists(processes, max_size=8).map(tuple),
    layers=st.lists(layers, max_size=24).map(tuple),
    divided=words,
    commands=st.none()
    | st.builds(DecidedCommands, lines=st.lists(words, max_size=20).map(tuple), source=words, because=words),
    static=st.none() | st.builds(DecidedStatic, collected=st.booleans(), source=words, because=words, folder=words),
    labels=st.dictionaries(words, words, max_size=5),
)


@given(decisions)
def test_a_label_is_read_as_it_was_written_or_says_that_it_is_shortened(value: Decisions) -> None:
    text = encode_decisions(value)
    assert len(text.encode()) <= MOST_BYTES
    read = decode_decisions(text).unwrap()
    assert read == value or read.shortened or read.labels is None
    assert read.python.version == value.python.version
    assert [each.name for each in read.layers] == [each.name for each in value.layers]


def test_every_word_of_a_label_has_a_limit() -> None:
    long = "x" * 30_000
    python = DecidedPython(version="3.13.1", request=long, source=long, because=(long,))
    manager = DecidedManager(name="pip", source=long, because=(long,))
    layers = tuple(DecidedLayer(name=f"{at}{long}", because=long, distribution=long, version=long) for at in range(24))
    commands = DecidedCommands(lines=(long,) * 20, source=long, because=long)
    static = DecidedStatic(collected=True, source=long, because=long, folder=long)
    manager = msgspec.structs.replace(manager, groups=(long,) * 20, groups_by=long, extras=(long,) * 20)
    labels = {f"{at}{long}": "BP_IMAGE_LABELS" for at in range(500)}
    value = Decisions(
        target="t",
        python=python,
        manager=manager,
        layers=layers,
        divided=long,
        commands=commands,
        static=static,
        labels=labels,
    )
    text = encode_decisions(value)
    assert len(text) <= MOST_BYTES
    read = decode_decisions(text).unwrap()
    assert read.shortened
    assert read.cut
    assert read.static is not None
    assert read.static.collected


def test_what_there_is_none_of_does_not_stand_in_a_label() -> None:
    python = DecidedPython(version="3.13.1", request="", source="", because=())
    text = encode_decisions(Decisions(target="t", python=python))
    found = '{"version":"3.13.1","request":"","source":"","because":[]}'
    assert text == f'{{"schema":{SCHEMA},"target":"t","python":{found}}}'


def test_words_of_users_have_no_limit_and_a_label_has() -> None:
    python = DecidedPython(version="3.13.1", request="3.13", source=".python-version, line 1", because=())
    long = DecidedProcess(type="web", command=("python", "x" * 50_000), source="Procfile, line 1", because=("y" * 400,))
    value = Decisions(target="linux/amd64", python=python, processes=(long,))
    read = decode_decisions(encode_decisions(value)).unwrap()
    assert read.shortened
    assert read.processes[0].command == ("python", "x" * 79 + "…")
    many = msgspec.structs.replace(value, processes=(long,) * 1_000)
    assert decode_decisions(encode_decisions(many)).unwrap().processes == ()


def test_labels_that_were_asked_for_are_left_out_before_any_reason() -> None:
    python = DecidedPython(version="3.13.1", request="3.13", source="runtime.txt", because=("it is asked for",))
    web = DecidedProcess(type="web", command=("python", "-m", "shop"), source="Procfile", because=("y" * 400,))
    labels = {f"org.example.label-{number}": "BP_IMAGE_LABELS" for number in range(500)}
    value = Decisions(target="linux/amd64", python=python, processes=(web,), labels=labels)
    read = decode_decisions(encode_decisions(value)).unwrap()
    assert read == msgspec.structs.replace(value, labels=None)


@pytest.mark.parametrize("text", ["", "{", "[]", f'{{"schema": {SCHEMA}}}', '{"schema": "1"}', "[" * 100_000])
def test_what_is_no_label(text: str) -> None:
    assert isinstance(decode_decisions(text).failure(), DecisionsUnreadable)


def test_a_label_of_another_version() -> None:
    assert decode_decisions('{"schema": 99}').failure() == DecisionsOfAnotherSchema(schema=99)


def test_a_label_of_an_earlier_build_does_not_say_that_there_was_none_of_anything() -> None:
    python = '{"version": "3", "request": "", "source": "", "because": []}'
    read = decode_decisions(f'{{"schema": 1, "target": "t", "python": {python}}}')
    assert read.failure() == DecisionsOfAnotherSchema(schema=1)


def test_what_a_later_version_adds_is_passed_over() -> None:
    python = '{"version": "3", "request": "", "source": "", "because": [], "more": 1}'
    read = decode_decisions(f'{{"schema": {SCHEMA}, "target": "t", "more": 1, "python": {python}}}')
    assert read.unwrap().target == "t"
