"""Laws of the division: each file has one place, links lead to contents, and what is in a layer follows from itself."""

from collections.abc import Iterable
from random import Random

import msgspec
from hypothesis import given
from hypothesis import strategies as st
from pure.layers.division import Rules, back_links, divide
from pure.venv.elf import Dynamic
from pure.venv.installed import InstalledDistribution, InstalledSet, RecordEntry
from pure.venv.piece import Piece, parents
from pure.venv.resolved import Archive, Local, Vcs

MINOR = "3.13"
SITE = f"lib/python{MINOR}/site-packages"
NAMES = ("a", "b", "c", "d", "e")
PARTS = st.sampled_from(["ns", "x", "y", "__init__.py", "m.so", "data", "__pycache__"])
RULES = st.builds(Rules, heavy=st.integers(1, 20), limit=st.integers(0, 5))


@st.composite
def distributions(draw: st.DrawFn, name: str) -> InstalledDistribution:
    version = draw(st.sampled_from(["1", "2"]))
    info = f"{SITE}/{name}-{version}.dist-info"
    files = {f"{info}/RECORD": RecordEntry(path=f"{info}/RECORD")}
    for parts in draw(st.lists(st.lists(PARTS, min_size=1, max_size=4), max_size=8)):
        where = draw(st.sampled_from([f"{SITE}/", f"{SITE}/", f"{SITE}/{name}/", "bin/"]))
        path = where + "/".join(parts) + draw(st.sampled_from(["", ".py", ".pth", ".pyc"]))
        size = str(draw(st.integers(0, 9)))
        files[path] = RecordEntry(path=path, hash=draw(st.sampled_from(["", "h1", "h1", "h2"])), size=size)
    url = draw(st.sampled_from([None, None, None, Local(path="/app", editable=True)]))
    return InstalledDistribution(
        name=name, version=version, dist_info=info, files=tuple(sorted(files.values())), direct_url=url
    )


def together(each: Iterable[InstalledDistribution]) -> InstalledSet:
    """An environment in which no path is a file and a directory."""
    found = tuple(each)
    paths = {entry.path for one in found for entry in one.files}
    above = {parent for path in paths for parent in parents(path)}
    kept = (
        msgspec.structs.replace(one, files=tuple(entry for entry in one.files if entry.path not in above))
        for one in found
    )
    return InstalledSet(python_minor=MINOR, distributions=tuple(kept))


@st.composite
def environments(draw: st.DrawFn) -> InstalledSet:
    names = draw(st.lists(st.sampled_from(NAMES), unique=True, max_size=5))
    return together(draw(distributions(name)) for name in names)


def at_or_below(path: str, link: str) -> bool:
    return path == link or path.startswith(f"{link}/")


@given(environments(), RULES)
def test_each_linked_file_is_its_distributions_alone(installed: InstalledSet, rules: Rules) -> None:
    pieces = divide(installed, rules)
    for each in installed.distributions:
        for entry in each.files:
            holding = [piece.name for piece in pieces if piece.holds(entry.path)]
            assert holding in ([], [each.name])


@given(environments(), RULES)
def test_what_stays_is_below_no_link(installed: InstalledSet, rules: Rules) -> None:
    pieces = {piece.name: piece for piece in divide(installed, rules)}
    for each in installed.distributions:
        if each.name in pieces:
            outside = [path for path in each.paths if not path.startswith(f"{SITE}/") or path.endswith("RECORD")]
            assert not any(pieces[each.name].holds(path) for path in outside)


@given(environments(), RULES)
def test_links_lead_to_contents_and_none_lies_below_another(installed: InstalledSet, rules: Rules) -> None:
    files = {each.name: each.paths for each in installed.distributions}
    pieces = divide(installed, rules)
    for piece in pieces:
        for link in piece.links:
            assert any(at_or_below(path, link) for path in files[piece.name])
    links = [link for piece in pieces for link in piece.links]
    assert len(links) == len(set(links))
    assert not any(one != other and at_or_below(one, other) for one in links for other in links)


@given(environments(), RULES, st.randoms())
def test_the_order_plays_no_part(installed: InstalledSet, rules: Rules, random: Random) -> None:
    shuffled = list(installed.distributions)
    random.shuffle(shuffled)
    other = msgspec.structs.replace(installed, distributions=tuple(shuffled))
    assert divide(other, rules) == divide(installed, rules)


@given(environments(), RULES)
def test_the_biggest_are_chosen_and_so_many_at_most(installed: InstalledSet, rules: Rules) -> None:
    pieces = divide(installed, rules)
    more = divide(installed, msgspec.structs.replace(rules, limit=99))
    assert len(pieces) == min(rules.limit, len(more))
    assert {piece.name for piece in pieces} <= {piece.name for piece in more}
    left = [piece for piece in more if piece.name not in {each.name for each in pieces}]
    assert all(piece.nbytes >= rules.heavy for piece in more)
    assert not left or not pieces or min(each.nbytes for each in pieces) >= max(each.nbytes for each in left)


