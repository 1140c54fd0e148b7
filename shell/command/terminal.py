"""Shows a local build: colour and a progress line on a terminal, plain lines elsewhere."""

import sys
from types import TracebackType
from typing import assert_never

from pure.lifecycle.events import (
    Detected,
    ExportedLayer,
    LayerRestored,
    LifecycleEvent,
    OutputLine,
    PhaseEnded,
    PhaseStarted,
    Warned,
)
from pure.lifecycle.image import BuiltImage
from pure.wording import count, duration
from rich.console import Console
from rich.status import Status
from rich.text import Text

from shell.output import Output

_TITLES = {"detect": "Detecting", "restore": "Restoring", "build": "Building", "export": "Exporting"}


class Terminal:
    """Prints the events of one build."""

    def __init__(self, output: Output) -> None:
        self._output = output
        self._console = Console(highlight=False, soft_wrap=True) if sys.stdout.isatty() else None
        self._status: Status | None = None
        self._added: list[str] = []
        self._reused: list[str] = []
        self._restored: list[str] = []

    def __enter__(self) -> "Terminal":
        if self._console:
            self._status = self._console.status("Starting")
            self._status.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._status:
            self._status.stop()

    def show(self, event: LifecycleEvent) -> None:
        """Print one event."""
        match event:
            case PhaseStarted(phase=phase, buildpack=buildpack):
                title = f"{_TITLES.get(phase, phase)}{f' with {buildpack}' if buildpack else ''}"
                if self._status:
                    self._status.update(f"[bold]{title}[/]")
            case PhaseEnded(phase=phase, seconds=seconds):
                self._phase_ended(phase, seconds)
            case Detected(buildpacks=buildpacks):
                self._line(f"===> Detected {', '.join(buildpacks)}", style="bold cyan")
            case LayerRestored(layer=layer, contents=contents):
                self._restored.append(layer if contents else f"{layer} (metadata only)")
            case ExportedLayer(name=name, reused=reused, where=where):
                if where == "image":
                    (self._reused if reused else self._added).append(name)
            case OutputLine(line=line):
                self._line(line, style=_style(line))
            case Warned(message=message):
                self._line(f"Warning: {message}", style="yellow")
            case _:
                assert_never(event)

    def finished(self, image: BuiltImage, command: str) -> None:
        """Print what was built, what of it is new, and how to start it."""
        from pure.views.previous import since_previous

        place = f" in {image.output}" if image.output else ""
        self._line(f"===> Built {image.digest[:19]}{place}", style="bold green")
        self._line(f"     {since_previous(image)}")
        if image.output:
            return
        if not image.table.default:
            self._line(f"     Start it:  {command} -- COMMAND   (the image has no default process)")
        else:
            self._line(f"     Start it:  {command}")

    def _phase_ended(self, phase: str, seconds: float) -> None:
        if phase == "restore" and self._restored:
            names = ", ".join(self._restored)
            self._line(f"===> Restored {names} in {duration(seconds)}", style="bold cyan")
        if phase == "restore":
            self._line("===> Building", style="bold cyan")
        if phase == "export":
            new = f"{count(len(self._added), 'layer')} new" if self._added else "no layer new"
            self._line(f"===> Exported in {duration(seconds)}: {new}, {len(self._reused)} unchanged", style="bold cyan")

    def _line(self, line: str, *, style: str | None = None) -> None:
        if self._console:
            self._console.print(Text(self._output.shown(line), style=style or ""))
        else:
            self._output.lines((line,))


def _style(line: str) -> str | None:
    if line.startswith("Error:"):
        return "bold red"
    if line.lstrip().startswith("Warning:"):
        return "yellow"
    if line and not line.startswith(" "):
        return "bold"
    return None
