import cluster from 'node:cluster'
import { AggregatorRegistry, type Registry } from 'prom-client'

/** Between a worker and its parent. */
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

/** In a worker: answers the parent, which asks each of them. */
export function answerParent(registry: Registry): void {
  AggregatorRegistry.setRegistries(registry)
  // This listens to the parent.
  new AggregatorRegistry()
}

/** In a worker: what all workers together have counted. */
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

/** In the parent: adds up what the workers have counted, for the one that asks. */
export function answerForMetrics(): void {
  const aggregator = new AggregatorRegistry()
  cluster.on('message', (worker, message: unknown) => {
    if (!isOurs(message)) return
    const { type, id } = message
    const answer = (text: string) => {
      // It may have ended while it was waiting.
      if (worker.isConnected()) worker.send({ type, id, text } satisfies Answer, () => undefined)
    }
    // A worker that ended meanwhile cannot answer: what is known of the others comes the next time.
    aggregator.clusterMetrics().then(answer, (error: unknown) => answer(`# ${String(error)}\n`))
  })
}
