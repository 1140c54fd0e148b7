"""Laws of the environments that buildpacks and processes get."""

from hypothesis import given
from hypothesis import strategies as st
from pure.lifecycle.environment import (
    BUILD_ROOTS,
    EnvDir,
    LayerEnv,
    after_build_layers,
    after_launch_layers,
    apply_env_dir,
    inherited_env,
    launch_base,
    with_platform,
)

NAMES = st.sampled_from(["A", "B", "PATH"])
SUFFIXES = st.sampled_from(["", ".override", ".append", ".prepend", ".default", ".delim", ".other", ".append.more"])
VALUES = st.text(alphabet="xyz:,", max_size=3)
ENVS = st.dictionaries(NAMES, VALUES, max_size=3)
DIRS = st.dictionaries(st.tuples(NAMES, SUFFIXES).map("".join), VALUES, max_size=6).map(
    lambda files: EnvDir(files=tuple(files.items()))
)


def directory(**files: str) -> EnvDir:
    return EnvDir(files=tuple((name.replace("__", "."), value) for name, value in files.items()))


@given(ENVS, DIRS)
def test_the_order_of_files_on_disk_does_not_matter(env: dict[str, str], files: EnvDir) -> None:
    turned = EnvDir(files=tuple(reversed(files.files)))
    assert apply_env_dir(env, files) == apply_env_dir(env, turned)


@given(ENVS, DIRS)
def test_only_named_variables_change(env: dict[str, str], files: EnvDir) -> None:
    named = {name.partition(".")[0] for name, _ in files.files}
    after = apply_env_dir(env, files)
    assert {name: value for name, value in after.items() if name not in named} == {
        name: value for name, value in env.items() if name not in named
    }


@given(ENVS, VALUES, VALUES)
def test_an_override_wins_over_anything(env: dict[str, str], value: str, more: str) -> None:
    assert apply_env_dir(env, directory(A__override=value, A__append=more, A__default=more))["A"] == value


@given(ENVS, VALUES)
def test_a_default_keeps_what_is_there(env: dict[str, str], value: str) -> None:
    assert apply_env_dir(env, directory(A__default=value))["A"] == (env.get("A") or value)


@given(ENVS, st.text("xy", min_size=1, max_size=3), VALUES)
def test_appending_keeps_the_start_and_prepending_the_end(env: dict[str, str], value: str, delim: str) -> None:
    before = {**env, "A": "old"}
    assert apply_env_dir(before, directory(A__append=value, A__delim=delim))["A"] == f"old{delim}{value}"
    assert apply_env_dir(before, directory(A__prepend=value, A__delim=delim))["A"] == f"{value}{delim}old"
    assert apply_env_dir({}, directory(A__append=value, A__delim=delim))["A"] == value


@given(ENVS, VALUES)
def test_a_delimiter_counts_in_its_directory_only(env: dict[str, str], value: str) -> None:
    before = {**env, "A": "old"}
    layer = LayerEnv(path="/l", env=directory(A__delim=","), build=directory(A__append=value))
    assert after_build_layers(before, [layer])["A"] == "old" + value


@given(ENVS)
def test_the_last_layer_comes_first_on_search_paths(env: dict[str, str]) -> None:
    layers = [LayerEnv(path=f"/layers/b/{name}", roots=frozenset(BUILD_ROOTS)) for name in ("a", "b")]
    after = after_build_layers(env, layers)
    for root, names in BUILD_ROOTS.items():
        for name in names:
            assert after[name].split(":")[:2] == [f"/layers/b/b/{root}", f"/layers/b/a/{root}"]


@given(ENVS, ENVS)
def test_user_variables_override_and_search_paths_are_prepended(env: dict[str, str], user: dict[str, str]) -> None:
    after = with_platform(env, user=user, operator={}, clear_env=False)
    for name, value in user.items():
        assert after[name] == (f"{value}:{env[name]}" if name == "PATH" and env.get(name) else value)


@given(ENVS, ENVS)
def test_clear_env_hides_the_users_variables_and_not_the_operators(env: dict[str, str], user: dict[str, str]) -> None:
    assert with_platform(env, user=user, operator={"O": "1"}, clear_env=True) == {**env, "O": "1"}


@given(ENVS, VALUES)
def test_an_operators_bare_name_is_a_default(env: dict[str, str], value: str) -> None:
    assert with_platform(env, user={}, operator={"A": value}, clear_env=False)["A"] == (env.get("A") or value)


@given(st.dictionaries(st.sampled_from(["PATH", "HOME", "LANG", "PIP_INDEX_URL", "http_proxy", "CPATH"]), VALUES))
def test_only_allowed_variables_are_inherited(environ: dict[str, str]) -> None:
    assert set(inherited_env(environ)) == set(environ) - {"LANG", "PIP_INDEX_URL"}


@given(ENVS)
def test_the_platforms_own_variables_do_not_reach_a_process(env: dict[str, str]) -> None:
    image = {**env, "CNB_APP_DIR": "/workspace", "PATH": "/cnb/process:/cnb/lifecycle:/usr/bin"}
    after = launch_base(image)
    assert after["PATH"] == "/usr/bin"
    assert "CNB_APP_DIR" not in after


@given(ENVS, VALUES)
def test_a_process_sees_its_own_directory_only(env: dict[str, str], value: str) -> None:
    layer = LayerEnv(path="/l", process=(("web", directory(A__override=value)),))
    assert after_launch_layers(env, [[layer]], process="web")["A"] == value
    assert after_launch_layers(env, [[layer]], process="worker") == env
