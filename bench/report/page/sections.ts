import { escapeHtml } from '../escape.ts'
import { nameOf } from '../figures/figure.ts'
import { spellCrossover } from '../figures/per-message.ts'
import { exact, figure, fixed, THIN_SPACE, withUnit } from '../format.ts'
import { overviewOf } from '../overview.ts'
import type { Report } from '../schema.ts'
import type { Texts } from '../texts/en.ts'
import type { Language } from '../texts/languages.ts'
import { figuresOf } from './figures.ts'
import { cellName, paragraph, reportWords, sign, tableOf } from './words.ts'

/** The page in one language: conclusions, self-checks, figures, conditions. */
export function pageOf(report: Report, texts: Texts, language: Language): string {
  const { sections } = texts
  const section = (id: keyof typeof sections, body: string) =>
    `<section class="${id}" id="${language}-${id}"><h2>${escapeHtml(sections[id])}</h2>${body}</section>`
  return [
    `<header class="lead"><h1>${escapeHtml(texts.title)}</h1>${paragraph(lead(report, texts))}</header>`,
    section('conclusions', conclusions(report, texts, language)),
    ...overview(report, texts, section),
    section('selfChecks', selfChecks(report, texts)),
    ...(report.missing.length > 0 ? [section('missing', missing(report, texts))] : []),
    section('figures', figuresOf(report, texts, language)),
    section('published', published(report, texts)),
    section('invalid', invalid(report, texts)),
    ...(report.missing.length === 0 ? [section('missing', missing(report, texts))] : []),
    section('environment', environment(report, texts)),
    section('parameters', parameters(report, texts)),
    paragraph(texts.foot, 'quiet foot'),
  ].join('')
}

function lead({ startedAt, durationS, cells }: Report, texts: Texts): string {
  const took = durationS < 120 ? texts.seconds(fixed(durationS, 0)) : texts.minutes(fixed(durationS / 60, 1))
  return texts.lead(startedAt.slice(0, 10), took, cells.length)
}

function conclusions({ conclusions: all, crossovers }: Report, texts: Texts, language: Language): string {
  if (all.length === 0 && crossovers.length === 0) return paragraph(texts.noConclusions, 'quiet')
  const said = all.map(({ en, zh }) => `<li>${escapeHtml(language === 'zh-CN' ? zh : en)}</li>`)
  const crossings = crossovers.map((crossover) => `<li>${escapeHtml(spellCrossover(crossover, texts))}</li>`)
  return `${said.length > 0 ? `<ul class="said">${said.join('')}</ul>` : ''}${
    crossings.length > 0 ? `<ul class="crossings">${crossings.join('')}</ul>` : ''
  }`
}

function overview(report: Report, texts: Texts, section: (id: 'overview', body: string) => string): string[] {
  const tables = overviewOf(report, texts)
  if (tables.length === 0) return []
  const body = tables.map(({ title, table }) => `<h3>${escapeHtml(title)}</h3>${tableOf(table)}`)
  return [section('overview', `${paragraph(texts.overview.lead)}${body.join('')}`)]
}

function selfChecks({ selfChecks: all }: Report, texts: Texts): string {
  if (all.length === 0) return paragraph(texts.noChecks, 'quiet')
  const failed = all.filter(({ ok }) => !ok).length
  const { check, expected, verdict: judged } = texts.table
  const head = [check, expected, texts.measured, judged]
    .map((words) => `<th scope="col">${escapeHtml(words)}</th>`)
    .join('')
  const rows = all.map(
    (one) =>
      `<tr><th scope="row">${reportWords(one.name)}</th>${field(expected, one.expected)}${field(texts.measured, one.measured)}<td>${sign(one.ok, one.ok ? texts.holds : texts.fails)}</td></tr>`,
  )
  const verdict = failed === 0 ? texts.allHold(all.length) : texts.someFail(failed, all.length)
  return `${paragraph(`${texts.selfChecksLead} ${verdict}`)}<div class="scroll"><table class="words"><thead><tr>${head}</tr></thead><tbody>${rows.join('')}</tbody></table></div>`
}

