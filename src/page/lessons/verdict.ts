/** The verdict of a run, from its points and its noise alone. */
import type { Point } from './point.ts'

export type Verdict = 'agrees' | 'does not agree' | 'too noisy to say'

/** What disturbed a run. */
export interface Noise {
  /** ms that something at a random moment waits since this page does not run, on average. */
  stallMs: number
  longestStallMs: number
  /** ms of messages over a WebSocket without a link, on average: what page, server and machine add to any delivery. */
  pushMs: number
  /** The difference of that mean between two readers with the same settings. */
  twinMs: number
  /** ms by which messages were sent later than they were due, on average. */
  publisherLateMs: number
  /** ± ms of the comparison of the clocks. */
  clockMs: number
  /** Messages that the server's limits postponed. */
  limited: number
  /** The page was hidden: a browser slows its timers. */
  wasHidden: boolean
}

/** Whether each reader received each message once, in order. */
export interface DeliveryCheck {
  sent: number
  lost: number
  twice: number
  disordered: number
}

/** Why a verdict is not "agrees". The texts are in the view's dictionary. */
export type VerdictReason =
  | 'stalls'
  | 'push'
  | 'twin'
  | 'clock'
  | 'limited'
  | 'hidden'
  | 'compressed'
  | 'wide'
  | 'none'
  | 'apart'
  | 'lost'
  | 'twice'
  | 'order'

export interface Judgement {
  verdict: Verdict
  reasons: readonly VerdictReason[]
}

/** null for a point without a model. */
export function verdictOfPoint({ low, high, model, tolerance }: Point): Verdict | null {
  if (model === null) return null
  const [least, most] = [model - tolerance, model + tolerance]
  if (low >= least && high <= most) return 'agrees'
  if (high < least || low > most) return 'does not agree'
  return 'too noisy to say'
}

/** Share of the smallest tolerance that noise may take up. */
const NOISE_SHARE = 0.5
/** Noise in ms above which no count is trusted. A lesson whose counts depend on times has a lower limit. */
export const MOST_NOISE_MS = 50

/**
 * ms of noise above which the run decides nothing.
 *
 * @param isLatency the points are latencies in ms
 * @param mostMs limit of the lesson
 */
function noiseLimitMs(points: readonly Point[], isLatency: boolean, mostMs: number): number {
  const tolerances = points.filter(({ model }) => model !== null).map(({ tolerance }) => tolerance)
  return isLatency ? Math.min(mostMs, NOISE_SHARE * Math.min(...tolerances)) : mostMs
}

export function noiseReasons(noise: Noise, limitMs: number): VerdictReason[] {
  const checks: [VerdictReason, boolean][] = [
    ['hidden', noise.wasHidden],
    ['stalls', noise.stallMs > limitMs],
    ['push', noise.pushMs > limitMs],
    ['twin', noise.twinMs > limitMs],
    ['clock', noise.clockMs > limitMs],
    ['limited', noise.limited > 0],
  ]
  return checks.filter(([, isNoisy]) => isNoisy).map(([reason]) => reason)
}

export interface RunData {
  points: readonly Point[]
  isLatency: boolean
  noise: Noise
  /** null for a lesson that loses messages by design. */
  delivery: DeliveryCheck | null
  survivesNoise: boolean
  /** ms of noise above which the run decides nothing. */
  mostNoiseMs: number
  /** The points are bytes of frames that are compressed: the model is that of plain frames. */
  isCompressed: boolean
}

export function judge(data: RunData): Judgement {
  const { points, isLatency, noise, delivery, survivesNoise, mostNoiseMs, isCompressed } = data
  if (isCompressed) return { verdict: 'too noisy to say', reasons: ['compressed'] }
  const noisy = noiseReasons(noise, noiseLimitMs(points, isLatency, mostNoiseMs))
  const judgement = judgeQuietly(points, delivery)
  if (noisy.length === 0 || (survivesNoise && judgement.verdict === 'agrees')) return judgement
  return { verdict: 'too noisy to say', reasons: noisy }
}

/** As if the machine had been quiet. */
function judgeQuietly(points: readonly Point[], delivery: DeliveryCheck | null): Judgement {
  const faults: [VerdictReason, number][] = delivery
    ? [
        ['lost', delivery.lost],
        ['twice', delivery.twice],
        ['order', delivery.disordered],
      ]
    : []
  const verdicts = points.map(verdictOfPoint).filter((verdict) => verdict !== null)
  const reasons: VerdictReason[] = [
    ...faults.filter(([, count]) => count > 0).map(([reason]) => reason),
    ...(verdicts.includes('does not agree') ? (['apart'] as const) : []),
  ]
  if (reasons.length > 0) return { verdict: 'does not agree', reasons }
  if (verdicts.length === 0) return { verdict: 'too noisy to say', reasons: ['none'] }
  return verdicts.includes('too noisy to say')
    ? { verdict: 'too noisy to say', reasons: ['wide'] }
    : { verdict: 'agrees', reasons: [] }
}