@given(environments(), environments(), st.integers(1, 20))
def test_only_those_that_share_its_paths_have_a_say_in_what_a_layer_holds(
    installed: InstalledSet, others: InstalledSet, heavy: int
) -> None:
    rules = Rules(heavy=heavy)
    for each in installed.distributions:
        alone = keys(divide(msgspec.structs.replace(installed, distributions=(each,)), rules))
        above = {way for path in each.paths for way in parents(path) if way.startswith(f"{SITE}/")} | {*each.paths}
        beside = [
            other
            for other in others.distributions
            if other.name != each.name
            and above.isdisjoint(way for path in other.paths for way in (path, *parents(path)))
        ]
        found = keys(divide(InstalledSet(python_minor=MINOR, distributions=(each, *beside)), rules))
        assert found.get(each.name) == alone.get(each.name)


def keys(pieces: Iterable[Piece]) -> dict[str, str]:
    return {piece.name: piece.key for piece in pieces}


@given(environments(), environments())
def test_a_key_tells_the_contents(one: InstalledSet, other: InstalledSet) -> None:
    seen: dict[str, object] = {}
    for installed in (one, other):
        files = {each.name: each for each in installed.distributions}
        for piece in divide(installed, Rules(heavy=1)):
            found = files[piece.name]
            held = sorted(
                entry
                for entry in found.files
                if piece.holds(entry.path)
                if not entry.path.endswith(".pyc") and entry.hash
            )
            what = (piece.name, piece.version, piece.nbytes, piece.links, held)
            assert seen.setdefault(piece.key, what) == what


def one(name: str, *paths: str, **more: object) -> InstalledDistribution:
    info = f"{SITE}/{name}-1.dist-info"
    files = [RecordEntry(path=f"{SITE}/{path}", hash=f"sha256={path}", size="10") for path in paths]
    return InstalledDistribution(
        **{"name": name, "version": "1", "dist_info": info, "files": tuple(sorted(files)), **more}  # type: ignore[arg-type]
    )


def test_what_lies_beside_bytecode_is_contents() -> None:
    def of(*paths: str) -> Piece:
        files = [RecordEntry(path=f"{SITE}/a/{path}", hash=f"sha256={path}", size="10") for path in paths]
        (piece,) = divide(together([one("a", files=tuple(files))]), Rules(heavy=10))
        return piece

    plain = of("__init__.py")
    assert plain == of("__init__.py", "__pycache__/__init__.cpython-313.pyc")
    kept = of("__init__.py", "__pycache__/fast.py313.nbi")
    assert (kept.links, kept.nbytes) == (plain.links, 20)
    assert kept.key != plain.key


def links(*each: InstalledDistribution, heavy: int = 20) -> dict[str, list[str]]:
    pieces = divide(InstalledSet(python_minor=MINOR, distributions=each), Rules(heavy=heavy))
    return {piece.name: [link.removeprefix(f"{SITE}/") for link in piece.links] for piece in pieces}


def test_a_shared_directory_costs_links_one_level_deeper() -> None:
    torch = one("torch", "torch/__init__.py", "nvidia/torch/a.so")
    cuda = one("cuda", "nvidia/cu13/lib/libcublas.so", "nvidia/cu13/lib/other.so")
    more = one("more", "nvidia/cu13/lib/libmore.so", "nvidia/cu13/lib/more.so")
    assert links(torch, cuda) == {"cuda": ["nvidia/cu13/lib"], "torch": ["nvidia/torch", "torch"]}
    files = ["nvidia/cu13/lib/libcublas.so", "nvidia/cu13/lib/other.so"]
    assert links(torch, cuda, more)["cuda"] == files


def test_a_namespace_is_never_linked() -> None:
    first = one("first", "google/cloud/first/__init__.py", "google/cloud/first/big.so")
    assert links(first) == {"first": ["google/cloud/first"]}


def test_libraries_beside_a_package_move_with_it_and_path_files_stay() -> None:
    numpy = one("numpy", "numpy/__init__.py", "numpy.libs/libopenblas.so", "numpy-nspkg.pth", "distutils.pth")
    assert links(numpy) == {"numpy": ["numpy", "numpy.libs"]}


def test_a_module_among_those_of_others_stays_with_its_bytecode() -> None:
    assert links(one("six", "six.py", "_six.so", "six_data/x")) == {"six": ["_six.so", "six_data"]}
    assert links(one("six", "six.py", "seven.py")) == {}


