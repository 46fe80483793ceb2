import type { Comparison } from '../../compare/comparison.ts'
import { CONVERSATION_MS } from '../../compare/comparison-bot.ts'
import { COMPARISON_RATES, MAX_SEED } from '../../compare/settings.ts'
import { seconds, spelled, whole } from '../../browser/format.ts'
import { texts } from '../../i18n/i18n.ts'
import { BOT_TEXT_BYTES } from '../../room/bot-text.ts'
import { SizeSelect } from '../transport/size-select.tsx'

/** The conversation bot: its rate, its seed, and its progress. */
export function BotControls({ of }: { of: Comparison }) {
  const { compare, tuning } = texts.value
  const { bot: words } = compare
  const { ratePerS, seed, textBytes } = of.settings.value.bot
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
      <SizeSelect
        className="field"
        label={tuning.botSize}
        title={tuning.botSizeTitle}
        value={textBytes}
        sizes={BOT_TEXT_BYTES}
        other={tuning.botPhrase}
        isDisabled={progress !== null}
        set={(size) => of.setBot({ textBytes: size })}
      />
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
