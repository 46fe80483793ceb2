import { useEffect, useRef } from 'preact/hooks'
import { isComposing } from '../../browser/keys.ts'
import { totalBytes } from '../../../meter.ts'
import { exactTime } from '../../browser/format.ts'
import { language, texts } from '../../i18n/i18n.ts'
import { timeOf, type Arrow } from '../../wire/items.ts'
import { arrowWord, bytesWord } from './wire-words.ts'

interface WireListProps {
  id: string
  arrows: readonly Arrow[]
  /** Key of the selected arrow. */
  at: string | null
  followed: string | null
  step: (arrow: Arrow) => void
  follow: (id: string) => void
  leave: () => void
  zoom: (isCloser: boolean) => void
}

/** Within this distance, the list is at its end. */
const NEAR_END_PX = 24

/** The arrows of the drawing, one per row: for the keyboard, for screen readers, and for exact figures. */
export function WireList({ id, arrows, at, followed, step, follow, leave, zoom }: WireListProps) {
  const { wire: words } = texts.value
  const list = useRef<HTMLOListElement>(null)
  const rowId = (arrow: Arrow) => `${id}-${arrow.key.replaceAll(/[ .]/g, '-')}`
  const index = arrows.findIndex(({ key }) => key === at)

  const press = (event: KeyboardEvent) => {
    if (event.ctrlKey || event.metaKey || event.altKey || isComposing(event)) return
    const last = arrows.length - 1
    const from = index < 0 ? arrows.length : index
    const targets: Record<string, number> = {
      ArrowUp: from - 1,
      ArrowDown: Math.min(from + 1, last),
      PageUp: Math.max(from - 10, 0),
      PageDown: Math.min(from + 10, last),
      Home: 0,
      End: last,
    }
    const target = targets[event.key]
    const arrow = arrows[index]
    if (target !== undefined) {
      const to = arrows[Math.max(0, target)]
      if (to) step(to)
    } else if (event.key === 'Enter' || event.key === ' ') {
      const [message] = arrow?.messages ?? []
      if (message !== undefined) follow(message)
    } else if (event.key === 'Escape') leave()
    else if (event.key === '+' || event.key === '-') zoom(event.key === '+')
    else return
    event.preventDefault()
  }

  const current = arrows[index]
  const currentId = current && rowId(current)
  useEffect(() => {
    if (currentId !== undefined) document.getElementById(currentId)?.scrollIntoView({ block: 'nearest' })
  }, [currentId])

  /** A reader who has scrolled up keeps the place. */
  const isAtEnd = useRef(true)
  useEffect(() => {
    if (currentId === undefined && isAtEnd.current) list.current?.scrollTo({ top: list.current.scrollHeight })
  }, [currentId, arrows])
  const scrolled = ({ scrollTop, scrollHeight, clientHeight }: HTMLElement) => {
    isAtEnd.current = scrollHeight - scrollTop - clientHeight < NEAR_END_PX
  }

  return (
    <ol
      ref={list}
      class="wire-list"
      role="listbox"
      tabIndex={0}
      aria-label={words.list}
      aria-description={words.listHelp}
      aria-activedescendant={currentId}
      onKeyDown={press}
      onScroll={({ currentTarget }) => scrolled(currentTarget)}
    >
      {arrows.map((arrow) => {
        const isLit = followed !== null && arrow.messages.includes(followed)
        return (
          <li
            key={arrow.key}
            id={rowId(arrow)}
            role="option"
            aria-selected={arrow.key === at}
            aria-current={isLit ? 'true' : undefined}
            data-lit={isLit}
            data-empty={arrow.isEmpty}
            data-fault={arrow.fault ?? undefined}
            data-transport={arrow.transport ?? undefined}
            data-way={arrow.way}
            data-name={arrow.name}
            onClick={() => step(arrow)}
          >
            <Row arrow={arrow} />
          </li>
        )
      })}
    </ol>
  )
}

function Row({ arrow }: { arrow: Arrow }) {
  const { wire: words } = texts.value
  const { item, way, bytes } = arrow
  const isRequest = way === 'up' && item.type === 'request'
  const path = item.type === 'request' ? (item.record?.path ?? item.observation?.path ?? '') : ''
  return (
    <>
      <time>{exactTime(timeOf(arrow), language.value)}</time>
      <i aria-hidden="true">{way === 'up' ? '↑' : '↓'}</i>
      <span class="sr">{way === 'up' ? words.up : words.down}</span>
      <b>{arrowWord({ ...arrow, bytes: null })}</b>
      <span class="path">{isRequest ? path : ''}</span>
      <data value={bytes ? String(totalBytes(bytes)) : ''}>{bytes ? bytesWord(bytes) : words.uncounted}</data>
    </>
  )
}
