"""Which folders are declared to bring distributions."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pure.outcome import Failure, Success
from pure.project.document import Document
from pure.project.vendored import FOLDERS_VARIABLE, BadVendorFolder, Vendored, Wheelhouse, counted, looked_at, vendored

from tests.documents import document


def declared(text: str) -> Document:
    return document(f"[tool.lamina]\nfind-links = {text}\n")


@pytest.mark.parametrize(
    ("value", "folders"),
    [
        ("vendor", ("vendor",)),
        ("./vendor/", ("vendor",)),
        ("vendor wheels", ("vendor", "wheels")),
        ("vendor,third/party", ("vendor", "third/party")),
        ("vendor vendor", ("vendor",)),
        ("file:///platform/wheels", ("/platform/wheels",)),
        ("/platform/wheels", ("/platform/wheels",)),
        (".", (".",)),
    ],
)
def test_the_variable_names_folders(value: str, folders: tuple[str, ...]) -> None:
    found = vendored({FOLDERS_VARIABLE: value}, declared('["other"]')).unwrap()
    assert found is not None
    assert found.folders == folders
    assert str(found.source) == "$BP_PIP_FIND_LINKS"


@pytest.mark.parametrize(
    ("text", "folders"), [('["vendor", "wheels"]', ("vendor", "wheels")), ('"vendor"', ("vendor",))]
)
def test_pyproject_names_folders(text: str, folders: tuple[str, ...]) -> None:
    found = vendored({}, declared(text)).unwrap()
    assert found is not None
    assert found.folders == folders
    assert str(found.source) == "pyproject.toml, [tool.lamina] find-links"


@pytest.mark.parametrize("pyproject", [None, document(""), document("[tool]\n"), declared("[]"), document("no TOML")])
def test_nothing_is_declared(pyproject: Document | None) -> None:
    assert vendored({FOLDERS_VARIABLE: "  "}, pyproject) == Success(None)


@pytest.mark.parametrize(
    ("text", "because"),
    [
        ("true", "is neither a string nor an array of strings"),
        ("[1]", "is neither a string nor an array of strings"),
        ('"../vendor"', "leaves the application's folder"),
        ('"https://index.example/simple"', "is an address, where a folder is meant"),
        ('""', "is no path"),
        ('"my wheels"', "has a blank or a comma in its name, which separate folders from each other"),
    ],
)
def test_what_is_no_folder_is_an_error(text: str, because: str) -> None:
    found = vendored({}, declared(text))
    assert isinstance(found, Failure)
    assert found.failure().because == because


@given(st.text(max_size=30))
def test_any_text_gives_folders_or_an_error(text: str) -> None:
    found = vendored({FOLDERS_VARIABLE: text}, None)
    if isinstance(found, Failure):
        assert isinstance(found.failure(), BadVendorFolder)
    elif (value := found.unwrap()) is not None:
        assert isinstance(value, Vendored)
        assert all(".." not in folder.split("/") and not set(folder) & set(" ,\0") for folder in value.folders)


def test_declared_folders_are_looked_into_and_those_of_usual_names() -> None:
    assert looked_at({}, None, ("vendor", "src", "wheels")) == ("vendor", "wheels")
    assert looked_at({FOLDERS_VARIABLE: "third/party /mnt/wheels"}, None, ("src",)) == ("third/party",)


def test_what_installs_something_is_counted() -> None:
    names = ("a-1-py3-none-any.whl", "B-1.0-cp313-cp313-linux_x86_64.WHL", "c-1.tar.gz", "d.zip", "readme.md", "src")
    assert counted(names) == Wheelhouse(wheels=2, sources=2)
