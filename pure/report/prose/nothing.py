"""Says in words what to write where nothing says what to install, by what is there instead."""

from pathlib import PurePosixPath
from typing import Final

from pure.manager.choice import PYLOCK_VARIABLE, REQUIREMENTS_VARIABLE, NothingToInstall
from pure.manager.table import PIP
from pure.manager.terms import path
from pure.message import Message
from pure.project.detection import FOLDER_VARIABLE

_SETUP_CFG: Final = "setup.cfg"


def folder_choice(nested: tuple[str, ...], *, below: str = "") -> str:
    """How to name the folder of one of these files."""
    folders = [str(PurePosixPath(below, file).parent) for file in nested]
    others = list(dict.fromkeys(folder for folder in folders if folder != folders[0]))
    more = f"    (or {', '.join(others[:4])}{', …' if len(others) > 4 else ''})" if others else ""
    return f"{FOLDER_VARIABLE}={folders[0]}{more}"


def describe_nothing(error: NothingToInstall) -> Message:
    """The message for a project without anything that says what to install."""
    place = f"/{error.folder}" if error.folder else "the application's root"
    if error.misspelled:
        wrong, right = error.misspelled[0]
        named = right.split(".")[1] if right.startswith("pylock.") and right.count(".") == 2 else ""
        return Message(
            happened=f"There is no {path(error.folder, right)}",
            found=(f"but there is: {', '.join(path(error.folder, name) for name, _ in error.misspelled)}",),
            means=("The file has to have exactly that name.",),
            do=(
                f"Rename it:  git mv {path(error.folder, wrong)} {path(error.folder, right)}",
                *((f"And choose it:  {PYLOCK_VARIABLE}={named}",) if named else ()),
            ),
        )
    if error.named_pylocks:
        name = error.named_pylocks[0].split(".")[1]
        return Message(
            happened="There are named standard lock files, and none of them is chosen",
            found=(f"found {', '.join(path(error.folder, name) for name in error.named_pylocks[:6])}",),
            means=("pylock.toml is taken by itself; any other has to be named.",),
            do=(f"Name one:  {PYLOCK_VARIABLE}={name}",),
        )
    if error.requirement_files:
        listed = error.requirement_files
        return Message(
            happened=f"There is no {path(error.folder, PIP.lock)}, and none of the other requirements files is chosen",
            found=(f"found {', '.join(path(error.folder, each) for each in listed[:6])}",),
            means=("requirements.txt is taken by itself; any other has to be named.",),
            do=(
                f"Name those to install, relative to the project:  {REQUIREMENTS_VARIABLE}={listed[0]}",
                f"Or write {path(error.folder, PIP.lock)} with the line:  -r {listed[0]}",
            ),
        )
    if instead := _instead(error):
        return instead
    if error.builds:
        return Message(
            happened=f"There is a {path(error.folder, error.builds)}, and no requirements.txt",
            means=("pip can install the project itself, with the dependencies that it declares there.",),
            do=(f"Write {path(error.folder, PIP.lock)} with the line  -e .  (the project in this folder).",),
        )
    if error.nested:
        return Message(
            happened=f"Nothing in {place} says what to install",
            found=(f"but there is: {', '.join(path(error.folder, each) for each in error.nested[:6])}",),
            means=("A project in a folder of its own has to be pointed at.",),
            do=(
                f"Name its folder:  {folder_choice(error.nested, below=error.folder)}",
                f"Or move its files to {place}.",
            ),
        )
    project = path(error.folder, "pyproject.toml")
    if _SETUP_CFG in error.markers:
        return Message(
            happened=f"There is a {path(error.folder, _SETUP_CFG)}, and nothing that makes it pip's",
            means=(
                "pip knows a project by setup.py or pyproject.toml; what setup.cfg alone declares is never installed.",
            ),
            do=(
                f'If it declares the project, write {project} with [build-system] and requires = ["setuptools"],',
                f"and {path(error.folder, PIP.lock)} with the line  -e .  (the project in this folder).",
                f"If it only configures tools, list the dependencies in {path(error.folder, PIP.lock)}, a line each.",
            ),
        )
    return Message(
        happened=f"Nothing in {place} says what to install",
        found=(
            *((f"found {', '.join(error.markers[:6])}",) if error.markers else ()),
            *(
                (f"{project} configures {', '.join(error.tools[:6])}, and declares no [project]",)
                if error.tools
                else ()
            ),
        ),
        means=(
            "There is no requirements.txt, no lock file and no [project] table in a pyproject.toml.",
            "Something else makes it a Python project for Lamina.",
        ),
        do=(
            f"Write the dependencies into {path(error.folder, PIP.lock)}, a line each: flask==3.1.2",
            f"Or declare them in {project} and lock them:  uv lock",
            f"For an application without dependencies, an empty file will do:  touch {path(error.folder, PIP.lock)}",
        ),
    )