def test_what_others_have_too_stays() -> None:
    heavy = one("heavy", "ns/__init__.py", "ns/heavy/__init__.py", "ns/heavy/big.so")
    light = one("light", "ns/__init__.py")
    (piece,) = divide(InstalledSet(python_minor=MINOR, distributions=(heavy, light)), Rules(heavy=20))
    assert piece.links == (f"{SITE}/ns/heavy",)


def test_what_nobody_can_tell_to_be_the_same_again_stays() -> None:
    paths = ("x/__init__.py", "x/big.so")
    for url in (
        Local(path="/app", editable=True),
        Local(path="/app", editable=False),
        Archive(url="file:///app/x.whl"),
        Vcs(vcs="git", url="https://host.example/x", commit="main", immutable=False),
    ):
        assert links(one("x", *paths, direct_url=url)) == {}
    assert links(one("x", *paths, damaged=True)) == {}
    torn = one("other", "x/big.so")
    changed = msgspec.structs.replace(
        torn, files=tuple(msgspec.structs.replace(each, hash="sha256=other") for each in torn.files)
    )
    assert links(one("x", *paths), changed) == {}


def test_libraries_find_those_of_others_by_links_back() -> None:
    torch = one("torch", "torch/lib/libtorch.so", "torch/__init__.py")
    (piece,) = divide(InstalledSet(python_minor=MINOR, distributions=(torch,)), Rules(heavy=20))
    said = dynamic(
        "$ORIGIN", "$ORIGIN/../../nvidia/cublas/lib", "${ORIGIN}/../../nvidia/cudnn/lib", "$ORIGIN/../../../../..",
        "$ORIGIN/../../../../../../..", "/usr/lib",
    )  # fmt: skip
    assert back_links(piece, {f"{SITE}/torch/lib/libtorch.so": said}) == (f"{SITE}/nvidia",)


def test_in_a_folder_that_is_others_too_libraries_are_found_by_their_names() -> None:
    kit = one("kit", "works/kit/__init__.py", "works/kit/libkit.so", "works/kit.bin")
    screws = one("screws", "works/libscrews.so")
    (piece,) = divide(InstalledSet(python_minor=MINOR, distributions=(kit, screws)), Rules(heavy=30))
    assert piece.links == (f"{SITE}/works/kit", f"{SITE}/works/kit.bin")
    said = dynamic(
        "$ORIGIN/..", "$ORIGIN/../../../..", "$ORIGIN/../more", needed=("libscrews.so", "libc.so.6", "a/b", "kit")
    )
    assert back_links(piece, {f"{SITE}/works/kit/libkit.so": said}) == (
        "lib/kit", "lib/libscrews.so", f"{SITE}/works/libscrews.so", f"{SITE}/works/more",
    )  # fmt: skip


def dynamic(*runpath: str, needed: tuple[str, ...] = ()) -> Dynamic:
    return Dynamic(machine=62, needed=needed, runpath=runpath)


@given(environments(), RULES, st.lists(st.lists(st.sampled_from(["..", "x", "ns", "lib"]), max_size=9), max_size=4))
def test_links_back_lie_beside_what_moves(installed: InstalledSet, rules: Rules, ways: list[list[str]]) -> None:
    for piece in divide(installed, rules):
        said = dynamic(*("/".join(["$ORIGIN", *way]) for way in ways), needed=("x", "y", "m.so"))
        files = {path: said for each in installed.distributions for path in each.paths if piece.holds(path)}
        for link in back_links(piece, files):
            assert not piece.holds(link)
            assert not any(at_or_below(other, link) for other in piece.links)
            assert ".." not in link.split("/")


def test_pages_stay_in_a_folder_that_others_have_too() -> None:
    heavy = one(
        "heavy", "pages/static/app.js", "pages/static/big.bin", "pages/static/fonts/f.woff2", "pages/static/data/d",
        "pages/more/__init__.py", "pages/more/static/x.css",
    )  # fmt: skip
    light = one("light", "pages/static/light.js")
    found = ["pages/more", "pages/static/big.bin", "pages/static/data"]
    assert links(heavy, light) == {"heavy": found}
    # Others may come and have pages there: nothing tells this folder from a namespace.
    assert links(heavy) == {"heavy": ["pages/more"]}
    assert links(one("heavy", "pages/__init__.py", "pages/static/app.js")) == {"heavy": ["pages"]}
    # A page among libraries makes no folder of pages.
    assert links(one("cuda", "nvidia/cuda/a.so", "nvidia/cuda/b.so", "nvidia/cuda/LICENSE.txt")) == {
        "cuda": ["nvidia/cuda"]
    }
