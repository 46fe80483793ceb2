import type { Guide } from '../guides/guide.tsx'

export const CapacityGuide: Guide = () => <main class="guide">Capacity</main>
