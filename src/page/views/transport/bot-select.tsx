import { perSecond, spelled } from '../../browser/format.ts'
import { texts } from '../../i18n/i18n.ts'
import { backgroundBot } from '../../state/store.ts'

/** Messages per second. */
const RATES = [0, 0.2, 0.5, 1, 2, 5, 10, 20, 50, 100]

/** The rate of the bot, for traffic in a room without other members. */
export function BotSelect() {
  const { tuning: words } = texts.value
  const at = backgroundBot.value
  if (!at) return null
  return (
    <label class="setting bot" title={words.botTitle}>
      <span>{words.bot}</span>
      <select value={at.ratePerS.value} onChange={({ currentTarget }) => at.setRate(Number(currentTarget.value))}>
        {RATES.map((ratePerS) => (
          <option key={ratePerS} value={ratePerS}>
            {ratePerS === 0 ? words.botOff : spelled(perSecond(ratePerS))}
          </option>
        ))}
      </select>
    </label>
  )
}
