import { defineConfig } from 'vitest/config'

/** Leases run out in little time here: beside browsers a machine of two cores would be late for them. */
const LEASES = ['test/presence.test.ts', 'test/redis-faults.test.ts', 'test/servers.test.ts']
/** What measures time has the machine to itself: it runs when all else is done, one file after the other. */
const MEASURING = ['test/bench.test.ts', 'test/link.test.ts', 'test/link-latency.test.ts']

export default defineConfig({
  test: {
    testTimeout: 20_000,
    hookTimeout: 30_000,
    // Each file starts servers of its own, and shares nothing but the modules.
    isolate: false,
    projects: [
      {
        extends: true,
        test: {
          name: 'behaviour',
          include: ['test/**/*.test.ts'],
          exclude: [...LEASES, ...MEASURING],
          maxWorkers: 2,
        },
      },
      {
        extends: true,
        test: { name: 'leases', include: LEASES, maxWorkers: 2, sequence: { groupOrder: 1 } },
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
