"""Generators of values that several property tests share."""

from hypothesis import strategies as st
from pure.hashes import Hash
from pure.venv.installed import InstalledDistribution, InstalledSet, RecordEntry
from pure.venv.resolved import Archive, Distribution, Index, Local, Origin, ResolvedSet, Vcs, resolved_set

# Few names, so that sets of them meet.
NAMES = ("alpha", "beta", "gamma", "delta", "epsilon", "name-space")
VERSIONS = ("1.0", "1.1", "2.0rc1", "2.0+local.1")
SITE_PACKAGES = "lib/python3.13/site-packages"

digests = st.sampled_from(["a" * 64, "b" * 64, "c" * 64])
hash_tuples = st.lists(digests, max_size=1).map(
    lambda found: tuple(Hash(algorithm="sha256", digest=each) for each in found)
)
commits = st.sampled_from(["0" * 40, "1" * 40])
index_origins = st.builds(Index, file=st.sampled_from(["x-1.whl", "x-1.tar.gz"]), hashes=hash_tuples)
fixed_origins: st.SearchStrategy[Origin] = st.one_of(
    index_origins,
    st.builds(Archive, url=st.sampled_from(["https://h/x.whl", "file:///app/x.whl"]), hashes=hash_tuples),
    st.builds(Vcs, url=st.just("https://h/x.git"), vcs=st.just("git"), commit=commits, immutable=st.just(True)),
)
changing_origins: st.SearchStrategy[Origin] = st.one_of(
    st.builds(Local, path=st.sampled_from(["/app", "/app/lib"]), editable=st.booleans()),
    st.builds(Vcs, url=st.just("https://h/x.git"), vcs=st.just("git"), commit=commits, immutable=st.just(False)),
    st.builds(Archive, url=st.just("https://h/x.whl"), hashes=hash_tuples, query=st.just(True)),
    st.builds(Archive, url=st.just("file:///app/x.tar.gz"), hashes=hash_tuples),
)
origins = st.one_of(fixed_origins, changing_origins)


def distributions(origin: st.SearchStrategy[Origin] = origins) -> st.SearchStrategy[Distribution]:
    return st.builds(
        Distribution,
        name=st.sampled_from(NAMES),
        version=st.sampled_from(VERSIONS),
        origin=origin,
        requested=st.booleans(),
        extras=st.sampled_from([(), ("more",)]),
    )


def resolved_sets(origin: st.SearchStrategy[Origin] = origins) -> st.SearchStrategy[ResolvedSet]:
    return st.lists(distributions(origin), max_size=6, unique_by=lambda each: each.name).map(resolved_set)


# Few paths, so that distributions share files.
_paths = st.sampled_from([f"{SITE_PACKAGES}/{name}.py" for name in "abcdefghij"] + ["bin/one", "bin/two", "share/x"])
_hashes = st.sampled_from(["", "sha256=one", "sha256=one", "sha256=other"])


@st.composite
def installed_of(draw: st.DrawFn, resolved: ResolvedSet) -> InstalledSet:
    """An environment that holds just what ``resolved`` names, with files that may be shared."""
    found = []
    for each in resolved.distributions:
        dist_info = f"{SITE_PACKAGES}/{each.name.replace('-', '_')}-{each.version}.dist-info"
        paths = draw(st.sets(_paths, max_size=3)) | {f"{dist_info}/RECORD", f"{dist_info}/METADATA"}
        found.append(
            InstalledDistribution(
                name=each.name,
                version=each.version,
                dist_info=dist_info,
                files=tuple(RecordEntry(path=path, hash=draw(_hashes)) for path in sorted(paths)),
                requested=each.requested,
            )
        )
    return InstalledSet(python_minor="3.13", distributions=tuple(found))


installed_sets: st.SearchStrategy[InstalledSet] = resolved_sets().flatmap(installed_of)
