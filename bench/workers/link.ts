import { openLink, type Link, type LinkProfile } from '../../src/link/link.ts'
import { serve } from './rpc.ts'

const links: Link[] = []

const handlers = {
  /** Opens a link to a port of this machine. @returns the port of the link */
  async open({ to, profile, seed }: { to: number; profile: Partial<LinkProfile>; seed: number }): Promise<number> {
    const link = await openLink({ to: { port: to }, profile, seed })
    links.push(link)
    return link.port
  },
  cpu(): number {
    const { user, system } = process.cpuUsage()
    return user + system
  },
  async close(): Promise<void> {
    await Promise.all(links.splice(0).map((link) => link.close()))
  },
}
export type LinkHandlers = typeof handlers
serve(handlers)
