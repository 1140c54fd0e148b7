"""Makes applications of the texts of their files, with the manager that is chosen for them."""

from pure.manager.managed import Managed, decide_manager
from pure.outcome import Success
from pure.project.files import ProjectFiles
from pure.project.requirements.collection import RequirementsSet, collect

from tests.documents import documents


def application(texts: dict[str, str], folder: str = "") -> tuple[Managed, ProjectFiles, RequirementsSet | None]:
    files = documents({name: text.encode() for name, text in texts.items()})
    project = ProjectFiles(folder=folder, names=tuple(texts), texts=files)
    managed = decide_manager(project, {}).unwrap()
    requirements: RequirementsSet | None = None
    if "requirements.txt" in texts:
        collected = collect({name: text.encode() for name, text in texts.items()})
        assert isinstance(collected, Success)
        complete = collected.unwrap()
        assert isinstance(complete, RequirementsSet)
        requirements = complete
    return managed, project, requirements
