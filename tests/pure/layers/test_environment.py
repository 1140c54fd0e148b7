"""What layers add to the environments of the application and of later buildpacks."""

from pure.layers.environment import python_layer_environment, tool_layer_environment, venv_layer_environment
from pure.manager.table import TOOLS


def test_the_layers_give_what_the_user_may_override_as_defaults() -> None:
    layer = python_layer_environment("/layers/python", "3.13")
    assert dict(layer.both) == {"LANG.default": "C.UTF-8", "PYTHONUNBUFFERED.default": "1"}
    assert dict(layer.build) == {
        "CPATH.delim": ":",
        "CPATH.prepend": "/layers/python/include/python3.13",
        "PKG_CONFIG_PATH.delim": ":",
        "PKG_CONFIG_PATH.prepend": "/layers/python/lib/pkgconfig",
        "PYTHONHASHSEED.default": "0",
        "SOURCE_DATE_EPOCH.default": "315532801",
    }
    assert layer.launch == ()


def test_only_the_environment_and_nothing_of_pip_reaches_launch() -> None:
    pip, venv = tool_layer_environment("pip", "/layers/pip"), venv_layer_environment("/layers/venv")
    assert pip.both == pip.launch == ()
    assert dict(pip.build)["PYTHONUSERBASE.override"] == "/layers/pip"
    assert dict(venv.both) == {"VIRTUAL_ENV.override": "/layers/venv"}
    assert dict(venv.build) == {"PIP_PYTHON.override": "/layers/venv/bin/python"}


def test_what_tools_put_on_path_finds_its_modules() -> None:
    # Their scripts run the runtime's interpreter, which looks into the user's site-packages only.
    for tool in TOOLS.values():
        name = tool.name
        added = tool_layer_environment(name, f"/layers/{name}")
        assert added.both == added.launch == ()
        assert dict(added.build).get("PYTHONUSERBASE.override") == (None if name == "uv" else f"/layers/{name}")
