import { signal } from '@preact/signals'

/** The width below which one pane is shown at a time; the style sheet has the same number. */
const query = matchMedia('(max-width: 560px)')

export const isPhone = signal(query.matches)
query.addEventListener('change', ({ matches }) => (isPhone.value = matches))

/** The width from which all panes stand side by side; the style sheet has the same number. */
const wide = matchMedia('(min-width: 1280px)')
const isWide = signal(wide.matches)
wide.addEventListener('change', ({ matches }) => (isWide.value = matches))

export const PANELS = ['chat', 'wire', 'meters', 'socket'] as const
export type Panel = (typeof PANELS)[number]

/** The one that was chosen: a phone shows it alone, a middling screen beside the chat. */
export const chosenPanel = signal<Panel>('chat')

/** Those among which there is something to choose. */
export const choices = (): readonly Panel[] =>
  isPhone.value ? PANELS : isWide.value ? [] : PANELS.filter((name) => name !== 'chat')

/** Whether it is the one that is chosen among the choices. */
export const isChosen = (name: Panel): boolean =>
  chosenPanel.value === name || (chosenPanel.value === 'chat' && !isPhone.value && name === 'wire')

export const shows = (name: Panel): boolean => isWide.value || isChosen(name) || (name === 'chat' && !isPhone.value)