def _instead(error: NothingToInstall) -> Message | None:
    """What other tools install from."""
    requirements = path(error.folder, PIP.lock)
    if error.requirement_inputs:
        first = path(error.folder, error.requirement_inputs[0])
        return Message(
            happened=f"There is no {requirements}, and what it is compiled of is there",
            found=(f"found {', '.join(path(error.folder, each) for each in error.requirement_inputs[:6])}",),
            means=("pip-compile and uv pin what such a file asks for; a build installs what they wrote.",),
            do=(
                f"Compile it and commit the result:  pip-compile {first} --output-file {requirements}",
                f"or, with uv:  uv pip compile {first} --output-file {requirements}",
            ),
        )
    if error.groups:
        names = ", ".join(error.groups[:6])
        project, group = path(error.folder, "pyproject.toml"), _for_images(error.groups)
        return Message(
            happened=f"{project} declares dependency groups, and no [project]",
            found=(f"found the {'group' if len(error.groups) == 1 else 'groups'} {names}",),
            means=(
                "Groups are additions to a project or its lock; by themselves none of them is what an image needs.",
            ),
            do=(
                f"Compile the one to install and commit it:  uv pip compile --group {group} -o {requirements}"
                if not error.folder
                else f"Compile the one to install and commit it, in {error.folder}:  "
                f"uv pip compile --group {group} -o {PIP.lock}",
                f"Or add a [project] table with name, version and dependencies to {project}, and lock it:  uv lock",
            ),
        )
    if error.scripts:
        first = path(error.folder, error.scripts[0])
        return Message(
            happened=f"{first} carries its dependencies in a comment, and nothing else says what to install",
            found=tuple(f"{path(error.folder, each)}: # /// script" for each in error.scripts[:6]),
            means=("Such a block (PEP 723) is for running one file; a build installs from a lock or requirements.",),
            do=(
                f"Write it into a list and commit that:  uv export --script {first} --output-file {requirements}",
                "The block may stay where it is.",
            ),
        )
    if error.conda:
        tool, run = ("pixi", "pixi run ") if "pixi" in error.conda[0] else ("conda", "")
        return Message(
            happened=f"The dependencies are written for {tool}, which Lamina doesn't support",
            found=(f"found {', '.join(path(error.folder, each) for each in error.conda)}",),
            means=("Lamina installs Python distributions from a package index, as pip does.",),
            do=(
                f"Write those that the application imports into {requirements}, a line each: flask==3.1.2",
                f"In the activated environment, this lists them:  {run}pip list --format=freeze > {requirements}",
                "The Python version belongs into a file .python-version.",
                "What isn't Python (a library, a compiler) has to be in the build and run images.",
            ),
        )
    return None


def _for_images(groups: tuple[str, ...]) -> str:
    """The group that an image needs most likely."""
    likely = ("prod", "production", "main", "app", "web", "server", "deploy", "runtime")
    developers = ("dev", "test", "tests", "docs", "lint", "typing")
    named = [*(name for name in likely if name in groups), *(name for name in groups if name not in developers)]
    return named[0] if named else groups[0]
