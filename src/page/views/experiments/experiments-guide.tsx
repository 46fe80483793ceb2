import type { Guide } from '../guides/guide.tsx'

export const ExperimentsGuide: Guide = () => <main class="guide">Experiments</main>
