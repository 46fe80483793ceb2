import type { Reporter, TestModule } from 'vitest/node'

/** Says at the end how many long tests were left out, and what runs them. */
export class LeftOut implements Reporter {
  onTestRunEnd(modules: readonly TestModule[]): void {
    const tests = modules.flatMap((module) => [...module.children.allTests('skipped')])
    const count = tests.filter(({ tags }) => tags.includes('long')).length
    if (count > 0) console.log(`${count} long tests were skipped: CI=true npm test runs them too, in about 12 minutes.`)
  }
}
