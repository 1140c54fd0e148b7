"""Writes the files of an application as its package manager writes them: declarations, requirements and locks."""

import json
from collections.abc import Iterable

from tests.histories.application import (
    EXTRA,
    FILES,
    GROUP,
    REPOSITORY,
    TOKEN,
    Application,
    Chosen,
    Want,
    commit,
)
from tests.histories.index import file_name


def texts(application: Application) -> dict[str, bytes]:
    """The files that say what is installed, by their names in the application's folder."""
    return {name: text.encode() for name, text in _texts(application).items()}


def _texts(application: Application) -> dict[str, str]:
    match application.manager:
        case "pip" | "uv-pip":
            return {"requirements.txt": _requirements(application)}
        case "project":
            return {"pyproject.toml": _pyproject(application)}
        case "pipenv":
            return {"Pipfile": _pipfile(application), "Pipfile.lock": _pipfile_lock(application)}
        case "uv":
            return {"pyproject.toml": _pyproject(application), "uv.lock": _uv_lock(application)}
        case "poetry":
            return {"pyproject.toml": _pyproject(application), "poetry.lock": _poetry_lock(application)}
        case "pdm":
            return {"pyproject.toml": _pyproject(application), "pdm.lock": _pdm_lock(application)}
        case "pylock":
            return {"pylock.toml": _pylock(application)}


def folder_files(application: Application) -> dict[str, bytes]:
    """The files of the application that are installed from its folder, or started."""
    return {
        "app.py": b"print('hello')\n",
        "libs/local/pyproject.toml": b'[project]\nname = "local"\nversion = "1.0"\n',
        "libs/local/local.py": f"# local, revision {application.local_revision}\n".encode(),
    }


def requirement(want: Want, pinned_head: int) -> str:
    """A requirement as pip reads it from a file."""
    match want.source:
        case "index":
            return f"{want.name}=={want.version}" if want.version else want.name
        case "folder":
            return "./libs/local"
        case "editable":
            return "-e ./libs/local"
        case "commit":
            return f"remote @ git+{REPOSITORY}@{commit(pinned_head)}"
        case "branch":
            return f"remote @ git+{REPOSITORY}@main"
        case "checkout":
            return f"-e git+{REPOSITORY}@main#egg=remote"
        case "archive":
            place = f"somebody:${{ARCHIVE_PASSWORD}}@{FILES.removeprefix('https://')}"
            return f"archived @ https://{place}/archived-1.0-py3-none-any.whl?token=${{ARCHIVE_TOKEN}}"


def _requirements(application: Application) -> str:
    if not application.hashed:
        return "".join(f"{requirement(each, application.pinned_head)}\n" for each in application.wants)
    lines = []
    for each in application.locked:
        hashes = " ".join(f"--hash=sha256:{each.digest(kind)}" for kind in kinds(each))
        lines.append(f"{each.name}=={each.version} {hashes}\n")
    return "".join(lines)


def kinds(each: Chosen) -> tuple[str, ...]:
    """The artefacts whose digests a lock of it names."""
    return ("sdist",) if each.release and each.release.kind == "sdist" else ("sdist", "wheel")


def resolution(each: Chosen) -> str:
    """The line that uv writes of what it chose."""
    hashes = " ".join(f"--hash=sha256:{each.digest(kind)}" for kind in kinds(each))
    match each.source:
        case "index":
            return f"{each.name}=={each.version} {hashes}"
        case "folder":
            return "./libs/local"
        case "editable":
            return "-e ./libs/local"
        case "commit" | "branch" | "checkout":
            return f"{each.name} @ git+{REPOSITORY}@{commit(each.revision)}"
        case "archive":
            return f"{each.name} @ {FILES}/archived-1.0-py3-none-any.whl?token={TOKEN} {hashes}"


def _pyproject(application: Application) -> str:
    def listed(wants: Iterable[Want]) -> str:
        return json.dumps([_pep508(each, application.pinned_head) for each in wants])

    text = f'[project]\nname = "app"\nversion = "1"\ndependencies = {listed(application.wants)}\n'
    text += f"[project.optional-dependencies]\n{EXTRA} = {listed(application.fancy)}\n"
    text += f"[dependency-groups]\n{GROUP} = {listed(application.more)}\n"
    if application.manager == "poetry":
        text += "[tool.poetry]\npackage-mode = false\n"
    if application.manager == "pdm":
        text += "[tool.pdm]\ndistribution = false\n"
    return text


def _pep508(want: Want, pinned_head: int) -> str:
    if want.source == "folder":
        return "local @ file:///workspace/libs/local"
    return requirement(want, pinned_head)


def _uv_lock(application: Application) -> str:
    text = 'version = 1\nrevision = 3\nrequires-python = ">=3.11"\n\n[[package]]\nname = "app"\nversion = "1"\n'
    text += 'source = { virtual = "." }\n'
    for each in application.locked:
        text += f'\n[[package]]\nname = "{each.name}"\nversion = "{each.version}"\n'
        match each.source:
            case "folder":
                text += 'source = { directory = "libs/local" }\n'
            case "commit":
                text += f'source = {{ git = "{REPOSITORY}?rev={commit(each.revision)}#{commit(each.revision)}" }}\n'
            case _:
                text += f'source = {{ registry = "https://index.example/simple/" }}\n{_uv_files(each)}'
    return text + _groups_comment(application)


