"""Says in words why an index or a repository gave nothing."""

from typing import assert_never

from pure.complaints.reasons import (
    CertificatesMissing,
    CertificateUntrusted,
    GitMissing,
    IndexReason,
    IndexRefused,
    IndexUnreachable,
    RepositoryNotFound,
    RepositoryReason,
    RepositoryRefused,
    RepositoryUnreachable,
)
from pure.manager.terms import Terms
from pure.report.prose.explanation import Explanation, asking, instead_of_itself


def explain_index(reason: IndexReason, words: Terms) -> Explanation:
    """Of a package index."""
    match reason:
        case IndexRefused(host=host, status=status, elsewhere=elsewhere):
            answered = f" answered {status}" if status else " refused"
            meaning = {
                401: "It wants a user and a password or a token, or those that it got are wrong.",
                403: "It knows who asks and doesn't allow it, or it doesn't let this network in.",
                407: "A proxy between the build and the index wants credentials.",
            }.get(status, "It wants credentials, or other ones.")
            return Explanation(
                found=(f"the package index{_at(host)}{answered}",),
                means=(
                    meaning,
                    *(
                        (
                            f"Another index has a distribution named {elsewhere} too, which may be somebody else's:",
                            "where two indexes have a name, pip takes the newest version of both.",
                        )
                        if elsewhere
                        else ()
                    ),
                ),
                do=(
                    "Pass the proxy's credentials to the build: HTTPS_PROXY, with user:password@ before its host."
                    if status == 407
                    else f"Pass its credentials to the build: {words.credentials}.",
                    *(() if status == 407 else ("Or bind them (a binding of the type pypi or netrc).",)),
                    "They never appear in the log or in the image.",
                    *(
                        (f"Better: have one index that has all, and name it alone; or pin {elsewhere} with its hash.",)
                        if elsewhere
                        else ()
                    ),
                ),
            )
        case IndexUnreachable(host=host, status=status):
            poetry = words.title == "Poetry"
            return Explanation(
                found=(f"the package index{_at(host)} {f'answered {status}' if status else 'cannot be reached'}",),
                means=("It may be down for the moment.",)
                if status
                else ("The build has no network, the name is wrong, or a proxy stands between.",),
                do=("Build again later.", f"If it stays so, check the index's address in {words.index}.")
                if status
                else (
                    "Check that the build has a network: pack build --network host, or HTTPS_PROXY and NO_PROXY.",
                    *(("Check that its certificate is trusted; Poetry doesn't tell that apart.",) if poetry else ()),
                    f"Check the index's address in {words.index}.",
                ),
            )
        case CertificateUntrusted(host=host):
            return Explanation(
                found=(f"the certificate of the package index{_at(host)} is not trusted",),
                means=(
                    "It is signed by an authority of your own, or a proxy opens the connection and signs anew.",
                    "The authority's certificate isn't known in the build.",
                ),
                do=(
                    "Bind the authority's certificate to the build (a binding of the type ca-certificates).",
                    f"Or bring it into the builder, and name the file: {words.certificates}.",
                ),
            )
        case CertificatesMissing(path=path):
            return Explanation(
                found=(f"{path}: there is no such file of certificates in the build",),
                do=(f"Correct or unset the variable that names it: {words.certificates}, REQUESTS_CA_BUNDLE.",),
            )
        case _:
            assert_never(reason)


def explain_repository(reason: RepositoryReason, words: Terms) -> Explanation:
    """Of a repository of code."""
    match reason:
        case RepositoryRefused(place=place, ssh=ssh, asked=asked):
            return Explanation(
                found=(f"{place or 'a repository'}: the code host wants credentials", *asking(asked)),
                means=(
                    "SSH has no key in the build that the host accepts ($GIT_SSH_COMMAND may name one).",
                    "None should be in an image.",
                )
                if ssh
                else ("The repository is private, or it doesn't exist; code hosts don't tell which.",),
                do=(
                    *instead_of_itself(asked),
                    *(
                        (
                            f"Use HTTPS in {words.declared}, with ${{TOKEN}}@ before the host.",
                            "Pass the variable to the build: pack build --env TOKEN.",
                        )
                        if words.interpolated
                        else (
                            f"Use HTTPS in {words.declared}.",
                            *words.after,
                            "Pass a token to git by a git-credentials binding or by GIT_CONFIG_* variables.",
                        )
                    ),
                    "It never appears in the log or in the image.",
                    "Better: publish a wheel to a package index of your own, and ask for it by name and version.",
                ),
            )
        case RepositoryNotFound(place=place, revision=revision, asked=asked):
            found = f"{place}: there is no revision {revision}" if revision else f"{place}: no such repository"
            return Explanation(
                found=(found, *asking(asked)),
                means=() if revision else ("A private repository looks the same to somebody without credentials.",),
                do=(
                    *instead_of_itself(asked),
                    f"Correct the {'tag, branch or commit' if revision else 'URL'} in {words.declared}.",
                    *words.after,
                    *(() if revision else ("If it is private, pass a token to the build.",)),
                ),
            )
        case RepositoryUnreachable(place=place, asked=asked):
            return Explanation(
                found=(f"{place or 'a repository'}: the code host cannot be reached", *asking(asked)),
                means=("The build has no network, the name is wrong, or a firewall stands between (often for SSH).",),
                do=(
                    *instead_of_itself(asked),
                    "Check that the build has a network: pack build --network host, or HTTPS_PROXY and NO_PROXY.",
                    f"Check the URL in {words.declared}; https:// gets through where ssh:// doesn't.",
                ),
            )
        case GitMissing():
            return Explanation(
                found=("git is not on the build image, and a requirement is a git repository",),
                do=(
                    "Build on an image with git (a larger builder), or add it by a buildpack before this one,",
                    f"or, in {words.declared}, replace the repository by a released version or an archive's URL:",
                    '  name = {file = "https://host/team/name/archive/v1.0.tar.gz"}'
                    if words.title == "Pipenv"
                    else "  name @ https://host/team/name/archive/v1.0.tar.gz",
                    *words.after,
                ),
            )
        case _:
            assert_never(reason)


def _at(host: str) -> str:
    return f" ({host})" if host else ""