function published({ published: all }: Report, texts: Texts): string {
  if (all.length === 0) return paragraph(texts.noPublished, 'quiet')
  const { source, theirs, ours, verdict } = texts.table
  const head = [source, theirs, ours, verdict].map((words) => `<th scope="col">${escapeHtml(words)}</th>`).join('')
  const words = (agrees: boolean | null) =>
    agrees === null ? texts.agreement.unknown : agrees ? texts.agreement.yes : texts.agreement.no
  const rows = all.map(
    (one) =>
      `<tr><th scope="row">${reportWords(one.source)}</th>${field(theirs, one.claim)}${field(ours, one.ours)}<td>${sign(one.agrees, words(one.agrees))}</td></tr>`,
  )
  return `${paragraph(texts.publishedLead)}<div class="scroll"><table class="words"><thead><tr>${head}</tr></thead><tbody>${rows.join('')}</tbody></table></div>`
}

function invalid({ cells }: Report, texts: Texts): string {
  const bad = cells.filter(({ validity }) => !validity.valid)
  if (bad.length === 0) return paragraph(texts.noneInvalid, 'quiet')
  const { cell: what, why, tries } = texts.table
  const head = [what, why, tries].map((words) => `<th scope="col">${escapeHtml(words)}</th>`).join('')
  const rows = bad.map((cell) => {
    const reasons = cell.validity.reasons.map((reason) => `<li>${reportWords(reason)}</li>`).join('')
    const attempts = escapeHtml(texts.attempts(cell.validity.attempts))
    return `<tr><th scope="row">${escapeHtml(cellName(cell, texts))}</th><td><ul>${reasons}</ul></td><td>${attempts}</td></tr>`
  })
  return `${paragraph(texts.invalidLead(bad.length, cells.length))}<div class="scroll"><table class="words why"><thead><tr>${head}</tr></thead><tbody>${rows.join('')}</tbody></table></div>`
}

function missing({ missing: all }: Report, texts: Texts): string {
  if (all.length === 0) return paragraph(texts.noneMissing, 'quiet')
  return `<ul>${all.map((one) => `<li>${reportWords(one)}</li>`).join('')}</ul>`
}

function environment({ environment: machine, startedAt, durationS, command }: Report, texts: Texts): string {
  const words = texts.environment
  return `${tableOf(
    {
      head: [],
      rows: [
        [words.node, machine.node],
        [words.platform, machine.platform],
        [words.cpu, machine.cpu],
        [words.cores, String(machine.cores)],
        [words.memory, `${figure(machine.memoryBytes / 2 ** 30)}${THIN_SPACE}GiB`],
        [words.network, words.networks[machine.network]],
        [words.loadAverage, fixed(machine.loadAverage, 2)],
        [words.commit, machine.commit],
        [words.started, startedAt],
        [words.duration, texts.seconds(fixed(durationS, 0))],
        [words.command, command],
      ],
    },
    'pairs',
  )}${paragraph(texts.loopback, 'quiet')}`
}

function parameters({ parameters: given }: Report, texts: Texts): string {
  const words = texts.parameters
  return tableOf(
    {
      head: [],
      rows: [
        [words.clients, String(given.clients)],
        [words.rate, withUnit(exact(given.rate), '/s')],
        [words.interval, withUnit(exact(given.interval), 'ms')],
        [words.hold, withUnit(exact(given.hold), 'ms')],
        [words.payload, withUnit(exact(given.payload), 'B')],
        [words.headers, texts.values.headers[given.headers]],
        [words.arrivals, texts.values.arrivals[given.arrivals]],
        [words.rtt, withUnit(exact(given.rtt), 'ms')],
        [words.seed, String(given.seed)],
        [words.profile, texts.values.profile[given.profile]],
        ...(given.transports
          ? [[words.transports, given.transports.map((name) => nameOf(name, texts)).join(texts.comma)]]
          : []),
      ],
    },
    'pairs',
  )
}

/** On a phone columns become lines, and each says what it is. */
const field = (head: string, words: string): string => `<td data-head="${escapeHtml(head)}">${reportWords(words)}</td>`
