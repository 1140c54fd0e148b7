"""Holds the page's style sheet and its script: texts of ours, which know nothing of any image."""

from typing import Final

STYLE: Final = """
:root {
  color-scheme: light dark;
  --paper: #ffffff; --ink: #1b1f24; --soft: #57606a; --line: #d5dae0; --wash: #f5f6f8; --accent: #0a58b0;
  --base: #e2e5e9; --python: #c9dcf4; --dependencies: #cfe8d4; --application: #f8e2b8; --others: #f3d3cf;
  --platform: #e3d9f0; --start: #c6e6e8;
}
@media (prefers-color-scheme: dark) {
  :root {
    --paper: #14171a; --ink: #e7eaee; --soft: #a3acb7; --line: #343a42; --wash: #1c2025; --accent: #7db4f5;
    --base: #31363d; --python: #1d3b5c; --dependencies: #1f4630; --application: #54411a; --others: #57302c;
    --platform: #3d3051; --start: #1c464a;
  }
}
* { box-sizing: border-box; }
html { -webkit-text-size-adjust: 100%; }
body {
  margin: 0 auto; max-width: 70rem; padding: 2rem 1.25rem 4rem; background: var(--paper); color: var(--ink);
  font: 1rem/1.5 system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", sans-serif;
  overflow-wrap: anywhere; text-wrap: pretty;
}
h1 { font-size: 1.75rem; line-height: 1.2; margin: 0 0 .25rem; letter-spacing: -.01em; }
h2 { font-size: 1.25rem; margin: 3rem 0 .75rem; padding-top: 1rem; border-top: 1px solid var(--line); }
h3 { font-size: 1rem; margin: 1.75rem 0 .25rem; }
p { margin: 0 0 .75rem; max-width: 46rem; }
code { font: .9em ui-monospace, "SFMono-Regular", Menlo, Consolas, "Liberation Mono", monospace; }
small, .soft { color: var(--soft); font-size: .875rem; }
.lead { font-size: 1.125rem; color: var(--soft); }
ul { margin: .25rem 0 .75rem; padding-left: 1.25rem; max-width: 46rem; }
dl.facts { display: grid; grid-template-columns: max-content 1fr; gap: .15rem 1.25rem; margin: 1rem 0 0; }
dl.facts dt { color: var(--soft); }
dl.facts dd { margin: 0; }
figure { margin: 0; }
figcaption { margin: .6rem 0 1.5rem; }
.legend + p { margin-top: .4rem; }
.legend {
  list-style: none; display: flex; flex-wrap: wrap; gap: .25rem 1.25rem; padding: 0; margin: 0; max-width: none;
}
.kind-base, .kind-unknown { --tint: var(--base); }
.kind-python { --tint: var(--python); }
.kind-dependencies { --tint: var(--dependencies); }
.kind-start { --tint: var(--start); }
.kind-application { --tint: var(--application); }
.kind-others { --tint: var(--others); }
.kind-platform { --tint: var(--platform); }

.map { position: relative; height: 620px; overflow: hidden; }
.box {
  position: absolute; overflow: hidden; background: var(--tint); border: 1px solid var(--paper); border-radius: 3px;
  container-type: size;
}
.box > p {
  margin: 0; padding: 0 5px; max-width: none; font-size: .8125rem; line-height: 20px; white-space: nowrap;
  overflow: hidden; text-overflow: ellipsis;
}
.box > p span { font-size: .75rem; margin-left: .25em; }
.inner { position: absolute; top: 22px; right: 3px; bottom: 3px; left: 3px; }
.inner .box { background: color-mix(in srgb, var(--tint) 72%, var(--paper)); border-color: var(--tint); }
.inner .inner .box { background: color-mix(in srgb, var(--tint) 40%, var(--paper)); }
.inner .box > p { font-size: .75rem; }
.inner .box > p strong { font-weight: 500; }
.inner .box.rest {
  background: none; border-style: dashed; border-color: color-mix(in srgb, var(--tint) 70%, var(--ink));
}
.map > .rest:not([class*="kind-"]) { background: var(--wash); border: 1px dashed var(--soft); }
@container (max-width: 2.25rem) or (max-height: 1.1rem) { p { visibility: hidden; } }
.map.one > .box { display: none; }
#map.one > .on { display: block; left: 0; top: 0; width: 100%; height: 100%; }

.zoom { display: flex; flex-wrap: wrap; gap: .35rem; margin: 0 0 .6rem; }
.zoom[hidden] { display: none; }
button {
  font: inherit; font-size: .875rem; color: var(--ink); background: var(--wash); border: 1px solid var(--line);
  border-radius: 4px; padding: .3rem .7rem; min-height: 2rem; cursor: pointer;
}
button[aria-pressed="true"] { background: var(--ink); border-color: var(--ink); color: var(--paper); }
:focus-visible { outline: 3px solid var(--accent); outline-offset: 2px; }
.live .box.more { cursor: zoom-in; }
.live.one .box.more { cursor: zoom-out; }

table {
  border-collapse: collapse; width: 100%; table-layout: fixed; margin: 0 0 1.5rem; font-variant-numeric: tabular-nums;
}
caption { text-align: left; font-weight: 600; padding: .25rem 0 .5rem; }
th, td { text-align: left; vertical-align: top; padding: .5rem .75rem .5rem 0; border-top: 1px solid var(--line); }
thead th { border-top: 0; color: var(--soft); font-weight: 500; font-size: .875rem; vertical-align: bottom; }
tbody th { font-weight: 500; }
.above th { padding-bottom: 0; font-weight: 600; }
.above + tr td { border-top: 0; padding-top: .25rem; }
th small, td small { display: block; font-weight: 400; }
.number { width: 8rem; text-align: right; padding-right: 0; padding-left: .75rem; }
.drawn { width: 45%; }
.tint::before {
  content: ""; display: inline-block; width: .8rem; height: .8rem; margin-right: .45rem; vertical-align: -.05rem;
  background: var(--tint); border: 1px solid var(--soft); border-radius: 2px;
}
.mark {
  display: inline-block; font-size: .75rem; font-weight: 600; padding: 0 .4rem; margin-left: .4rem;
  border: 1px solid currentColor; border-radius: 3px;
}
details { margin: 1.5rem 0; }
summary { cursor: pointer; font-weight: 600; padding: .25rem 0; }
summary:hover { color: var(--accent); }
.decision { display: grid; grid-template-columns: 14rem 1fr; gap: 0 1.5rem; }
.decision h3 { margin-top: 0; }
.decision + .decision { margin-top: 1rem; }
.choice { font-weight: 600; margin-bottom: .15rem; }
.choice code {
  background: var(--wash); border: 1px solid var(--line); border-radius: 3px; padding: .1rem .35rem; font-weight: 400;
}
.bar { display: block; width: 100%; height: 10px; margin-top: .45rem; background: var(--wash); }
.bar rect { fill: var(--soft); }
.part th { padding-left: 1.25rem; font-weight: 400; color: var(--soft); }
footer {
  margin-top: 3.5rem; padding-top: 1rem; border-top: 1px solid var(--line); color: var(--soft); font-size: .875rem;
}

@media (max-width: 40rem) {
  body { padding: 1.25rem 1rem 3rem; }
  h1 { font-size: 1.375rem; }
  .map { height: 540px; }
  dl.facts { grid-template-columns: 1fr; gap: 0; }
  dl.facts dd { margin-bottom: .5rem; }
  .drawn { width: 30%; }
  .number { width: 5.7rem; padding-left: .5rem; }
  .number small { font-size: .75rem; }
  thead th { font-size: .8125rem; }
  .decision { display: block; }
  button { min-height: 2.75rem; }
}
@media print { .zoom { display: none; } body { max-width: none; } }
"""
"""What the page looks like; where the boxes of an image lie is said by rules of its own (``pure.views.page.map``)."""

SCRIPT: Final = """
(function () {
  "use strict";
  var map = document.getElementById("map"), bar = document.getElementById("zoom");
  if (!map || !bar) { return; }
  var buttons = Array.prototype.slice.call(bar.querySelectorAll("button"));
  function show(id) {
    map.classList.toggle("one", id !== "");
    Array.prototype.forEach.call(map.children, function (box) { box.classList.toggle("on", box.id === id); });
    buttons.forEach(function (each) { each.setAttribute("aria-pressed", String(each.dataset.shows === id)); });
  }
  function shown() {
    var on = map.querySelector(".on");
    return on ? on.id : "";
  }
  buttons.forEach(function (each) {
    each.addEventListener("click", function () { show(each.dataset.shows); });
    var box = document.getElementById(each.dataset.shows);
    if (box) {
      box.classList.add("more");
      box.addEventListener("click", function () { show(shown() === box.id ? "" : box.id); });
    }
  });
  document.addEventListener("keydown", function (event) { if (event.key === "Escape") { show(""); } });
  map.classList.add("live");
  bar.hidden = false;
})();
"""
"""Enlarges a layer of the map; without it the page has all it tells, too."""
