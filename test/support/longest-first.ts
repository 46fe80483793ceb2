import { BaseSequencer, type TestSpecification } from 'vitest/node'

/** Files that take longest, in this order: one that began late would still run when all others are over. */
const LONGEST = [
  'page/experiments',
  'packaging/package',
  'page/page',
  'page/compare',
  'page/page-layout',
  'page/wire',
  'robustness/hostile',
  'bench/counts',
  'robustness/soak',
  'bench/capacity',
  'page/experiments-classroom',
  'server/command',
  'server/transports',
  'robustness/chaos',
  'server/limits',
  'server/trace',
].map((name) => `/test/${name}.test.ts`)

const rankOf = ({ moduleId }: TestSpecification): number => {
  const rank = LONGEST.findIndex((name) => moduleId.endsWith(name))
  return rank < 0 ? LONGEST.length : rank
}

/** The longest files begin first, also in a checkout without the times of an earlier run. */
export class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const groupOf = ({ project }: TestSpecification): number => project.config.sequence.groupOrder
    return (await super.sort(files)).toSorted((a, b) => groupOf(a) - groupOf(b) || rankOf(a) - rankOf(b))
  }
}
