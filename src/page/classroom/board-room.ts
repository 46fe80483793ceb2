import { computed } from '@preact/signals'
import { DEFAULT_TUNING } from '../../client/transports/transport.ts'
import type { MessageEvent } from '../../protocol.ts'
import { language } from '../i18n/i18n.ts'
import { net } from '../network/net.ts'
import { RoomController } from '../room/room-controller.ts'

/** The room of a class, while its board is shown: one member, which reads by the transport that it chooses. */
export class BoardRoom {
  readonly controller: RoomController
  /** All messages that the board has read, in order. */
  readonly messages = computed((): MessageEvent[] =>
    this.controller.messages.entries.value.flatMap((entry) => (entry.kind === 'message' ? [entry.event] : [])),
  )
  readonly #leaveUnlessReloaded = () => this.controller.leaveUnlessReloaded()

  constructor(room: string) {
    this.controller = new RoomController({ net, room, tuning: DEFAULT_TUNING, language: () => language.peek() })
    addEventListener('pagehide', this.#leaveUnlessReloaded)
  }

  /** Sends a text, and leaves what is written in the composer of this room as it is. */
  send(text: string): void {
    const { composer } = this.controller
    const written = composer.text.peek()
    composer.write(text)
    this.controller.send()
    composer.write(written)
  }

  leave(): void {
    removeEventListener('pagehide', this.#leaveUnlessReloaded)
    this.controller.leave()
  }
}
