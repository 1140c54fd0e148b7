"""What a tool did to an environment, and why it was asked to do it again."""

import json

import pytest
from pure.build_log import changes_lines
from pure.installed import parse_installed
from pure.synchronise import changes

URLS = {
    "a local folder": {"url": "file:///workspace/mine", "dir_info": {}},
    "editable": {"url": "file:///workspace/mine", "dir_info": {"editable": True}},
    "a local wheel": {"url": "file:///workspace/mine-1.0-py3-none-any.whl", "archive_info": {}},
    "a local source archive": {"url": "file:///workspace/mine-1.0.tar.gz", "archive_info": {}},
    "a local path": None,
}


@pytest.mark.parametrize("what", URLS)
def test_what_is_made_anew_is_called_what_it_is(what: str) -> None:
    files = {
        "mine-1.0.dist-info/METADATA": b"Metadata-Version: 2.1\nName: mine\nVersion: 1.0\n",
        "mine-1.0.dist-info/RECORD": b"mine.py,,\nmine-1.0.dist-info/METADATA,,\nmine-1.0.dist-info/RECORD,,\n",
    }
    if URLS[what] is not None:
        files["mine-1.0.dist-info/direct_url.json"] = json.dumps(URLS[what]).encode()
    installed = parse_installed(files, python_minor="3.13")
    (line,) = changes_lines(changes(installed, installed, ("mine",)))
    assert line == f"    ~ mine 1.0 ({what}, and so installed anew each time)"
