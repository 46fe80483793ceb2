import { execFileSync } from 'node:child_process'

/** The commit that is checked out, and whether there are changes. */
export function commit(): string {
  try {
    const git = (...args: string[]) =>
      execFileSync('git', args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }).trim()
    return `${git('rev-parse', '--short', 'HEAD')}${git('status', '--porcelain') ? ' and changes' : ''}`
  } catch {
    return 'unknown'
  }
}
