import { useSignal } from '@preact/signals'
import { useEffect, useId } from 'preact/hooks'
import { readItem, saveItem } from '../../browser/storage.ts'
import { addressOnHost, isLoopback } from '../../classroom/join-address.ts'
import type { QrPath } from '../../classroom/qr-path.ts'
import { boardTexts } from './board-texts.ts'

/** The host that was typed last. */
const KEY = 'board-host'
/** Light squares around a QR code, which a camera needs. */
const MARGIN = 4

/** The address of the board for other devices, as a text and as a QR code. */
export function BoardJoin({ address }: { address: string }) {
  const words = boardTexts.value
  const host = useSignal(readItem(KEY) ?? '')
  const isCopied = useSignal(false)
  const hint = useId()
  const isHere = isLoopback(new URL(address).hostname)
  const typed = isHere ? addressOnHost(address, host.value) : address
  const shown = typed ?? address
  const copy = async () => {
    // Not available on a page that was served over plain HTTP from another machine.
    await (navigator.clipboard as Clipboard | undefined)?.writeText(shown)
    isCopied.value = true
  }
  return (
    <section class="panel board-join" aria-label={words.join}>
      <h2>{words.join}</h2>
      <QrCode text={shown} label={words.qr(shown)} />
      <p>
        {words.scan} <code>{shown}</code>
      </p>
      <button type="button" onClick={() => void copy()}>
        {isCopied.value ? words.copied : words.copy}
      </button>
      {isHere && (
        <>
          {isLoopback(new URL(shown).hostname) && (
            <p class="board-warning" role="note">
              {words.loopback}
            </p>
          )}
          <label>
            <span>{words.host}</span>
            <input
              value={host.value}
              placeholder={words.hostHint}
              aria-invalid={typed === null}
              aria-describedby={hint}
              autocapitalize="off"
              spellcheck={false}
              onInput={({ currentTarget }) => {
                host.value = currentTarget.value
                isCopied.value = false
                saveItem(KEY, currentTarget.value)
              }}
            />
          </label>
          <p id={hint} role="status">
            {typed === null && words.badHost}
          </p>
        </>
      )}
    </section>
  )
}

/** The encoder is loaded with the first code. */
function QrCode({ text, label }: { text: string; label: string }) {
  const code = useSignal<QrPath | null>(null)
  useEffect(() => {
    let isCurrent = true
    import('../../classroom/qr-path.ts').then(
      ({ qrPath }) => {
        if (isCurrent) code.value = qrPath(text)
      },
      // The address stands beside it.
      () => undefined,
    )
    return () => (isCurrent = false)
  }, [text])
  if (!code.value) return <div class="board-qr" />
  const { d, size } = code.value
  const side = size + 2 * MARGIN
  return (
    <svg class="board-qr" viewBox={`${-MARGIN} ${-MARGIN} ${side} ${side}`} role="img" aria-label={label}>
      <path class="board-qr-light" d={`M${-MARGIN} ${-MARGIN}h${side}v${side}h${-side}z`} />
      <path class="board-qr-dark" d={d} />
    </svg>
  )
}
