import { defineConfig } from 'vitest/config'
import { LongestFirst } from './test/support/longest-first.ts'

/** Leases run out in little time here, links delay by little, and latencies are compared: on a busy machine all of this would be late. */
const TIMELY = [
  'link/link',
  'link/link-latency',
  'page/first-paint',
  'page/page-accuracy',
  'redis/redis-faults',
  'redis/servers',
  'server/presence',
].map((name) => `test/${name}.test.ts`)
/** This file measures single milliseconds: the others, which wait for most of their time, leave it a processor. */
const MEASURING = ['bench/times', 'client/absence', 'server/half-open', 'server/silent-clients'].map(
  (name) => `test/${name}.test.ts`,
)

export default defineConfig({
  test: {
    globalSetup: 'test/support/build.ts',
    testTimeout: 60_000,
    // A busy machine may take its time. What waits on purpose for longer says so itself.
    expect: { poll: { timeout: 15_000 } },
    hookTimeout: 60_000,
    // Each file starts servers of its own, and shares nothing but the modules and the browser.
    isolate: false,
    maxWorkers: 4,
    sequence: { sequencer: LongestFirst },
    projects: [
      {
        extends: true,
        test: { name: 'behaviour', include: ['test/**/*.test.ts'], exclude: [...TIMELY, ...MEASURING] },
      },
      { extends: true, test: { name: 'timely', include: TIMELY, sequence: { groupOrder: 1 } } },
      { extends: true, test: { name: 'measuring', include: MEASURING, sequence: { groupOrder: 2 } } },
    ],
  },
})
