import { signal } from '@preact/signals'

/** The width below which one pane is shown at a time; the style sheet has the same number. */
const query = matchMedia('(max-width: 560px)')

export const isPhone = signal(query.matches)
query.addEventListener('change', ({ matches }) => (isPhone.value = matches))

export const PANES = ['chat', 'meters'] as const
export type Pane = (typeof PANES)[number]

/** The one that a phone shows. */
export const pane = signal<Pane>('chat')
export const shows = (name: Pane): boolean => !isPhone.value || pane.value === name
