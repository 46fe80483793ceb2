import type { Guide } from '../guides/guide.tsx'

export const ReportsGuide: Guide = () => <main class="guide">Reports</main>
