/**
 * A lesson as data: a question, a prediction, a run, a model. Adding one takes a file for it and a line in list.ts. A lesson imports no
 * module that needs a browser: its context brings what it needs, so that its models and texts can be tested without one.
 */
import type { TransportName } from '../../transports.ts'
import type { Language } from '../i18n/i18n.ts'
import type { Axis } from './axes.ts'
import type { Parameter, Settings } from './parameters.ts'
import type { Point } from './point.ts'
import type { Conditions, Place, RunContext } from './run-context.ts'

/** Names of things on the x axis. A name of a transport is labelled as one; others are in `texts.names`. Their x is 0, 1, 2 … */
export interface Categories {
  categories: readonly string[]
}

/** Measured values may lie outside the axes: a chart then reaches further. */
export interface Chart {
  x: Axis | Categories
  y: Axis
}

export const isCategories = (x: Axis | Categories): x is Categories => 'categories' in x

/** What a learner says before the run. */
export type Prediction =
  /** One of several answers. `texts.options` has their texts. */
  | { kind: 'choice'; options: readonly string[] }
  /** The values of a series at these places of the x axis, drawn on the chart. A single place is a slider. */
  | { kind: 'sketch'; series: string; xs: readonly number[] }

export type Guess = { kind: 'choice'; option: string } | { kind: 'sketch'; values: readonly number[] }

/** A line of the model. `at` is called for places on the x axis; at categories it is drawn as a mark for each. */
export interface Curve {
  series: string
  at: (x: number) => number | null
}

/** What the run says of the tutorials' claim. `open`: the data do not decide. */
export type ClaimVerdict = 'holds' | 'holds in part' | 'does not hold' | 'open'

/** What a sentence about a run is made from. */
export interface Findings {
  points: readonly Point[]
  settings: Settings
  conditions: Conditions
}

export interface Lesson {
  /** In the address: #/experiments/<id>. */
  id: string
  /** Without the seed, which every lesson has. */
  parameters: readonly Parameter[]
  chart: (settings: Settings, conditions: Conditions) => Chart
  prediction: (settings: Settings) => Prediction
  /** The model, drawn as lines; empty where only the points have a model. */
  curves: (settings: Settings, conditions: Conditions) => readonly Curve[]
  /** What this browser and this server cannot show with these settings: keys of `texts.limitations`. */
  limitations: (settings: Settings, place: Place) => readonly string[]
  /** Profiles of links without which there is nothing to measure. */
  needs?: readonly string[]
  /** ms, without joining. */
  durationMs: (settings: Settings) => number
  /** The figures are counts that a busy machine does not change: they may agree on a busy machine too. */
  survivesNoise?: true
  /** ms of noise above which a run decides nothing, where times affect the counts; by default the limit of all counts. */
  mostNoiseMs?: (settings: Settings) => number
  /** Whether the figures are bytes of WebSocket frames: the model is that of plain ones. */
  countsFrames?: (settings: Settings) => boolean
  /** Messages may be lost or come late by design: the run then does not check that each reader has each message once. */
  isLossy?: true
  /** Yields all points known so far, several times, and the final points last. */
  run: (context: RunContext, settings: Settings) => AsyncIterable<readonly Point[]>
  /** For a choice: the option that the data support; null where they decide nothing. */
  answer?: (findings: Findings) => string | null
  judgeClaim: (findings: Findings) => ClaimVerdict
  /** The transport in whose hue a series is drawn; by default the transport of that name, or none. */
  hues?: Readonly<Partial<Record<string, TransportName>>>
  texts: Readonly<Record<Language, LessonTexts>>
}

/** A text that may depend on the settings. */
export type SettingsText = string | ((settings: Settings) => string)

export const textWith = (text: SettingsText, settings: Settings): string =>
  typeof text === 'string' ? text : text(settings)

export interface LessonTexts {
  question: string
  /** What tutorials say, in our words. */
  claim: string
  /** What happens in the run. */
  what: (settings: Settings) => string
  /** Titles of the axes. */
  x: string
  y: SettingsText
  /** Labels of series and categories that are no transports. */
  names?: Readonly<Record<string, string>>
  parameters: Readonly<Record<string, string>>
  /** Labels of the values of parameters of the kind `choice`. */
  choices?: Readonly<Record<string, string>>
  /** The question of the prediction. */
  predict: SettingsText
  options?: Readonly<Record<string, string>>
  /** What was found, made from the points. */
  finding: (findings: Findings) => string
  /** Why, in one or two paragraphs. */
  why: readonly string[]
  /** The model as a formula. */
  formula?: string
  /** What would change the result. */
  changes: string
  limitations?: Readonly<Record<string, string>>
}
