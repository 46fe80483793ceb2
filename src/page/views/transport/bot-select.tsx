import { bytes, perSecond, spelled } from '../../browser/format.ts'
import { texts } from '../../i18n/i18n.ts'
import { BOT_RATES } from '../../room/background-bot.ts'
import { BOT_TEXT_BYTES } from '../../room/bot-text.ts'
import { backgroundBot } from '../../state/store.ts'

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
      <label class="setting bot" title={words.botSizeTitle}>
        <span>{words.botSize}</span>
        <select
          value={String(at.textBytes.value ?? '')}
          onChange={({ currentTarget: { value } }) => (at.textBytes.value = value === '' ? null : Number(value))}
        >
          {BOT_TEXT_BYTES.map((textBytes) => (
            <option key={textBytes} value={String(textBytes ?? '')}>
              {textBytes === null ? words.botPhrase : spelled(bytes(textBytes))}
            </option>
          ))}
        </select>
      </label>
    </>
  )
}
