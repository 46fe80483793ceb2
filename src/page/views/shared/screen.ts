import { signal } from '@preact/signals'

/** Up to this width one panel is shown at a time; the style sheet has the same number. */
const query = matchMedia('(max-width: 700px)')

export const isPhone = signal(query.matches)
query.addEventListener('change', ({ matches }) => (isPhone.value = matches))

/** From this width on all panels are side by side; the style sheet has the same number. */
const wide = matchMedia('(min-width: 1280px)')
const isWide = signal(wide.matches)
wide.addEventListener('change', ({ matches }) => (isWide.value = matches))

export const PANELS = ['chat', 'wire', 'meters', 'socket'] as const
export type Panel = (typeof PANELS)[number]

/** The chosen panel: a phone shows it alone, a medium screen beside the chat. */
export const chosenPanel = signal<Panel>('chat')

/** The panels that can be chosen; none on a wide screen. */
export const choices = (): readonly Panel[] =>
  isPhone.value ? PANELS : isWide.value ? [] : PANELS.filter((name) => name !== 'chat')

/** Whether this panel is the chosen one. */
export const isChosen = (name: Panel): boolean =>
  chosenPanel.value === name || (chosenPanel.value === 'chat' && !isPhone.value && name === 'wire')

export const shows = (name: Panel): boolean => isWide.value || isChosen(name) || (name === 'chat' && !isPhone.value)
