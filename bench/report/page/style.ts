import { MARK_NAMES } from '../marks.ts'

/** On top of the page's tokens. A layer that comes last, and nothing that needs a request. */
export const style = `
@layer report {
  * { box-sizing: border-box; }
  :root {
    ${MARK_NAMES.map((name) => `--${name}-tint: color-mix(in oklab, var(--${name}) 30%, var(--surface));`).join('\n    ')}
    --control-ink: var(--ink-2);
  }
  html { background: var(--paper); }
  body { margin: 0; color: var(--ink); background: var(--paper); font: var(--t-body)/var(--lead-body) var(--sans);
    font-variant-numeric: tabular-nums; -webkit-text-size-adjust: 100%; text-size-adjust: 100%; }
  .page { max-width: 832px; margin: 0 auto; padding: var(--s8) var(--s4) var(--s12); }
  .page:not([lang="en"]) { display: none; }
  [data-lang="zh-CN"] .page[lang="en"] { display: none; }
  [data-lang="zh-CN"] .page[lang="zh-CN"] { display: block; }
  .patterns { position: absolute; width: 0; height: 0; }

  .top { display: flex; flex-wrap: wrap; gap: var(--s2) var(--s4); align-items: center; justify-content: space-between;
    max-width: 832px; margin: 0 auto; padding: var(--s3) var(--s4) 0; }
  .top b { font-weight: var(--w-figure); }
  .controls { display: flex; gap: var(--s2); flex-wrap: wrap; }
  .controls[hidden] { display: none; }
  .group { display: inline-flex; border: 1px solid var(--line-strong); border-radius: var(--r2); overflow: hidden; }
  .group button { border: 0; background: var(--surface); color: var(--ink-2); font: inherit; font-size: var(--t-small);
    min-height: 32px; padding: 0 var(--s3); cursor: pointer; }
  .group button[aria-pressed="true"] { background: var(--ink); color: var(--surface); }
  .group button:focus-visible { outline: 2px solid var(--focus); outline-offset: -4px; }
  .group button[aria-pressed="true"]:focus-visible { outline-color: var(--surface); }
  @media (pointer: coarse) { .group button { min-height: 44px; min-width: 44px; } }

  h1 { font-size: var(--t-display); line-height: var(--lead-tight); font-weight: var(--w-figure); margin: var(--s4) 0 var(--s3); text-wrap: balance; }
  h2 { font-size: var(--t-title); line-height: 1.3; font-weight: var(--w-figure); margin: var(--s12) 0 var(--s3); }
  h3 { font-size: var(--t-lead); line-height: 1.35; font-weight: var(--w-figure); margin: 0 0 var(--s4); text-wrap: balance; }
  h4 { font-size: var(--t-small); font-weight: var(--w-figure); margin: 0 0 var(--s1); color: var(--ink-2); }
  .no { display: block; font-size: var(--t-small); font-weight: var(--w-text); color: var(--ink-3); }
  p { margin: 0 0 var(--s3); max-width: 68ch; }
  .lead p { font-size: var(--t-lead); color: var(--ink-2); }
  .quiet { color: var(--ink-3); }
  .said { list-style: none; margin: 0; padding: 0; border-top: 2px solid var(--ink); }
  .said li { padding: var(--s3) 0; border-bottom: 1px solid var(--line); font-size: var(--t-lead); max-width: none; text-wrap: pretty; }
  .overview h3 { margin: var(--s5) 0 var(--s2); font-size: var(--t-body); }
  .crossings { margin: var(--s4) 0 0; padding-left: 1.2em; color: var(--ink-2); }

  .figure { background: var(--surface); border: var(--hairline); border-radius: var(--r3); padding: var(--s5) var(--s5) var(--s4); margin: 0 0 var(--s3); }
  .figure.empty h3 { margin-bottom: var(--s2); } .figure.empty p { margin: 0; }
  figure { margin: 0; }
  figcaption { border-top: var(--hairline); padding-top: var(--s3); margin-top: var(--s3); color: var(--ink-2); }
  figcaption p { max-width: 76ch; margin-bottom: var(--s2); text-wrap: pretty; } figcaption b { color: var(--ink); font-weight: var(--w-strong); }
  .note { color: var(--ink); }
  .wide, .narrow { display: flex; flex-wrap: wrap; gap: var(--s4) 18px; }
  .narrow { display: none; }
  .panel { flex: 1 1 100%; min-width: 0; }
  .panel.half { flex: 1 1 calc(50% - 9px); max-width: calc(50% - 9px); }
  .panel svg { display: block; width: 100%; height: auto; overflow: visible; }
  svg text { font-family: var(--sans); font-variant-numeric: tabular-nums; }
  .legend { display: flex; flex-wrap: wrap; gap: var(--s2) var(--s5); font-size: var(--t-small); color: var(--ink-2); }
  .swatch { display: inline-flex; align-items: center; gap: var(--s2); }

  details { margin-top: var(--s2); }
  summary { cursor: pointer; color: var(--ink-2); font-size: var(--t-small); padding: var(--s2) 0; }
  summary:focus-visible { outline: 2px solid var(--focus); outline-offset: 2px; }
  .scroll { overflow-x: auto; }
  table { border-collapse: collapse; width: 100%; font-size: var(--t-small); line-height: 1.45; }
  th, td { text-align: left; vertical-align: top; padding: var(--s2) var(--s3) var(--s2) 0; border-bottom: 1px solid var(--line); font-weight: var(--w-text); }
  thead th { color: var(--ink-3); font-size: var(--t-micro); vertical-align: bottom; border-bottom-color: var(--line-strong); }
  tbody th { color: var(--ink); font-weight: var(--w-strong); }
  .figures th:not(:first-child), .figures td { text-align: right; padding-right: 0; padding-left: var(--s4); white-space: nowrap; }
  .figures thead th { white-space: normal; }
  .pairs th { width: 36%; color: var(--ink-2); font-weight: var(--w-text); } .pairs td { overflow-wrap: anywhere; } .pairs thead { display: none; }
  .words th { width: 32%; } .words td:last-child { white-space: nowrap; padding-right: 0; }
  .sign { display: inline-flex; align-items: baseline; gap: 6px; } .sign svg { fill: var(--ink); flex: none; transform: translateY(1px); }
  .sign .open { fill: none; stroke: var(--ink); stroke-width: 1.5; }
  .scroll + p { margin-top: var(--s3); }
  .why td { color: var(--ink-2); } .why ul { margin: 0; padding: 0; list-style: none; }
  .foot { margin-top: var(--s8); }

  @media (max-width: 640px) {
    .wide { display: none; } .narrow { display: flex; }
    .panel.half { flex-basis: 100%; max-width: 100%; }
    .page { padding: var(--s4) var(--s3) var(--s8); }
    .figure { padding: var(--s4) var(--s4) var(--s3); }
    h1 { font-size: var(--t-figure); } .said li { font-size: var(--t-body); }
    .words thead { display: none; }
    .words, .words tbody, .words tr, .words th, .words td { display: block; width: auto; }
    .words td[data-head]::before { content: attr(data-head) ': '; color: var(--ink-3); }
    .words tr { border-bottom: 1px solid var(--line); padding: var(--s2) 0; }
    .words th, .words td { border: 0; padding: 2px 0; } .words td:last-child { white-space: normal; }
  }

  @media print {
    :root, :root[data-theme] { color-scheme: light; }
    html, body { background: none; }
    .page { max-width: none; padding: 0; }
    .top { display: none; }
    .wide { display: flex; } .narrow { display: none; }
    .figure { border: 0; padding: 0; margin: 0 0 var(--s8); break-inside: avoid; background: none; }
    .figure details { display: none; }
    h2, h3, h4, thead { break-after: avoid; } tr, li { break-inside: avoid; }
    .scroll { overflow: visible; }
    * { print-color-adjust: exact; -webkit-print-color-adjust: exact; }
    @page { margin: 16mm; }
  }
}`
