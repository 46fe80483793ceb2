import { loadStyle } from '../../browser/load-style.ts'
import type { GuideName } from '../../browser/router.ts'
import { Loaded } from '../shared/loaded.tsx'
import type { Guide } from './guide.ts'

const guides: Record<GuideName, () => Promise<Guide>> = {
  experiments: async () => (await import('../experiments/experiments-guide.tsx')).ExperimentsGuide,
  choose: async () => (await import('../choose/choose-guide.tsx')).ChooseGuide,
  capacity: async () => (await import('../capacity/capacity-guide.tsx')).CapacityGuide,
  reports: async () => (await import('../reports/reports-guide.tsx')).ReportsGuide,
}

/** A guide is loaded when it is opened, so that the rooms stay light. */
export function LoadedGuide({ name, path }: { name: GuideName; path: readonly string[] }) {
  const load = async () => {
    const [Guide] = await Promise.all([guides[name](), loadStyle('guides.css')])
    return Guide
  }
  return (
    <Loaded key={name} load={load}>
      {(Guide) => <Guide path={path} />}
    </Loaded>
  )
}
