import { defineConfig } from 'vitest/config'

/** Leases run out in little time here, and links delay by little: beside browsers a machine of two cores would be late. */
const TIMELY = [
  'client/absence',
  'server/half-open',
  'server/presence',
  'server/silent-clients',
  'redis/redis-faults',
  'redis/servers',
  'link/link',
].map((name) => `test/${name}.test.ts`)
/** These start browsers. All other tests answer sooner without them: `npm test -- server --project behaviour`. */
const BROWSERS = ['test/page/!(choice|classroom|lesson-verdicts|page-models).test.ts', 'test/support/chromium.test.ts']
/** What measures time has the machine to itself: it runs when all else is done, one file after the other. */
const MEASURING = [
  'bench/times',
  'page/first-paint',
  'page/page-accuracy',
  'link/link-latency',
  'robustness/soak',
  'server/heap',
  'server/speed-ratios',
].map((name) => `test/${name}.test.ts`)

export default defineConfig({
  test: {
    globalSetup: 'test/support/build.ts',
    testTimeout: 60_000,
    // A busy machine may take its time. What waits on purpose for longer says so itself.
    expect: { poll: { timeout: 15_000 } },
    hookTimeout: 60_000,
    // Each file starts servers of its own, and shares nothing but the modules.
    isolate: false,
    projects: [
      {
        extends: true,
        test: {
          name: 'behaviour',
          include: ['test/**/*.test.ts'],
          exclude: [...TIMELY, ...MEASURING, ...BROWSERS],
          maxWorkers: 4,
        },
      },
      {
        extends: true,
        test: {
          name: 'browser',
          include: BROWSERS,
          exclude: [...MEASURING],
          maxWorkers: 4,
        },
      },
      {
        extends: true,
        test: { name: 'timely', include: TIMELY, maxWorkers: 4, sequence: { groupOrder: 1 } },
      },
      {
        extends: true,
        test: {
          name: 'measuring',
          include: MEASURING,
          fileParallelism: false,
          maxWorkers: 1,
          sequence: { groupOrder: 2 },
        },
      },
    ],
  },
})
