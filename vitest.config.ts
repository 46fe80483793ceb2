import { defineConfig } from 'vitest/config'

/** What measures time, or has leases that run out in little of it, has the machine to itself: it runs when all else is done, one file after the other. */
const MEASURING = [
  'test/bench.test.ts',
  'test/link.test.ts',
  'test/link-latency.test.ts',
  'test/redis-faults.test.ts',
  'test/servers.test.ts',
]

export default defineConfig({
  test: {
    testTimeout: 20_000,
    hookTimeout: 30_000,
    projects: [
      { extends: true, test: { name: 'behaviour', include: ['test/**/*.test.ts'], exclude: MEASURING, maxWorkers: 2 } },
      {
        extends: true,
        test: {
          name: 'measuring',
          include: MEASURING,
          fileParallelism: false,
          maxWorkers: 1,
          sequence: { groupOrder: 1 },
        },
      },
    ],
  },
})