def _uv_files(each: Chosen) -> str:
    assert each.release is not None
    sdist = f'sdist = {{ url = "{FILES}/{each.name}.tar.gz", hash = "sha256:{each.digest("sdist")}" }}\n'
    if each.release.kind == "sdist":
        return sdist
    return (
        f'{sdist}wheels = [{{ url = "{FILES}/{file_name(each.release)}", hash = "sha256:{each.digest("wheel")}" }}]\n'
    )


def _groups_comment(application: Application) -> str:
    """Stands for what the lock says of groups, which Lamina doesn't read, in the text that it takes the digest of."""
    groups = {each.name: sorted(each.groups) for each in application.locked}
    return f"# {json.dumps(groups)} {application.locked_from}\n"


def _poetry_lock(application: Application) -> str:
    text = ""
    for each in application.locked:
        hashes = ", ".join(f'{{file = "{kind}", hash = "sha256:{each.digest(kind)}"}}' for kind in kinds(each))
        files = f"[{hashes}]" if each.source == "index" else "[]"
        text += f'[[package]]\nname = "{each.name}"\nversion = "{each.version}"\nfiles = {files}\n'
        if each.source == "folder":
            text += '[package.source]\ntype = "directory"\nurl = "libs/local"\n'
        if each.source == "commit":
            text += f'[package.source]\ntype = "git"\nurl = "{REPOSITORY}"\n'
            text += f'reference = "{commit(each.revision)}"\nresolved_reference = "{commit(each.revision)}"\n'
    return f'{text}[metadata]\nlock-version = "2.1"\n{_groups_comment(application)}'


def _pdm_lock(application: Application) -> str:
    text = f'[metadata]\ngroups = ["default", "{GROUP}", "{EXTRA}"]\nlock_version = "4.5.0"\n'
    for each in application.locked:
        text += f'[[package]]\nname = "{each.name}"\nversion = "{each.version}"\n'
        match each.source:
            case "folder":
                text += 'path = "./libs/local"\n'
            case "commit":
                text += f'git = "{REPOSITORY}"\nref = "{commit(each.revision)}"\nrevision = "{commit(each.revision)}"\n'
            case _:
                hashes = (f'{{file = "{kind}", hash = "sha256:{each.digest(kind)}"}}' for kind in kinds(each))
                text += f"files = [{', '.join(hashes)}]\n"
    return text + _groups_comment(application)


def _pylock(application: Application) -> str:
    text = f'lock-version = "1.0"\nextras = ["{EXTRA}"]\ndependency-groups = ["{GROUP}"]\ncreated-by = "uv"\n'
    if not application.locked:
        text += "packages = []\n"
    for each in application.locked:
        text += f'[[packages]]\nname = "{each.name}"\nversion = "{each.version}"\n'
        if "" not in each.groups:
            conditions = [f"'{GROUP}' in dependency_groups"] if GROUP in each.groups else []
            conditions += [f"'{EXTRA}' in extras"] if EXTRA in each.groups else []
            text += f'marker = "{" or ".join(conditions)}"\n'
        match each.source:
            case "folder":
                text += 'directory = { path = "libs/local" }\n'
            case "commit":
                text += f'vcs = {{ type = "git", url = "{REPOSITORY}", commit-id = "{commit(each.revision)}" }}\n'
            case _:
                digest = each.digest("sdist")
                text += f'sdist = {{ url = "{FILES}/{each.name}.tar.gz", hashes = {{ sha256 = "{digest}" }} }}\n'
                if each.release and each.release.kind != "sdist":
                    text += f'[[packages.wheels]]\nurl = "{FILES}/{file_name(each.release)}"\n'
                    text += f'hashes = {{ sha256 = "{each.digest("wheel")}" }}\n'
    return text


def _pipfile(application: Application) -> str:
    def packages(wants: Iterable[Want]) -> str:
        return "".join(f"{each.name} = {_pipfile_entry(each, application.pinned_head)}\n" for each in wants)

    return f"[packages]\n{packages(application.wants)}[{GROUP}]\n{packages(application.more)}"


def _pipfile_entry(want: Want, pinned_head: int) -> str:
    match want.source:
        case "folder":
            return '{ path = "./libs/local" }'
        case "commit":
            return f'{{ git = "{REPOSITORY}", ref = "{commit(pinned_head)}" }}'
        case _:
            return f'"=={want.version}"' if want.version else '"*"'


def _pipfile_lock(application: Application) -> str:
    def entry(each: Chosen) -> dict[str, object]:
        match each.source:
            case "folder":
                return {"path": "./libs/local"}
            case "commit":
                return {"git": REPOSITORY, "ref": commit(each.revision)}
            case _:
                hashes = [f"sha256:{each.digest(kind)}" for kind in kinds(each)]
                return {"version": f"=={each.version}", "hashes": hashes}

    document = {
        "_meta": {"hash": {"sha256": application.locked_from}, "pipfile-spec": 6},
        "default": {each.name: entry(each) for each in application.locked if "" in each.groups},
        "develop": {},
        GROUP: {each.name: entry(each) for each in application.locked if GROUP in each.groups},
    }
    return json.dumps(document, indent=4)
