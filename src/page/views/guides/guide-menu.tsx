import { useEffect, useRef } from 'preact/hooks'
import { guideAddress, GUIDES, pageAddress } from '../../browser/router.ts'
import { texts } from '../../i18n/i18n.ts'

/** The guides, in a list that opens below its button. A choice, Escape and a press elsewhere close it. */
export function GuideMenu() {
  const { guides } = texts.value.header
  const menu = useRef<HTMLDetailsElement>(null)
  const now = pageAddress.value
  const current = 'guide' in now ? now.guide : null
  const close = () => menu.current?.removeAttribute('open')
  useEffect(() => {
    const pressed = ({ target }: PointerEvent) => {
      if (!(target instanceof Node && menu.current?.contains(target))) close()
    }
    const escaped = ({ key }: KeyboardEvent) => {
      if (key !== 'Escape' || !menu.current?.open) return
      close()
      menu.current.querySelector('summary')?.focus()
    }
    document.addEventListener('pointerdown', pressed)
    document.addEventListener('keydown', escaped)
    return () => {
      document.removeEventListener('pointerdown', pressed)
      document.removeEventListener('keydown', escaped)
    }
  }, [])
  return (
    <details class="guide-menu" ref={menu}>
      <summary aria-current={current ? 'true' : undefined}>{current ? guides[current].title : guides.group}</summary>
      <ul>
        {GUIDES.map((guide) => (
          <li key={guide}>
            <a href={guideAddress(guide)} aria-current={current === guide ? 'page' : undefined} onClick={close}>
              <b>{guides[guide].title}</b>
              <span>{guides[guide].about}</span>
            </a>
          </li>
        ))}
      </ul>
    </details>
  )
}
