/** The settings of the chat in its address, so that a link opens a room as it is shown here. */
import { computed, effect, untracked } from '@preact/signals'
import { TRANSPORTS } from '../../protocol.ts'
import { DEFAULT_TUNING } from '../../client/transports/transport.ts'
import { isLecture } from '../browser/lecture.ts'
import { addressSettings, hasSettings, pageAddress, replaceSettings, type AddressSettings } from '../browser/router.ts'
import { BOT_RATES, type BackgroundBot } from '../room/background-bot.ts'
import { PADDING_BYTES } from '../network/padding.ts'
import { BOT_TEXT_BYTES } from '../room/bot-text.ts'
import type { RoomController } from '../room/room-controller.ts'
import { backgroundBot, chosenProfile, currentRoom, setProfile, setTuning } from './store.ts'
import { HOLDS_MS, INTERVALS_MS } from './tuning-steps.ts'

const isChat = computed(() => 'view' in pageAddress.value && pageAddress.value.view === 'chat')

const PROFILE = /^[a-z0-9-]{1,32}$/

/** One of the allowed numbers, or undefined. */
const numberOf = (text: string | undefined, allowed: readonly (number | null)[]): number | undefined =>
  text !== undefined && text !== '' && allowed.includes(Number(text)) ? Number(text) : undefined

/** A setting that the address does not have, or has with a value that is not offered, stays as it is. */
function apply(room: RoomController, bot: BackgroundBot | null, given: AddressSettings): void {
  const { t, link } = given
  const transport = TRANSPORTS.find((name) => name === t)
  if (transport) room.use(transport)
  if (link !== undefined && PROFILE.test(link)) setProfile(link)
  const intervalMs = numberOf(given['interval'], INTERVALS_MS)
  const holdMs = numberOf(given['hold'], HOLDS_MS)
  if (intervalMs !== undefined || holdMs !== undefined)
    setTuning(room, {
      ...(intervalMs === undefined ? {} : { intervalMs }),
      ...(holdMs === undefined ? {} : { holdMs }),
    })
  const paddingBytes = numberOf(given['padding'], PADDING_BYTES)
  if (paddingBytes !== undefined) room.pad(paddingBytes)
  isLecture.value = given['lecture'] !== undefined
  const ratePerS = numberOf(given['bot'], BOT_RATES)
  if (bot && ratePerS !== undefined) {
    bot.textBytes.value = numberOf(given['size'], BOT_TEXT_BYTES) ?? null
    bot.setRate(ratePerS)
  }
}

/** The settings in force; those with their default value are left out. */
function settingsOf(room: RoomController, bot: BackgroundBot | null, profile: string): AddressSettings {
  const { intervalMs, holdMs } = room.tuning.value
  const paddingBytes = room.paddingBytes.value
  const ratePerS = bot?.ratePerS.value ?? 0
  const textBytes = bot?.textBytes.value ?? null
  return {
    t: room.transport.value,
    link: profile,
    ...(intervalMs === DEFAULT_TUNING.intervalMs ? {} : { interval: String(intervalMs) }),
    ...(holdMs === DEFAULT_TUNING.holdMs ? {} : { hold: String(holdMs) }),
    ...(paddingBytes === 0 ? {} : { padding: String(paddingBytes) }),
    ...(ratePerS === 0 ? {} : { bot: String(ratePerS) }),
    ...(ratePerS === 0 || textBytes === null ? {} : { size: String(textBytes) }),
    ...(isLecture.value ? { lecture: '' } : {}),
  }
}

/** The settings with which the room was entered: until they change, an address without settings stays so. */
let first: { room: RoomController; settings: string } | null = null

/** Called once, when the page starts. */
export function connectRoomToAddress(): void {
  effect(() => {
    const given = addressSettings.value
    const room = currentRoom.value
    if (room && isChat.value) untracked(() => apply(room, backgroundBot.peek(), given))
  })
  effect(() => {
    const room = currentRoom.value
    if (!room || !isChat.value) return
    const settings = settingsOf(room, backgroundBot.value, chosenProfile.value)
    const text = JSON.stringify(settings)
    if (first?.room !== room) first = { room, settings: text }
    if (first.settings !== text || hasSettings()) replaceSettings(settings)
  })
}
