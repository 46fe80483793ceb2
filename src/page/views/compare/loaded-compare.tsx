import { signal } from '@preact/signals'
import type { ComponentType } from 'preact'
import { useEffect } from 'preact/hooks'
import { loadStyle } from '../../browser/load-style.ts'
import { texts } from '../../i18n/i18n.ts'
import type { RoomController } from '../../room/room-controller.ts'

type View = ComponentType<{ controller: RoomController }>

const view = signal<{ Compare: View } | null>(null)
let loading: Promise<void> | null = null

async function load(): Promise<void> {
  const [{ Compare }, { connectComparisonToAddress }] = await Promise.all([
    import('./compare-view.tsx'),
    import('../../compare/comparison-address.ts'),
    loadStyle('compare.css'),
  ])
  connectComparisonToAddress()
  view.value = { Compare }
}

/** The comparison. Its charts and results are loaded when it is first opened: the chat does not need them. */
export function LoadedCompare({ controller }: { controller: RoomController }) {
  useEffect(() => {
    loading ??= load()
  }, [])
  const Compare = view.value?.Compare
  return Compare ? <Compare controller={controller} /> : <p class="blank">{texts.value.compare.preparing}</p>
}
