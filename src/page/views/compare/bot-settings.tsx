import type { Comparison } from '../../compare/comparison.ts'
import { CONVERSATION_MS } from '../../compare/comparison-bot.ts'
import { COMPARISON_RATES, MAX_SEED } from '../../compare/settings.ts'
import { seconds, spelled, whole } from '../../browser/format.ts'
import { texts } from '../../i18n/i18n.ts'

/** The conversation bot: its rate, its seed, and its progress. */
export function BotControls({ of }: { of: Comparison }) {
  const { bot: words } = texts.value.compare
  const { ratePerS, seed } = of.settings.value.bot
  const progress = of.bot.progress.value
  return (
    <form
      class="bot"
      aria-label={words.title}
      onSubmit={(event) => {
        event.preventDefault()
        if (progress) of.cancelRun()
        else void of.run()
      }}
    >
      <label class="field">
        <span>{words.rate}</span>
        <select
          value={String(ratePerS)}
          disabled={progress !== null}
          onChange={({ currentTarget }) => of.setBot({ ratePerS: Number(currentTarget.value) })}
        >
          {COMPARISON_RATES.map((rate) => (
            <option key={rate} value={String(rate)}>
              {rate}
            </option>
          ))}
        </select>
      </label>
      <label class="field">
        <span>{words.seed}</span>
        <input
          type="number"
          min={0}
          max={MAX_SEED}
          step={1}
          required
          value={String(seed)}
          disabled={progress !== null}
          onChange={({ currentTarget }) => {
            if (currentTarget.validity.valid) of.setBot({ seed: currentTarget.valueAsNumber })
          }}
        />
      </label>
      <button type="submit" class="run" data-on={progress !== null}>
        {progress && <i style={{ width: `${(progress.elapsedMs / CONVERSATION_MS) * 100}%` }} />}
        <span>{progress ? words.cancel : words.run(spelled(seconds(CONVERSATION_MS)))}</span>
      </button>
      <p class="progress">
        {progress &&
          words.progress(
            whole(progress.sent),
            whole(progress.total),
            spelled(seconds(Math.ceil((CONVERSATION_MS - progress.elapsedMs) / 1000) * 1000)),
          )}
        {!progress && of.standing.value && (
          <button type="button" onClick={() => of.showLive()}>
            {words.live}
          </button>
        )}
      </p>
    </form>
  )
}
