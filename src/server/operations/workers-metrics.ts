import cluster from 'node:cluster'
import { AggregatorRegistry, type Registry } from 'prom-client'

/** Messages between a worker and its parent. */
interface Question {
  type: 'playground:metrics'
  id: number
}
interface Answer extends Question {
  text: string
}

const isOurs = (message: unknown): message is Question =>
  (message as Partial<Question> | null)?.type === 'playground:metrics'

export const { isWorker } = cluster
let questions = 0

/** In a worker: answers the parent, which asks every worker. */
export function answerParent(registry: Registry): void {
  AggregatorRegistry.setRegistries(registry)
  // Its constructor listens for messages of the parent.
  new AggregatorRegistry()
}

/** In a worker: the sum of the metrics of all workers, from the parent. */
export function askParentForMetrics(): Promise<string> {
  const id = ++questions
  return new Promise((resolve) => {
    const answered = (message: unknown) => {
      if (!isOurs(message) || message.id !== id) return
      process.off('message', answered)
      resolve((message as Answer).text)
    }
    process.on('message', answered)
    process.send?.({ type: 'playground:metrics', id } satisfies Question)
  })
}

/** In the parent: adds up the metrics of all workers, for the worker that asks. */
export function answerForMetrics(): void {
  const aggregator = new AggregatorRegistry()
  cluster.on('message', (worker, message: unknown) => {
    if (!isOurs(message)) return
    const { type, id } = message
    const answer = (text: string) => {
      // The worker may have ended in the meantime.
      if (worker.isConnected()) worker.send({ type, id, text } satisfies Answer, () => undefined)
    }
    // Fails if a worker ended before it answered. The next request succeeds.
    aggregator.clusterMetrics().then(answer, (error: unknown) => answer(`# ${String(error)}\n`))
  })
}
