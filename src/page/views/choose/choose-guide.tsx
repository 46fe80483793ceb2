import type { Guide } from '../guides/guide.tsx'

export const ChooseGuide: Guide = () => <main class="guide">Choose</main>
