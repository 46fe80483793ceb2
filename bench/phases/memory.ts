import { leanGroup, transportsOf, type RunScenario } from '../run.ts'

const SETTLE_MS = 300
const WARM_UP = 50
const noCounts = { published: 0, expected: 0, delivered: 0, twice: 0, outOfOrder: 0, requests: 0, empty: 0, frames: 0 }

/** What a client costs that says nothing and hears nothing: resident memory of the server, before and with so many. */
export const memory: RunScenario = async (run) => {
  const { rig, parameters, durations, progress } = run
  const { memoryClients: clients } = durations
  for (const transport of transportsOf(run, 'apart')) {
    progress(`memory: ${clients} × ${transport}`)
    await rig.start({ hold: parameters.hold })
    // What a first client makes the process load and compile is not what the next one costs.
    await rig.open([{ ...leanGroup(transport, WARM_UP, parameters) }], parameters.seed)
    await rig.subscribers.ask('close')
    const idle = await settled()
    // Polls far apart: what is weighed is the client that waits, not the request that it makes.
    await rig.open([{ ...leanGroup(transport, clients, parameters), intervalMs: 1000 }], parameters.seed)
    const loaded = await settled()
    run.cells.push({
      id: `memory/${transport}`,
      scenario: 'memory',
      subject: transport,
      client: 'lean',
      loop: 'open',
      durationS: SETTLE_MS / 1000,
      clients,
      ratePerS: 0,
      payloadBytes: 0,
      counts: { ...noCounts, connections: clients },
      memory: { idleBytes: idle, loadedBytes: loaded, perClientBytes: (loaded - idle) / clients },
      generator: { utilisation: 0, publisherLagP99Ms: null, scheduledShare: null },
      validity:
        clients >= 500 ? { valid: true, attempts: 1, reasons: [] } : { valid: false, attempts: 1, reasons: [TOO_FEW] },
    })
  }

  async function settled(): Promise<number> {
    await new Promise((resolve) => setTimeout(resolve, SETTLE_MS))
    return (await rig.server.ask('sample', { collectGarbage: true })).rssBytes
  }
}

const TOO_FEW = 'fewer than 500 clients: what the process itself does weighs too much in it'
