import { createHash } from 'node:crypto'
import { escapeHtml } from './escape.ts'
import { MARK_NAMES } from './marks.ts'
import { script } from './page/script.ts'
import { pageOf } from './page/sections.ts'
import { style } from './page/style.ts'
import type { Report } from './schema.ts'
import { en } from './texts/en.ts'
import { languageNames, LANGUAGES, type Language } from './texts/languages.ts'
import { zhCN } from './texts/zh-cn.ts'
import { tokens } from './tokens.ts'

/** Allows only the page's own script, and no requests. */
const policy = (): string => {
  const hash = createHash('sha256').update(script).digest('base64')
  return `default-src 'none'; style-src 'unsafe-inline'; script-src 'sha256-${hash}'; base-uri 'none'; form-action 'none'`
}

/** One self-contained file with both languages, light and dark themes and plots as SVG; readable without network and without scripts. */
export function renderHtml(report: Report): string {
  const pages = Object.entries(LANGUAGES).map(
    ([language, texts]) =>
      `<main class="page" lang="${language}">${pageOf(report, texts, language as Language)}</main>`,
  )
  return `<!doctype html>
<html lang="en" data-lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${escapeHtml(policy())}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${escapeHtml(en.title)}</title>
<style>${tokens()}${style}</style>
</head>
<body>
${patterns()}
<header class="top"><b>transport-playground</b>${controls()}</header>
${pages.join('\n')}
<script>${script}</script>
</body>
</html>
`
}

function controls(): string {
  const group = (label: 'language' | 'theme', buttons: string[]) =>
    `<div class="group" role="group" aria-label="${en.controls[label]}" data-label-en="${en.controls[label]}" data-label-zh="${zhCN.controls[label]}">${buttons.join('')}</div>`
  const languages = Object.entries(languageNames).map(
    ([language, name]) => `<button type="button" lang="${language}" data-to="${language}">${name}</button>`,
  )
  const themes = (['system', 'light', 'dark'] as const).map((theme) => {
    const [inEnglish, inChinese] = [en.controls.themes[theme], zhCN.controls.themes[theme]]
    return `<button type="button" data-look="${theme}" data-en="${inEnglish}" data-zh="${inChinese}">${inEnglish}</button>`
  })
  return `<div class="controls" hidden>${group('language', languages)}${group('theme', themes)}</div>`
}

/** Hatch and dots in each hue, to which the plots refer. */
function patterns(): string {
  const each = MARK_NAMES.map(
    (name) =>
      `<pattern id="hatch-${name}" width="6" height="6" patternUnits="userSpaceOnUse" patternTransform="rotate(45)"><rect width="6" height="6" fill="var(--surface)"/><rect width="2.5" height="6" fill="var(--${name})"/></pattern>` +
      `<pattern id="dots-${name}" width="5" height="5" patternUnits="userSpaceOnUse"><rect width="5" height="5" fill="var(--surface)"/><circle cx="2.5" cy="2.5" r="1.2" fill="var(--${name})"/></pattern>`,
  )
  return `<svg class="patterns" aria-hidden="true"><defs>${each.join('')}</defs></svg>`
}
