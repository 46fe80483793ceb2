import { perSecond, spelled } from '../../browser/format.ts'
import { texts } from '../../i18n/i18n.ts'
import { BOT_RATES } from '../../room/background-bot.ts'
import { BOT_TEXT_BYTES } from '../../room/bot-text.ts'
import { backgroundBot } from '../../state/store.ts'
import { SizeSelect } from './size-select.tsx'

/** The rate of the bot and the size of its texts, for traffic in a room without other members. */
export function BotSelect() {
  const { tuning: words } = texts.value
  const at = backgroundBot.value
  if (!at) return null
  return (
    <>
      <label class="setting bot" title={words.botTitle}>
        <span>{words.bot}</span>
        <select value={at.ratePerS.value} onChange={({ currentTarget }) => at.setRate(Number(currentTarget.value))}>
          {BOT_RATES.map((ratePerS) => (
            <option key={ratePerS} value={ratePerS}>
              {ratePerS === 0 ? words.botOff : spelled(perSecond(ratePerS))}
            </option>
          ))}
        </select>
      </label>
      <SizeSelect
        className="setting bot"
        label={words.botSize}
        title={words.botSizeTitle}
        value={at.textBytes.value}
        sizes={BOT_TEXT_BYTES}
        other={words.botPhrase}
        set={(textBytes) => (at.textBytes.value = textBytes)}
      />
    </>
  )
}
