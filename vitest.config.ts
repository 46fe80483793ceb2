import { defineConfig } from 'vitest/config'
import { LeftOut } from './test/support/left-out.ts'
import { LongestFirst } from './test/support/longest-first.ts'

/** Leases run out in little time here, and links delay by little: beside browsers a machine of two cores would be late. */
const TIMELY = [
  'client/absence',
  'link/link',
  'redis/redis-faults',
  'redis/servers',
  'server/half-open',
  'server/presence',
  'server/silent-clients',
].map((name) => `test/${name}.test.ts`)
/**
 * What measures time has the machine to itself: it runs when all else is done, one file after the other. So do 200 clients that
 * reconnect to a server in the same process: beside other tests, a client would give up a join that is answered late.
 */
const MEASURING = [
  'bench/times',
  'link/link-latency',
  'page/experiments-broken',
  'page/experiments-faults',
  'page/first-paint',
  'page/page-accuracy',
  'robustness/reconnect-storm',
  'robustness/soak',
  'server/heap',
  'server/speed-ratios',
].map((name) => `test/${name}.test.ts`)

export default defineConfig({
  test: {
    tags: [{ name: 'long', description: 'takes some seconds: `npm test` skips it, and `CI=true npm test` runs it' }],
    reporters: ['default', new LeftOut()],
    globalSetup: 'test/support/build.ts',
    testTimeout: 60_000,
    // A busy machine may take its time. What waits on purpose for longer says so itself.
    expect: { poll: { timeout: 15_000 } },
    hookTimeout: 60_000,
    // Test files share only the modules and the browser: each file starts its own servers.
    isolate: false,
    maxWorkers: 4,
    sequence: { sequencer: LongestFirst },
    projects: [
      {
        extends: true,
        test: { name: 'behaviour', include: ['test/**/*.test.ts'], exclude: [...TIMELY, ...MEASURING] },
      },
      { extends: true, test: { name: 'timely', include: TIMELY, sequence: { groupOrder: 1 } } },
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
